/* Rules and their special cases: what is found of hand-made arms, and what their search is said to lack. */
#include "support/summed.h"

#define ARM(name, optimizer, space) "{\"arm\": \"" name "\", \"optimizer\": \"" optimizer "\", \"space\": {" space "}}"
#define AXIS(name, min, max) "\"" name "\": {\"min\": " min ", \"max\": " max ", \"scaling\": \"log\"}"
#define RATE AXIS("learning_rate", "1e-3", "10")
#define MOMENTUM(space) ARM("momentum", "momentum", space)
#define WIDE RATE "," AXIS("one_minus_momentum", "1e-3", "1")

/* `n` trials of an arm from an error of `low` upwards in small steps, the two best at these values. */
static void steps_up(const fixture *s, size_t arm, size_t n, double low, double learning_rate, double momentum)
{
    fl_trial_values best = s->study->arms[arm].base.values;
    best.of[FL_TRIAL_OF_OPTIMIZER][0] = learning_rate;
    best.of[FL_TRIAL_OF_OPTIMIZER][1] = momentum;
    for (uint64_t i = 0; i < n; i++) {
        double error = low + 1e-4 * (double)i;
        add_trial(s, arm, i, 0, (synthetic){ .val_error = error, .test_error = error, .values = i < 2 ? &best : NULL });
    }
}

/* The only inclusion of a summary. */
static const fl_summary_inclusion *only(const fl_summary *summary)
{
    assert_int_equal(1, summary->n_inclusions);
    return &summary->inclusions[0];
}

/* SGD at .1 with its best trial at a rate of 1, and Momentum in this space, worse by .1 with its best trial at these.
 */
static void check_contradicted(const char *space, double learning_rate, double momentum, const char *why)
{
    fixture s;
    char arms[600];
    snprintf(arms, sizeof arms, SGD("sgd") ", " MOMENTUM("%s"), space);
    fixture_begin(&s, BUDGET(10), arms);
    steps_up(&s, 0, 10, 0.1, 1, 0);
    steps_up(&s, 1, 10, 0.2, learning_rate, momentum);
    fl_summary *summary = sum_up(&s);
    const fl_summary_inclusion *found = only(summary);
    assert_int_equal(0, found->special);
    assert_int_equal(1, found->general);
    assert_int_equal(FL_SUMMARY_CONTRADICTED, found->finding);
    assert_close(found->difference, 0.1, 1e-12);
    assert_true(found->low > 0 && found->p_worse < 0.05);
    assert_string_equal(why, found->why);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void a_special_case_outside_the_space_makes_it_too_narrow(void **state)
{
    check_contradicted(AXIS("learning_rate", "1e-3", "0.1") "," AXIS("one_minus_momentum", "1e-3", "1"), 0.01, 0.9,
                       "its space is too narrow to hold what sgd selected (learning_rate would be 1, of [0.001, 0.1])");
}

/* SGD by one method of the study's list is no special case of Momentum by the other. */
static void a_special_case_is_one_by_the_same_method(void **state)
{
    fixture s;
    fixture_begin(&s, LISTED BUDGET(10), SGD("sgd") ", " MOMENTUM(WIDE));
    for (size_t arm = 0; arm < 4; arm++) steps_up(&s, arm, 10, 0.1, 1, 0);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(2, summary->n_inclusions);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(i, summary->inclusions[i].special);
        assert_int_equal(2 + i, summary->inclusions[i].general);
    }
    fl_summary_free(summary);
    fixture_end(&s);
}

/* SGD is Momentum with a momentum of 0: a space without it holds no point of SGD, and nothing is judged. */
static void check_not_here(const char *space, const char *why)
{
    fixture s;
    char arms[600];
    snprintf(arms, sizeof arms, SGD("sgd") ", " MOMENTUM("%s"), space);
    fixture_begin(&s, BUDGET(10), arms);
    steps_up(&s, 0, 10, 0.1, 1, 0);
    steps_up(&s, 1, 10, 0.2, 0.01, 0.9);
    fl_summary *summary = sum_up(&s);
    const fl_summary_inclusion *found = only(summary);
    assert_int_equal(FL_SUMMARY_NOT_HERE, found->finding);
    assert_true(!found->judged && isnan(found->p_worse));
    assert_string_equal(why, found->why);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void a_space_that_holds_no_point_of_the_special_case_is_no_inclusion(void **state)
{
    check_not_here(RATE, "momentum would be 0, left at 0.9");
    check_not_here(RATE ", \"momentum\": 0.5", "momentum would be 0, fixed at 0.5");
    check_not_here(RATE "," AXIS("one_minus_momentum", "1e-3", "0.5"),
                   "one_minus_momentum would be 1, of [0.001, 0.5]");
}

static void best_trials_at_the_end_of_an_axis_may_mean_so_too(void **state)
{
    check_contradicted(WIDE, 9.9, 0.9, "its space may be too narrow: its best trials lie at the end of learning_rate");
}

static void otherwise_the_trials_are_too_few(void **state)
{
    check_contradicted(
        WIDE, 0.1, 0.9,
        "too few trials: its space holds what sgd selected, but 10 trials along 2 axes fall short of it");
}

/* Both arms of `n` trials, the special one from `special` and the general one from `general` upwards. */
static fl_summary *both(fixture *s, const char *fields, size_t n, double special, double general)
{
    fixture_begin(s, fields, SGD("sgd") ", " MOMENTUM(WIDE));
    steps_up(s, 0, n, special, 1, 0);
    steps_up(s, 1, n, general, 0.1, 0.9);
    return sum_up(s);
}

static void a_better_general_rule_is_shown_to_be_no_worse(void **state)
{
    fixture s;
    fl_summary *summary = both(&s, BUDGET(10), 10, 0.2, 0.1);
    const fl_summary_inclusion *found = only(summary);
    assert_int_equal(FL_SUMMARY_SHOWN, found->finding);
    assert_int_equal(2, found->k);
    assert_close(found->difference, -0.1, 1e-12);
    assert_true(found->high < 0);
    assert_null(found->why);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Of 2,000 validation examples an error of .1 has a standard error of sqrt(.1 .9 / 2000) = .0067082: a general rule
 * that is worse by .004 beyond doubt is no worse as far as validation can tell. */
static void a_difference_that_validation_cannot_resolve_is_none(void **state)
{
    fixture s;
    fl_summary *summary = both(&s, BUDGET(10), 10, 0.1, 0.104);
    const fl_summary_inclusion *found = only(summary);
    assert_close(found->margin, 0.00670820393, 1e-8);
    assert_true(found->low > 0 && found->p_worse < 0.05 && found->high < found->margin);
    assert_int_equal(FL_SUMMARY_SHOWN, found->finding);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void a_loss_has_no_such_margin(void **state)
{
    fixture s;
    fl_summary *summary = both(&s, BUDGET(10) "\"select\": \"val_loss\",", 10, 0.1, 0.104);
    assert_close(only(summary)->margin, 0, 0);
    assert_int_equal(FL_SUMMARY_CONTRADICTED, only(summary)->finding);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Errors from .1 to .4 in both arms: the interval reaches far above the margin, and far below zero. */
static void what_the_trials_leave_open_is_not_shown(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("sgd") ", " MOMENTUM(WIDE));
    for (size_t arm = 0; arm < 2; arm++) add_rising(&s, arm, 10, 0.1);
    fl_summary *summary = sum_up(&s);
    const fl_summary_inclusion *found = only(summary);
    assert_int_equal(FL_SUMMARY_NOT_SHOWN, found->finding);
    assert_true(found->low < 0 && found->high > found->margin);
    assert_non_null(found->why);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void check_no_claim(const char *fields, size_t n, const char *why)
{
    fixture s;
    fl_summary *summary = both(&s, fields, n, 0.1, 0.2);
    const fl_summary_inclusion *found = only(summary);
    assert_false(found->judged);
    assert_int_equal(FL_SUMMARY_NO_CLAIM, found->finding);
    assert_true(isnan(found->difference) && isnan(found->p_worse));
    assert_string_equal(why, found->why);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void nothing_is_claimed_of_few_trials_or_an_unfilled_budget(void **state)
{
    check_no_claim(BUDGET(9), 9, "fewer than 10 trials count");
    check_no_claim(BUDGET(12), 11, "budget not filled");
    check_no_claim(FEASIBLE(12), 11, "budget not filled");
}

/* Three arms, three inclusions; of the two p that are least one is tripled and none falls below it. */
static void p_values_are_corrected_over_the_inclusions_of_the_study(void **state)
{
    fixture s;
    fixture_begin(
        &s, BUDGET(10),
        SGD("sgd") ", " MOMENTUM(WIDE) ", " ARM(
            "adam", "adam", RATE "," AXIS("epsilon", "1e-8", "1e8") "," AXIS("one_minus_beta1", "1e-3", "1")));
    steps_up(&s, 0, 10, 0.1, 1, 0);
    steps_up(&s, 1, 10, 0.1, 0.1, 0.9);
    add_rising(&s, 2, 10, 0.2);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(3, summary->n_inclusions);
    const fl_summary_inclusion *equal = &summary->inclusions[0], *first = &summary->inclusions[1],
                               *second = &summary->inclusions[2];
    assert_int_equal(FL_SUMMARY_CONTRADICTED, first->finding);
    assert_int_equal(FL_SUMMARY_CONTRADICTED, second->finding);
    assert_close(first->p_worse, 3.0 / 4001, 1e-12); /* no division of 4,000 was as extreme */
    assert_close(second->p_worse, first->p_worse, 0);
    assert_true(equal->p_worse > 0.3);
    /* at an epsilon of 1 the rate is SGD's, within its axis; at one of 1e8 it would not be */
    assert_contains(first->why, "too few trials: its space holds what sgd selected");
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Of SGD at a rate of 1: Adam's epsilon must be large and beta1 zero; of Adam with epsilon tuned, that leaves beta1. */
static void limits_ask_for_a_large_epsilon(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10),
                  SGD("sgd") ", " ARM("adam", "adam", RATE "," AXIS("epsilon", "1e-8", "1e-2")) ", " ARM(
                      "tuned", "adam", AXIS("learning_rate/epsilon", "1e-2", "1e2") "," AXIS("epsilon", "1e-8", "10")));
    steps_up(&s, 0, 10, 0.1, 1, 0);
    add_rising(&s, 1, 10, 0.2);
    add_rising(&s, 2, 10, 0.2);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(2, summary->n_inclusions);
    for (size_t i = 0; i < 2; i++) assert_int_equal(FL_SUMMARY_NOT_HERE, summary->inclusions[i].finding);
    assert_string_equal(summary->inclusions[0].why,
                        "epsilon would be 1, of [1e-08, 0.01], beta1 would be 0, left at 0.9");
    assert_string_equal(summary->inclusions[1].why, "beta1 would be 0, left at 0.9");
    fl_summary_free(summary);
    fixture_end(&s);
}

static void arms_of_other_schedules_are_no_special_cases(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10),
                  SGD("sgd") ", {\"arm\": \"momentum\", \"optimizer\": \"momentum\", \"schedule\": \"cosine\", "
                             "\"space\": {" RATE "}}");
    fl_summary *summary = sum_up(&s);
    assert_int_equal(0, summary->n_inclusions);
    fl_summary_free(summary);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_special_case_outside_the_space_makes_it_too_narrow),
        cmocka_unit_test(a_special_case_is_one_by_the_same_method),
        cmocka_unit_test(a_space_that_holds_no_point_of_the_special_case_is_no_inclusion),
        cmocka_unit_test(best_trials_at_the_end_of_an_axis_may_mean_so_too),
        cmocka_unit_test(otherwise_the_trials_are_too_few),
        cmocka_unit_test(a_better_general_rule_is_shown_to_be_no_worse),
        cmocka_unit_test(a_difference_that_validation_cannot_resolve_is_none),
        cmocka_unit_test(a_loss_has_no_such_margin),
        cmocka_unit_test(what_the_trials_leave_open_is_not_shown),
        cmocka_unit_test(nothing_is_claimed_of_few_trials_or_an_unfilled_budget),
        cmocka_unit_test(p_values_are_corrected_over_the_inclusions_of_the_study),
        cmocka_unit_test(limits_ask_for_a_large_epsilon),
        cmocka_unit_test(arms_of_other_schedules_are_no_special_cases),
    };
    return test_run(tests, NULL, NULL);
}
