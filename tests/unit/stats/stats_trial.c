/* The order of selection: score, then validation loss, then index. */
#include "support/test.h"

#include "stats/stats_trial.h"

static void lower_scores_win_then_lower_losses_then_lower_indices(void **state)
{
    const fl_stats_trial trials[] = {
        { 0.30, 0.9, 1 }, { 0.25, 0.8, 2 }, { INFINITY, INFINITY, INFINITY }, { 0.25, 0.7, 4 },
        { 0.25, 0.7, 5 }, { 0.11, 1.9, 6 }, { INFINITY, INFINITY, INFINITY },
    };
    const size_t expected[] = { 5, 3, 4, 1, 0, 2, 6 };
    size_t order[7];
    double values[7];
    fl_stats_rank(trials, 7, order);
    fl_stats_ranked_values(trials, 7, values);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(order[i], expected[i]);
        assert_true(values[i] == trials[expected[i]].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lower_scores_win_then_lower_losses_then_lower_indices),
    };
    return test_run(tests, NULL, NULL);
}
