/* Comparisons of hand-made arms: what is claimed, and what is not. */
#include "support/summed.h"

#include "stats/permutation.h"

/* Errors .10 to .14 against .30 to .34: of the 252 divisions only this one and its mirror image differ as much, p =
 * 2/252; 4,000 draws know it to sqrt(p (1-p) / 4000) = .0014. K = 1: the difference is that of the means, -.2. */
static void a_clear_difference_is_claimed(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("a") "," UNLIKE("b", 20));
    add_rising(&s, 0, 5, 0.1);
    add_rising(&s, 1, 5, 0.3);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(1, summary->n_pairs);
    const fl_summary_pair *pair = &summary->pairs[0];
    assert_int_equal(1, pair->k);
    assert_int_equal(FL_STATS_PERMUTATIONS, pair->permutations);
    assert_close(pair->difference, -0.2, 1e-12);
    assert_true(fabs(pair->p - 2.0 / 252) < 4 * 0.0014);
    assert_close(pair->p_adjusted, pair->p, 0);
    assert_true(pair->claimed);
    assert_string_equal("a is better", pair->verdict);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* The least of 4 of the ranks 1..20 is 21/5 = 4.2 on average: .1 + .01 * 3.2. */
static void k_is_a_fifth_of_the_trials(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), SGD("a") "," UNLIKE("b", 20));
    add_rising(&s, 0, 20, 0.1);
    add_rising(&s, 1, 20, 0.2);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(4, summary->arms[0].k);
    assert_int_equal(4, summary->pairs[0].k);
    assert_close(summary->arms[0].interval.estimate, 0.132, 1e-12);
    assert_close(summary->pairs[0].difference, -0.1, 1e-12);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void the_verdict_names_the_arm_with_the_lower_error(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("a") "," UNLIKE("b", 20));
    add_rising(&s, 0, 5, 0.3);
    add_rising(&s, 1, 5, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_string_equal("b is better", summary->pairs[0].verdict);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Every division differs at least as much as two equal arms: p = 1. */
static void between_equal_arms_no_difference_is_shown(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("a") "," UNLIKE("b", 20));
    add_rising(&s, 0, 5, 0.1);
    add_rising(&s, 1, 5, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_close(summary->pairs[0].p, 1, 0);
    assert_false(summary->pairs[0].claimed);
    assert_string_equal("no difference shown", summary->pairs[0].verdict);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Two arms by two methods that the study lists: a against b by either. */
static void arms_by_unlike_methods_of_a_list_are_no_pair(void **state)
{
    fixture s;
    fixture_begin(&s, LISTED BUDGET(5), SGD("a") "," UNLIKE("b", 20));
    for (size_t arm = 0; arm < 4; arm++) add_rising(&s, arm, 5, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(2, summary->n_pairs);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(i, summary->pairs[i].a);
        assert_int_equal(2 + i, summary->pairs[i].b);
    }
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Three pairs: two at p = 2/252, one at 1. Holm makes 3 p of the smallest, then keeps the order. */
static void p_values_are_corrected_over_the_pairs_of_the_study(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("a") "," UNLIKE("b", 20) "," UNLIKE("c", 30));
    add_rising(&s, 0, 5, 0.1);
    add_rising(&s, 1, 5, 0.1);
    add_rising(&s, 2, 5, 0.3);
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *equal = &summary->pairs[0], *first = &summary->pairs[1], *second = &summary->pairs[2];
    assert_int_equal(3, summary->n_pairs);
    assert_close(equal->p_adjusted, 1, 0);
    assert_close(fmin(first->p_adjusted, second->p_adjusted), 3 * fmin(first->p, second->p), 1e-12);
    assert_true(first->claimed && second->claimed && !equal->claimed);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Of three arms the middle one lacks a feasible trial: the pair of the others is the only one, so Holm changes nothing.
 */
static void nothing_is_claimed_of_an_arm_whose_budget_is_not_filled(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(5), SGD("a") "," UNLIKE("b", 20) "," UNLIKE("c", 30));
    add_rising(&s, 0, 5, 0.1);
    add_rising(&s, 1, 4, 0.3);
    for (uint64_t i = 4; i < 15; i++) add_trial(&s, 1, i, 0, infeasible);
    add_rising(&s, 2, 5, 0.3);
    fl_summary *summary = sum_up(&s);
    for (size_t i = 0; i < 3; i += 2) { /* a and b, b and c */
        const fl_summary_pair *pair = &summary->pairs[i];
        assert_false(pair->tested || pair->claimed);
        assert_int_equal(0, pair->permutations);
        assert_string_equal("no claim: budget not filled", pair->verdict);
        assert_true(isnan(pair->p) && isnan(pair->p_adjusted));
    }
    assert_close(summary->pairs[0].difference, 0.12 - 0.315, 1e-12); /* the means alone, as a figure */
    assert_true(summary->pairs[1].claimed);
    assert_close(summary->pairs[1].p_adjusted, summary->pairs[1].p, 0);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void only_arms_of_one_batch_size_are_compared(void **state)
{
    fixture s = { .study = NULL };
    fl_error error;
    s.study = fl_study_load_text(
        "lists",
        "{\"study\": \"lists\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": [16, 32]," BUDGET(
            5) "\"arms\": [" SGD("a") "," UNLIKE("b", 20) "]}",
        NULL, &error);
    assert_non_null(s.study);
    folder_make(s.folder);
    s.store = open_store(&s, whole);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(4, summary->n_arms);
    assert_int_equal(2, summary->n_pairs);
    for (size_t i = 0; i < 2; i++) {
        const fl_study_arm *a = summary->arms[summary->pairs[i].a].arm, *b = summary->arms[summary->pairs[i].b].arm;
        assert_int_equal(a->base.batch_size, b->base.batch_size);
        assert_string_not_equal(a->label, b->label);
    }
    fl_summary_free(summary);
    fixture_end(&s);
}

static fl_summary *with_steps(fixture *s, size_t a, size_t b)
{
    fixture_begin(s, BUDGET(5) TARGET, SGD("a") "," UNLIKE("b", 20));
    for (uint64_t i = 0; i < 5; i++) {
        add_trial(s, 0, i, 0, (synthetic){ .val_error = 0.2, .reached = a });
        add_trial(s, 1, i, 0, (synthetic){ .val_error = 0.2, .reached = b });
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
        fixture s;
        fl_summary *summary = with_steps(&s, cases[i].a, cases[i].b);
        assert_int_equal(cases[i].equal, summary->pairs[0].steps_equal);
        fl_summary_free(summary);
        fixture_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_difference_is_claimed),
        cmocka_unit_test(k_is_a_fifth_of_the_trials),
        cmocka_unit_test(the_verdict_names_the_arm_with_the_lower_error),
        cmocka_unit_test(between_equal_arms_no_difference_is_shown),
        cmocka_unit_test(arms_by_unlike_methods_of_a_list_are_no_pair),
        cmocka_unit_test(p_values_are_corrected_over_the_pairs_of_the_study),
        cmocka_unit_test(nothing_is_claimed_of_an_arm_whose_budget_is_not_filled),
        cmocka_unit_test(only_arms_of_one_batch_size_are_compared),
        cmocka_unit_test(arms_within_one_interval_are_equal_in_steps),
    };
    return test_run(tests, NULL, NULL);
}
