#include "support/summed.h"

const synthetic infeasible = { .status = FL_OUTCOME_INFEASIBLE, .reason = "not finite at step 7" };

fl_summary *sum_up(fixture *s)
{
    return fl_summary_make(read_fixture(s));
}

void five_trials(const fixture *s, size_t arm)
{
    const double errors[] = { 0.30, 0.10, 0.20, 0.40, 0.50 };
    add_errors(s, arm, errors, 5); /* test errors .31, .11, .21, .41, .51 */
}

void add_rising(const fixture *s, size_t arm, size_t n, double low)
{
    for (uint64_t i = 0; i < n; i++) {
        double error = low + 0.01 * (double)i;
        add_trial(s, arm, i, 0, (synthetic){ .val_error = error, .test_error = error });
    }
}

void begin_further(fixture *s)
{
    static const double low[] = { 0.3, 0.1, 0.1, 0.3 };
    fixture_begin(s,
                  BUDGET(10) TARGET
                  "\"claims\": {\"pairs\": [[\"narrow a\", \"narrow b\"]], \"flips\": [{\"narrow\": [\"narrow a\", "
                  "\"narrow b\"], \"wide\": [\"wide a\", \"wide b\"]}], \"effort\": true, \"time_to_target\": true, "
                  "\"k\": 1},",
                  SGD("narrow a") "," UNLIKE("narrow b", 20) "," UNLIKE("wide a", 30) "," UNLIKE("wide b", 40));
    for (size_t arm = 0; arm < 4; arm++)
        for (uint64_t i = 0; i < 10; i++) {
            double error = low[arm] + 0.01 * (double)i;
            add_trial(s, arm, i, 0,
                      (synthetic){ .val_error = error, .test_error = error, .reached = arm % 2 ? 40 : 20 });
        }
    fl_store_close(s->store);
    s->store = NULL;
    read_fixture(s);
}
