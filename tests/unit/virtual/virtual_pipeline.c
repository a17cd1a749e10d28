/* When the stages of a pipeline compute, and how long they wait. */
#include "support/test.h"
#include "virtual/pipeline.h"

#include <math.h>

/* (V - 1) / (M + V - 1) (Huang et al. 2019, section 2.3), whatever backward takes. */
static void equal_stages_wait_as_the_paper_has_it(void **state)
{
    static const double backward[] = { .25, 1, 3 };
    fl_virtual_stage stages[8];
    fl_virtual_span spans[8 * 2 * 16];
    for (size_t b = 0; b < 3; b++)
        for (size_t n = 1; n <= 8; n++)
            for (size_t parts = 1; parts <= 16; parts++) {
                for (size_t s = 0; s < n; s++) stages[s] = (fl_virtual_stage){ 1, backward[b] };
                double end = fl_virtual_pipeline(stages, n, parts, spans), bubble = (double)(n - 1);
                assert_close(end, (double)(parts + n - 1) * (1 + backward[b]), 1e-12);
                bubble /= (double)(parts + n - 1);
                assert_true(fabs(fl_virtual_pipeline_bubble(spans, n, parts) - bubble) < 1e-12);
            }
}

/* By hand: stage 0 takes 1 forward and 2 backward, stage 1 takes 2 and 4; two micro-batches.
 *
 *   stage 0  F0 0-1  F1 1-2                                B0 9-11   B1 13-15
 *   stage 1          F0 1-3   F1 3-5   B0 5-9   B1 9-13
 */
static void unequal_stages_wait_for_each_other(void **state)
{
    const fl_virtual_stage stages[] = { { 1, 2 }, { 2, 4 } };
    static const double from[] = { 0, 1, 9, 13, 1, 3, 5, 9 }, to[] = { 1, 2, 11, 15, 3, 5, 9, 13 };
    fl_virtual_span spans[8];
    assert_true(fl_virtual_pipeline(stages, 2, 2, spans) == 15);
    for (size_t i = 0; i < 8; i++) {
        assert_true(spans[i].from == from[i]);
        assert_true(spans[i].to == to[i]);
    }
    assert_close(fl_virtual_pipeline_bubble(spans, 2, 2), 1 - 18. / 30, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_stages_wait_as_the_paper_has_it),
        cmocka_unit_test(unequal_stages_wait_for_each_other),
    };
    return test_run(tests, NULL, NULL);
}
