/* Arms of hand-made records, with every figure worked out beside it. */
#include "support/summed.h"

/* With K = N = 5 the rank of the selected one has P(rank <= r) = 1 - (1 - r/5)^5: .672, .922, .990, ... for r = 1,
 * 2, 3. So the 5th percentile is rank 1 and the 95th rank 3. */
static void the_band_is_the_exact_law_of_resampling_these_trials(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[0];
    assert_int_equal(1, arm->selected->index);
    assert_int_equal(5, arm->n_counted);
    assert_close(arm->val_error.center, 0.10, 0);
    assert_close(arm->val_error.low, 0.10, 0);
    assert_close(arm->val_error.high, 0.30, 0);
    assert_close(arm->test_error.center, 0.11, 1e-15);
    assert_close(arm->test_error.high, 0.31, 1e-15);
    assert_close(arm->median_val_error, 0.30, 0);
    assert_close(arm->median_test_error, 0.31, 1e-15);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Laws for K = 1, 2, 4 and 5; the mean of the best of two of five draws with replacement is
 * sum over ranks r of v_r ((6-r)^2 - (5-r)^2) / 25 = (.1*9 + .2*7 + .3*5 + .4*3 + .5*1) / 25 = .22. */
static void the_laws_go_up_to_all_trials(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[0];
    assert_int_equal(4, arm->n_distributions);
    assert_int_equal(5, arm->distributions[3].k);
    assert_close(arm->distributions[1].mean, 0.22, 1e-14);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* K = 5/5 = 1: E[best of 1] is the mean, (.31 + .11 + .21 + .41 + .51) / 5 = .31. */
static void an_interval_is_claimed_for_a_fifth_of_the_trials(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_stats_interval *interval = &summary->arms[0].interval;
    assert_int_equal(1, interval->k);
    assert_close(interval->estimate, 0.31, 1e-14);
    assert_true(interval->claimed);
    assert_null(interval->reason);
    assert_true(interval->low < interval->estimate && interval->estimate < interval->high);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void fewer_than_five_trials_give_no_interval_but_its_reason(void **state)
{
    fixture s;
    const double errors[] = { 0.3, 0.2, 0.1, 0.4 };
    fixture_begin(&s, BUDGET(4), SGD("sgd"));
    add_errors(&s, 0, errors, 4);
    fl_summary *summary = sum_up(&s);
    assert_false(summary->arms[0].interval.claimed);
    assert_contains(summary->arms[0].interval.reason, "a fifth of the trials");
    fl_summary_free(summary);
    fixture_end(&s);
}

/* sqrt(.11 * .89 / 2000) on the 2,000 test glyphs. */
static void the_standard_error_is_binomial(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    assert_close(summary->arms[0].test_standard_error, 0.0069964276598847, 1e-12);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Trials 0 and 1 reach the target at 40 and 20 steps, the others never. The fewest is 20. Of the resampled sets of five
 * 1 - .8^5 = .672 hold trial 1 and 1 - .6^5 = .92224 one of the two: less than .95, so the band's end is never. */
static void samples_without_a_hit_count_as_never(void **state)
{
    fixture s;
    const size_t reached[] = { 40, 20, 0, 0, 0 };
    fixture_begin(&s, BUDGET(5) TARGET, SGD("sgd"));
    for (uint64_t i = 0; i < 5; i++) add_trial(&s, 0, i, 0, (synthetic){ .val_error = 0.2, .reached = reached[i] });
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[0];
    assert_close(arm->steps.center, 20, 0);
    assert_close(arm->steps.low, 20, 0);
    assert_true(isinf(arm->steps.high));
    assert_true(isinf(arm->median_steps));
    assert_close(arm->reached, 0.4, 0);
    assert_close(arm->reached_draws, 0.92224, 1e-12);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void infeasible_trials_count_as_infinitely_bad(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(4), SGD("sgd"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.2, .test_error = 0.21 });
    for (uint64_t i = 1; i < 4; i++) add_trial(&s, 0, i, 0, infeasible);
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[0];
    assert_int_equal(4, arm->n_counted);
    assert_int_equal(3, arm->results->n_infeasible);
    assert_true(isinf(arm->median_val_error));
    assert_true(isinf(arm->val_error.high)); /* .75^4 = .316 of the resampled sets hold no feasible trial */
    assert_close(arm->val_error.center, 0.2, 0);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Where the budget grants another draw for each, they are counted and nothing else. */
static void infeasible_trials_leave_a_feasible_budget_untouched(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(2), SGD("sgd"));
    add_trial(&s, 0, 0, 0, infeasible);
    add_trial(&s, 0, 1, 0, (synthetic){ .val_error = 0.2, .test_error = 0.21 });
    add_trial(&s, 0, 2, 0, (synthetic){ .val_error = 0.4, .test_error = 0.41 });
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[0];
    assert_int_equal(3, arm->n_run);
    assert_int_equal(2, arm->n_counted);
    assert_int_equal(1, arm->results->n_infeasible);
    assert_close(arm->val_error.high, 0.4, 0);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void an_arm_without_trials_has_no_figures(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5) TARGET, SGD("full") "," SGD("empty"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[1];
    assert_null(arm->selected);
    assert_int_equal(0, arm->n_run);
    assert_true(isinf(arm->test_error.center) && isinf(arm->steps.center));
    assert_string_equal("no claim: budget not filled", summary->pairs[0].verdict);
    assert_true(isnan(summary->pairs[0].difference) && isnan(summary->pairs[0].p));
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Test errors of the reruns: .2, .3, .4. */
static void reruns_are_reported_beside_and_change_nothing(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5) "\"seeds\": {\"rerun_best\": 3},", SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *before = sum_up(&s);
    double estimate = before->arms[0].interval.estimate, high = before->arms[0].test_error.high;
    assert_true(isnan(before->arms[0].rerun_mean));
    fl_summary_free(before);
    for (uint64_t i = 0; i < 3; i++)
        add_trial(&s, 0, 1, FL_STUDY_RERUN_REPEAT + i,
                  (synthetic){ .val_error = 0.01, .test_error = 0.2 + 0.1 * (double)i });
    fl_summary *after = sum_up(&s);
    const fl_summary_arm *arm = &after->arms[0];
    assert_close(arm->rerun_mean, 0.3, 1e-14);
    assert_close(arm->rerun_low, 0.2, 0);
    assert_close(arm->rerun_high, 0.4, 1e-14);
    assert_close(arm->interval.estimate, estimate, 0);
    assert_close(arm->test_error.high, high, 0);
    assert_int_equal(5, arm->n_run);
    assert_int_equal(1, arm->selected->index);
    fl_summary_free(after);
    fixture_end(&s);
}

static void hyperparameters_left_at_their_default_are_named(void **state)
{
    fixture s;
    fixture_begin(
        &s, BUDGET(5),
        "{\"arm\": \"adam\", \"optimizer\": \"adam\", \"schedule\": \"linear\", \"space\": {\"learning_rate/epsilon\": "
        "{\"min\": 1, \"max\": 10, \"scaling\": \"log\"}, \"beta1\": 0.8, \"schedule.end_factor\": 0.1}}");
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[0];
    const char *const expected[] = { "beta2 = 0.999", "epsilon = 1e-08", "epsilon_form = choi",
                                     "schedule.warmup_steps = 0", "schedule.decay_fraction = 1" };
    assert_int_equal(5, arm->n_defaults);
    for (size_t i = 0; i < 5; i++) assert_string_equal(expected[i], arm->defaults[i]);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* An autoencoder's data have classes, and its error is a number all the same (squared differences). */
static void what_an_error_is_depends_on_the_loss(void **state)
{
    static const struct {
        const char *workload, *word;
        bool rates;
    } cases[] = { { "glyphs/mlp", "error", true },
                  { "glyphs/lstm", "error", true },
                  { "glyphs/autoencoder", "error", false },
                  { "regression/unnormalised", "loss", false },
                  { "quadratic/noisy", "loss", false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_study_arm arm = { .base.owners.workload = fl_workload_find(cases[i].workload, NULL) };
        assert_string_equal(cases[i].word, fl_summary_error_word(&arm));
        assert_int_equal(cases[i].rates, fl_summary_rates(&arm));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_band_is_the_exact_law_of_resampling_these_trials),
        cmocka_unit_test(the_laws_go_up_to_all_trials),
        cmocka_unit_test(an_interval_is_claimed_for_a_fifth_of_the_trials),
        cmocka_unit_test(fewer_than_five_trials_give_no_interval_but_its_reason),
        cmocka_unit_test(the_standard_error_is_binomial),
        cmocka_unit_test(samples_without_a_hit_count_as_never),
        cmocka_unit_test(infeasible_trials_count_as_infinitely_bad),
        cmocka_unit_test(infeasible_trials_leave_a_feasible_budget_untouched),
        cmocka_unit_test(an_arm_without_trials_has_no_figures),
        cmocka_unit_test(reruns_are_reported_beside_and_change_nothing),
        cmocka_unit_test(hyperparameters_left_at_their_default_are_named),
        cmocka_unit_test(what_an_error_is_depends_on_the_loss),
    };
    return test_run(tests, NULL, NULL);
}
