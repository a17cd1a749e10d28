/* Summaries of hand-made records, with every figure worked out beside it. */
#include "invented.h"

#include "stats/permutation.h"
#include "stats/summary.h"

#define TARGET "\"target\": {\"metric\": \"val_error\", \"value\": 0.05},"

static const invented infeasible = { .status = FL_INFEASIBLE, .reason = "not finite at step 7" };

/* The folder summed up; the caller frees it. */
static fl_summary *sum_up(scene *s)
{
    return fl_summary_make(read_scene(s));
}

/* Five trials of arm `arm`: selected is index 1. */
static void five_trials(const scene *s, size_t arm)
{
    const double errors[] = { 0.30, 0.10, 0.20, 0.40, 0.50 };
    invent_errors(s, arm, errors, 5); /* test errors .31, .11, .21, .41, .51 */
}

/* With K = N = 5 the rank of the selected one has P(rank <= r) = 1 - (1 - r/5)^5: .672, .922, .990, ... for r = 1,
 * 2, 3. So the 5th percentile is rank 1 and the 95th rank 3. */
static void the_band_is_the_exact_law_of_resampling_these_trials(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_arm_summary *arm = &summary->arms[0];
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
    scene_end(&s);
}

/* Laws for K = 1, 2, 4 and 5; the mean of the best of two of five draws with replacement is
 * sum over ranks r of v_r ((6-r)^2 - (5-r)^2) / 25 = (.1*9 + .2*7 + .3*5 + .4*3 + .5*1) / 25 = .22. */
static void the_laws_go_up_to_all_trials(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_arm_summary *arm = &summary->arms[0];
    assert_int_equal(4, arm->n_laws);
    assert_int_equal(5, arm->laws[3].k);
    assert_close(arm->laws[1].mean, 0.22, 1e-14);
    fl_summary_free(summary);
    scene_end(&s);
}

/* K = 5/5 = 1: E[best of 1] is the mean, (.31 + .11 + .21 + .41 + .51) / 5 = .31. */
static void an_interval_is_claimed_for_a_fifth_of_the_trials(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_stats_interval *interval = &summary->arms[0].interval;
    assert_int_equal(1, interval->k);
    assert_close(interval->estimate, 0.31, 1e-14);
    assert_true(interval->claimed);
    assert_null(interval->reason);
    assert_true(interval->low < interval->estimate && interval->estimate < interval->high);
    fl_summary_free(summary);
    scene_end(&s);
}

static void fewer_than_five_trials_give_no_interval_but_its_reason(void **state)
{
    scene s;
    const double errors[] = { 0.3, 0.2, 0.1, 0.4 };
    scene_begin(&s, BUDGET(4), SGD("sgd"));
    invent_errors(&s, 0, errors, 4);
    fl_summary *summary = sum_up(&s);
    assert_false(summary->arms[0].interval.claimed);
    assert_contains(summary->arms[0].interval.reason, "a fifth of the trials");
    fl_summary_free(summary);
    scene_end(&s);
}

/* sqrt(.11 * .89 / 2000) on the 2,000 test glyphs. */
static void the_standard_error_is_binomial(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    assert_close(summary->arms[0].test_standard_error, 0.0069964276598847, 1e-12);
    fl_summary_free(summary);
    scene_end(&s);
}

/* Trials 0 and 1 reach the target at 40 and 20 steps, the others never. The fewest is 20. Of the resampled sets of five
 * 1 - .8^5 = .672 hold trial 1 and 1 - .6^5 = .92224 one of the two: less than .95, so the band's end is never. */
static void samples_without_a_hit_count_as_never(void **state)
{
    scene s;
    const size_t reached[] = { 40, 20, 0, 0, 0 };
    scene_begin(&s, BUDGET(5) TARGET, SGD("sgd"));
    for (uint64_t i = 0; i < 5; i++) invent(&s, 0, i, 0, (invented){ .val_error = 0.2, .reached = reached[i] });
    fl_summary *summary = sum_up(&s);
    const fl_arm_summary *arm = &summary->arms[0];
    assert_close(arm->steps.center, 20, 0);
    assert_close(arm->steps.low, 20, 0);
    assert_true(isinf(arm->steps.high));
    assert_true(isinf(arm->median_steps));
    assert_close(arm->reached, 0.4, 0);
    assert_close(arm->reached_draws, 0.92224, 1e-12);
    fl_summary_free(summary);
    scene_end(&s);
}

static void infeasible_trials_count_as_infinitely_bad(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(4), SGD("sgd"));
    invent(&s, 0, 0, 0, (invented){ .val_error = 0.2, .test_error = 0.21 });
    for (uint64_t i = 1; i < 4; i++) invent(&s, 0, i, 0, infeasible);
    fl_summary *summary = sum_up(&s);
    const fl_arm_summary *arm = &summary->arms[0];
    assert_int_equal(4, arm->n_counted);
    assert_int_equal(3, arm->results->n_infeasible);
    assert_true(isinf(arm->median_val_error));
    assert_true(isinf(arm->val_error.high)); /* .75^4 = .316 of the resampled sets hold no feasible trial */
    assert_close(arm->val_error.center, 0.2, 0);
    fl_summary_free(summary);
    scene_end(&s);
}

/* Where the budget grants another draw for each, they are counted and nothing else. */
static void infeasible_trials_leave_a_feasible_budget_untouched(void **state)
{
    scene s;
    scene_begin(&s, FEASIBLE(2), SGD("sgd"));
    invent(&s, 0, 0, 0, infeasible);
    invent(&s, 0, 1, 0, (invented){ .val_error = 0.2, .test_error = 0.21 });
    invent(&s, 0, 2, 0, (invented){ .val_error = 0.4, .test_error = 0.41 });
    fl_summary *summary = sum_up(&s);
    const fl_arm_summary *arm = &summary->arms[0];
    assert_int_equal(3, arm->n_run);
    assert_int_equal(2, arm->n_counted);
    assert_int_equal(1, arm->results->n_infeasible);
    assert_close(arm->val_error.high, 0.4, 0);
    fl_summary_free(summary);
    scene_end(&s);
}

static void an_arm_without_trials_has_no_figures(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5) TARGET, SGD("full") "," SGD("empty"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    const fl_arm_summary *arm = &summary->arms[1];
    assert_null(arm->selected);
    assert_int_equal(0, arm->n_run);
    assert_true(isinf(arm->test_error.center) && isinf(arm->steps.center));
    assert_string_equal("no claim: budget not filled", summary->pairs[0].verdict);
    assert_true(isnan(summary->pairs[0].difference) && isnan(summary->pairs[0].p));
    fl_summary_free(summary);
    scene_end(&s);
}

/* Test errors of the reruns: .2, .3, .4. */
static void reruns_are_reported_beside_and_change_nothing(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5) "\"seeds\": {\"rerun_best\": 3},", SGD("sgd"));
    five_trials(&s, 0);
    fl_summary *before = sum_up(&s);
    double estimate = before->arms[0].interval.estimate, high = before->arms[0].test_error.high;
    assert_true(isnan(before->arms[0].rerun_mean));
    fl_summary_free(before);
    for (uint64_t i = 0; i < 3; i++)
        invent(&s, 0, 1, FL_RERUN_REPEAT + i, (invented){ .val_error = 0.01, .test_error = 0.2 + 0.1 * (double)i });
    fl_summary *after = sum_up(&s);
    const fl_arm_summary *arm = &after->arms[0];
    assert_close(arm->rerun_mean, 0.3, 1e-14);
    assert_close(arm->rerun_low, 0.2, 0);
    assert_close(arm->rerun_high, 0.4, 1e-14);
    assert_close(arm->interval.estimate, estimate, 0);
    assert_close(arm->test_error.high, high, 0);
    assert_int_equal(5, arm->n_run);
    assert_int_equal(1, arm->selected->index);
    fl_summary_free(after);
    scene_end(&s);
}

/* --- pairs --- */

/* `n` trials from `low` upwards in steps of .01. */
static void ladder(const scene *s, size_t arm, size_t n, double low)
{
    for (uint64_t i = 0; i < n; i++) {
        double error = low + 0.01 * (double)i;
        invent(s, arm, i, 0, (invented){ .val_error = error, .test_error = error });
    }
}

/* Errors .10 to .14 against .30 to .34: of the 252 divisions only this one and its mirror image differ as much, p =
 * 2/252; 4,000 draws know it to sqrt(p (1-p) / 4000) = .0014. K = 1: the difference is that of the means, -.2. */
static void a_clear_difference_is_claimed(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("a") "," SGD("b"));
    ladder(&s, 0, 5, 0.1);
    ladder(&s, 1, 5, 0.3);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(1, summary->n_pairs);
    const fl_pair_summary *pair = &summary->pairs[0];
    assert_int_equal(1, pair->k);
    assert_int_equal(FL_STATS_PERMUTATIONS, pair->permutations);
    assert_close(pair->difference, -0.2, 1e-12);
    assert_true(fabs(pair->p - 2.0 / 252) < 4 * 0.0014);
    assert_close(pair->p_adjusted, pair->p, 0);
    assert_true(pair->claimed);
    assert_string_equal("a is better", pair->verdict);
    fl_summary_free(summary);
    scene_end(&s);
}

static void the_verdict_names_the_arm_with_the_lower_error(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("a") "," SGD("b"));
    ladder(&s, 0, 5, 0.3);
    ladder(&s, 1, 5, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_string_equal("b is better", summary->pairs[0].verdict);
    fl_summary_free(summary);
    scene_end(&s);
}

/* Every division differs at least as much as two equal arms: p = 1. */
static void between_equal_arms_no_difference_is_shown(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("a") "," SGD("b"));
    ladder(&s, 0, 5, 0.1);
    ladder(&s, 1, 5, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_close(summary->pairs[0].p, 1, 0);
    assert_false(summary->pairs[0].claimed);
    assert_string_equal("no difference shown", summary->pairs[0].verdict);
    fl_summary_free(summary);
    scene_end(&s);
}

/* Three pairs: two at p = 2/252, one at 1. Holm makes 3 p of the smallest, then keeps the order. */
static void p_values_are_corrected_over_the_pairs_of_the_study(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), SGD("a") "," SGD("b") "," SGD("c"));
    ladder(&s, 0, 5, 0.1);
    ladder(&s, 1, 5, 0.1);
    ladder(&s, 2, 5, 0.3);
    fl_summary *summary = sum_up(&s);
    const fl_pair_summary *equal = &summary->pairs[0], *first = &summary->pairs[1], *second = &summary->pairs[2];
    assert_int_equal(3, summary->n_pairs);
    assert_close(equal->p_adjusted, 1, 0);
    assert_close(fmin(first->p_adjusted, second->p_adjusted), 3 * fmin(first->p, second->p), 1e-12);
    assert_true(first->claimed && second->claimed && !equal->claimed);
    fl_summary_free(summary);
    scene_end(&s);
}

static void nothing_is_claimed_of_an_arm_whose_budget_is_not_filled(void **state)
{
    scene s;
    scene_begin(&s, FEASIBLE(5), SGD("a") "," SGD("b"));
    ladder(&s, 0, 5, 0.1);
    ladder(&s, 1, 4, 0.3);
    for (uint64_t i = 4; i < 15; i++) invent(&s, 1, i, 0, infeasible);
    fl_summary *summary = sum_up(&s);
    const fl_pair_summary *pair = &summary->pairs[0];
    assert_false(pair->tested || pair->claimed);
    assert_int_equal(0, pair->permutations);
    assert_string_equal("no claim: budget not filled", pair->verdict);
    assert_true(isnan(pair->p) && isnan(pair->p_adjusted));
    assert_close(pair->difference, 0.12 - 0.315, 1e-12); /* the means alone, as a figure */
    fl_summary_free(summary);
    scene_end(&s);
}

static void only_arms_of_one_batch_size_are_compared(void **state)
{
    scene s = { .study = NULL };
    fl_error error;
    s.study = fl_study_load_text(
        "lists",
        "{\"study\": \"lists\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": [16, 32]," BUDGET(
            5) "\"arms\": [" SGD("a") "," SGD("b") "]}",
        NULL, &error);
    assert_non_null(s.study);
    folder_make(s.folder);
    s.store = open_store(&s, whole);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(4, summary->n_arms);
    assert_int_equal(2, summary->n_pairs);
    for (size_t i = 0; i < 2; i++) {
        const fl_arm *a = summary->arms[summary->pairs[i].a].arm, *b = summary->arms[summary->pairs[i].b].arm;
        assert_int_equal(a->base.batch_size, b->base.batch_size);
        assert_string_not_equal(a->label, b->label);
    }
    fl_summary_free(summary);
    scene_end(&s);
}

static fl_summary *with_steps(scene *s, size_t a, size_t b)
{
    scene_begin(s, BUDGET(5) TARGET, SGD("a") "," SGD("b"));
    for (uint64_t i = 0; i < 5; i++) {
        invent(s, 0, i, 0, (invented){ .val_error = 0.2, .reached = a });
        invent(s, 1, i, 0, (invented){ .val_error = 0.2, .reached = b });
    }
    return sum_up(s);
}

/* Evaluations are 10 steps apart. */
static void arms_within_one_interval_are_equal_in_steps(void **state)
{
    const struct {
        size_t a, b;
        bool equal;
    } cases[] = { { 30, 30, true }, { 30, 40, true }, { 30, 50, false }, { 0, 0, true }, { 30, 0, false } };
    for (size_t i = 0; i < 5; i++) {
        scene s;
        fl_summary *summary = with_steps(&s, cases[i].a, cases[i].b);
        assert_int_equal(cases[i].equal, summary->pairs[0].steps_equal);
        fl_summary_free(summary);
        scene_end(&s);
    }
}

/* --- defaults --- */

static void hyperparameters_left_at_their_default_are_named(void **state)
{
    scene s;
    scene_begin(
        &s, BUDGET(5),
        "{\"arm\": \"adam\", \"optimizer\": \"adam\", \"schedule\": \"linear\", \"space\": {\"learning_rate/epsilon\": "
        "{\"min\": 1, \"max\": 10, \"scaling\": \"log\"}, \"beta1\": 0.8, \"schedule.end_factor\": 0.1}}");
    fl_summary *summary = sum_up(&s);
    const fl_arm_summary *arm = &summary->arms[0];
    const char *const expected[] = { "beta2 = 0.999", "epsilon = 1e-08", "epsilon_form = choi",
                                     "schedule.warmup_steps = 0", "schedule.decay_fraction = 1" };
    assert_int_equal(5, arm->n_defaults);
    for (size_t i = 0; i < 5; i++) assert_string_equal(expected[i], arm->defaults[i]);
    fl_summary_free(summary);
    scene_end(&s);
}

/* --- JSON --- */

static void assert_keys(const json_t *object, const char *keys)
{
    char *list = strdup(keys), *rest = list;
    for (char *key; (key = strsep(&rest, " "));)
        if (!json_object_get(object, key)) fail_msg("there is no key '%s'", key);
    free(list);
}

static void the_json_holds_the_promised_fields(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5) TARGET, SGD("a") "," SGD("b"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    json_t *json = fl_summary_json(summary), *arms = json_object_get(json, "arms");
    assert_keys(json, "schema folder study select select_at target arms pairs warnings");
    for (size_t i = 0; i < 2; i++)
        assert_keys(json_array_get(arms, i),
                    "arm trials complete infeasible failed selected val_error test_error best_of_k "
                    "steps_to_target warnings defaults reruns resampling median");
    const json_t *first = json_array_get(arms, 0), *selected = json_object_get(first, "selected");
    assert_keys(selected, "trial index hyperparameters repro");
    assert_int_equal(1, json_integer_value(json_object_get(selected, "index")));
    assert_string_equal(summary->arms[0].selected->record->trial,
                        json_string_value(json_object_get(selected, "trial")));
    assert_close(json_real_value(json_object_get(first, "val_error")), 0.1, 0);
    assert_true(json_is_null(json_object_get(first, "steps_to_target")));
    assert_true(json_is_null(json_object_get(json_array_get(arms, 1), "selected")));
    assert_true(json_is_null(json_object_get(json_array_get(arms, 1), "val_error")));
    assert_keys(json_array_get(json_object_get(json, "pairs"), 0), "a b k difference p p_adjusted claimed verdict");
    json_decref(json);
    fl_summary_free(summary);
    scene_end(&s);
}

/* Every figure is a number or null: Jansson refuses NaN and infinity, so what is left out would be missed here. */
static void the_json_of_an_empty_folder_can_be_written(void **state)
{
    scene s;
    scene_begin(&s, FEASIBLE(5) TARGET, SGD("a") "," SGD("b"));
    fl_summary *summary = sum_up(&s);
    json_t *json = fl_summary_json(summary);
    char *text = json_dumps(json, 0);
    assert_non_null(text);
    free(text);
    json_decref(json);
    fl_summary_free(summary);
    scene_end(&s);
}

static void a_summary_is_a_pure_function_of_the_records(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(10), SGD("a") "," SGD("b"));
    ladder(&s, 0, 10, 0.10);
    ladder(&s, 1, 10, 0.12);
    fl_summary *first = sum_up(&s);
    json_t *once = fl_summary_json(first);
    fl_summary_free(first);
    fl_summary *second = sum_up(&s);
    json_t *again = fl_summary_json(second);
    assert_true(json_equal(once, again));
    json_decref(once);
    json_decref(again);
    fl_summary_free(second);
    scene_end(&s);
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
        cmocka_unit_test(a_clear_difference_is_claimed),
        cmocka_unit_test(the_verdict_names_the_arm_with_the_lower_error),
        cmocka_unit_test(between_equal_arms_no_difference_is_shown),
        cmocka_unit_test(p_values_are_corrected_over_the_pairs_of_the_study),
        cmocka_unit_test(nothing_is_claimed_of_an_arm_whose_budget_is_not_filled),
        cmocka_unit_test(only_arms_of_one_batch_size_are_compared),
        cmocka_unit_test(arms_within_one_interval_are_equal_in_steps),
        cmocka_unit_test(hyperparameters_left_at_their_default_are_named),
        cmocka_unit_test(the_json_holds_the_promised_fields),
        cmocka_unit_test(the_json_of_an_empty_folder_can_be_written),
        cmocka_unit_test(a_summary_is_a_pure_function_of_the_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
