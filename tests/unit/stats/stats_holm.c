/* Holm's correction against statsmodels 0.13.5, multipletests(p, method="holm"). */
#include "support/test.h"

#include "stats/holm.h"

static void corrected_values_are_those_of_statsmodels(void **state)
{
    const double p[] = { 0.0117, 0.2385, 0.0031, 0.049, 0.0117, 0.73 };
    const double expected[] = { 0.0585, 0.477, 0.0186, 0.147, 0.0585, 0.73 };
    double adjusted[6];
    fl_stats_holm(p, 6, adjusted);
    for (size_t i = 0; i < 6; i++) assert_close(adjusted[i], expected[i], 1e-15);
}

static void corrected_values_never_pass_one(void **state)
{
    double p[] = { 0.6, 0.7, 0.01 };
    const double expected[] = { 1, 1, 0.03 }; /* statsmodels, and 3 x .01 by hand */
    fl_stats_holm(p, 3, p);
    for (size_t i = 0; i < 3; i++) assert_close(p[i], expected[i], 1e-15);
}

static void one_comparison_stays_as_it_is(void **state)
{
    double p = 0.037;
    fl_stats_holm(&p, 1, &p);
    assert_true(p == 0.037);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corrected_values_are_those_of_statsmodels),
        cmocka_unit_test(corrected_values_never_pass_one),
        cmocka_unit_test(one_comparison_stays_as_it_is),
    };
    return test_run(tests, NULL, NULL);
}
