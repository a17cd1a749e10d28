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
