/* What may be claimed: declared pairs, paired arms, spaces that are cut off, arms that diverge, looking again, and
 * studies of one family. */
#include "support/summed.h"

#include "record/log.h"

#define CLAIMS(text) "\"claims\": {" text "},"
#define MOMENTUM(name)                                                                                                 \
    "{\"arm\": \"" name "\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": "                             \
    "{\"min\": 1e-3, \"max\": 10, \"scaling\": \"log\"}}}"

static void end(fixture *s, fl_summary *summary)
{
    fl_summary_free(summary);
    fixture_end(s);
}

/* Complete trials with a rate in the middle of the axis, but for those from `first` on, which are at its upper end. */
static void trials_at(const fixture *s, size_t arm, size_t n, double low, size_t n_at_end)
{
    for (uint64_t i = 0; i < n; i++) {
        fl_trial_values values = s->study->arms[arm].base.values;
        double error = low + 0.01 * (double)i;
        values.of[FL_TRIAL_OF_OPTIMIZER][0] = i < n_at_end ? 9.5 : 0.1;
        add_trial(s, arm, i, 0, (synthetic){ .val_error = error, .test_error = error, .values = &values });
    }
}

static void only_declared_pairs_are_tested_and_corrected_for(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) CLAIMS("\"pairs\": [[\"c\", \"a\"]]"),
                  SGD("a") "," UNLIKE("b", 20) "," UNLIKE("c", 30));
    for (size_t arm = 0; arm < 3; arm++) trials_at(&s, arm, 10, 0.1 + 0.2 * (double)arm, 0);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(1, summary->n_pairs);
    assert_int_equal(1, summary->n_tests);
    assert_int_equal(2, summary->pairs[0].a);
    assert_int_equal(0, summary->pairs[0].b);
    assert_close(summary->pairs[0].p_adjusted, summary->pairs[0].p, 0);
    assert_true(summary->pairs[0].claimed);
    assert_string_equal("a is better", summary->pairs[0].verdict);
    end(&s, summary);
}

static void a_baseline_costs_a_test_per_other_arm(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) CLAIMS("\"baseline\": \"b\""), SGD("a") "," UNLIKE("b", 20) "," UNLIKE("c", 30));
    for (size_t arm = 0; arm < 3; arm++) trials_at(&s, arm, 10, 0.1 + 0.2 * (double)arm, 0);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(2, summary->n_tests);
    for (size_t i = 0; i < 2; i++) assert_int_equal(1, summary->pairs[i].b);
    end(&s, summary);
}

/* Arms of one space differ by .01 in each trial: paired they do beyond doubt, whatever lies between the trials. */
static void arms_of_one_space_are_paired_by_index(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), SGD("sgd") "," MOMENTUM("momentum") "," UNLIKE("other", 20));
    for (size_t arm = 0; arm < 3; arm++) trials_at(&s, arm, 20, 0.1 + (arm ? 0.01 : 0), 0);
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *paired = &summary->pairs[0], *unpaired = &summary->pairs[1];
    assert_true(paired->paired && paired->claimed);
    assert_close(paired->difference, -0.01, 1e-12);
    assert_close(paired->low, -0.01, 1e-9);
    assert_false(unpaired->paired || unpaired->claimed);
    assert_close(unpaired->difference, -0.01, 1e-12);
    end(&s, summary);
}

/* Of feasible budgets of 5, one arm needed seven indices: its last two have no partner; its infeasible trials count as
 * the worst value of both arms, .5. K = 1: the means, (.1 + .2 + .5 + .5 + .3) / 5 against .3. */
static void infeasible_trials_keep_their_partner_and_the_rest_is_left_out(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(5), SGD("sgd") "," MOMENTUM("momentum"));
    const double errors[7] = { 0.1, 0.2, 0, 0, 0.3, 0.4, 0.4 };
    for (uint64_t i = 0; i < 7; i++) {
        if (i < 5)
            add_trial(&s, 1, i, 0,
                      (synthetic){ .val_error = 0.1 + 0.1 * (double)i, .test_error = 0.1 + 0.1 * (double)i });
        add_trial(&s, 0, i, 0,
                  errors[i] > 0 ? (synthetic){ .val_error = errors[i], .test_error = errors[i] } : infeasible);
    }
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *pair = &summary->pairs[0];
    assert_int_equal(5, summary->arms[0].n_counted);
    assert_true(pair->paired && pair->tested);
    assert_int_equal(5, pair->n_a);
    assert_int_equal(2, pair->n_left_out);
    assert_close(pair->difference, 0.32 - 0.3, 1e-12);
    assert_int_equal(1, pair->n_remarks); /* the five that count are .1, .2, .3, .4 and .4, and .1 to .5 */
    assert_string_equal(
        "over the 5 indices that both arms ran, 2 of them with an infeasible trial, which counts as the worst of "
        "both and in an unpaired difference not at all; 2 trials without a partner left out; by each arm's own trials "
        "momentum is worse by 2.00 points",
        pair->remarks[0]);
    end(&s, summary);
}

/* The loser's three best of twenty at the upper end of its rate: the difference stands, the claim does not. */
static void nothing_is_claimed_against_an_arm_whose_search_is_cut_off(void **state)
{
    for (size_t n_at_end = 1; n_at_end <= 2; n_at_end++) {
        fixture s;
        fixture_begin(&s, BUDGET(20), SGD("a") "," UNLIKE("b", 11));
        trials_at(&s, 0, 20, 0.1, 0);
        trials_at(&s, 1, 20, 0.4, n_at_end);
        fl_summary *summary = sum_up(&s);
        const fl_summary_pair *pair = &summary->pairs[0];
        assert_true(pair->shown);
        assert_int_equal(n_at_end == 2 ? FL_SUMMARY_CUT_OFF : FL_SUMMARY_BETTER, pair->found);
        assert_int_equal(n_at_end == 1, pair->claimed);
        if (n_at_end == 2)
            assert_string_equal("a is better in this space; the space of b is cut off at learning_rate", pair->verdict);
        end(&s, summary);
    }
}

/* Twenty trials that end alike whatever their rate: the places of the first three are the tie-break's. */
static void trials_that_end_alike_do_not_crowd_an_end(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), SGD("a") "," UNLIKE("b", 11));
    trials_at(&s, 0, 20, 0.1, 0);
    for (uint64_t i = 0; i < 20; i++) {
        fl_trial_values values = s.study->arms[1].base.values;
        synthetic alike = { .val_error = 0.9, .test_error = 0.9, .val_loss = 2 + 0.001 * (double)i, .values = &values };
        values.of[FL_TRIAL_OF_OPTIMIZER][0] = i < 4 ? 9.5 : 0.1;
        add_trial(&s, 1, i, 0, alike);
    }
    fl_summary *summary = sum_up(&s);
    assert_int_equal(0, summary->arms[1].n_cut_offs);
    assert_true(summary->arms[1].alike && !summary->arms[0].alike);
    assert_true(summary->pairs[0].claimed);
    end(&s, summary);
}

/* Four of five at the upper end: with so few the best three are more than half, whatever they score. */
static void few_trials_are_cut_off_all_the_same(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("a") "," UNLIKE("b", 11));
    trials_at(&s, 0, 5, 0.1, 4);
    trials_at(&s, 1, 5, 0.4, 0);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(1, summary->arms[0].n_cut_offs);
    assert_false(summary->arms[0].alike || summary->arms[1].alike);
    end(&s, summary);
}

/* The winner's space may end where it likes. */
static void a_winner_that_is_cut_off_is_claimed(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), SGD("a") "," UNLIKE("b", 11));
    trials_at(&s, 0, 20, 0.1, 3);
    trials_at(&s, 1, 20, 0.4, 0);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(1, summary->arms[0].n_cut_offs);
    assert_true(summary->pairs[0].claimed);
    end(&s, summary);
}

static void a_diverged_arm_has_no_difference(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a") "," UNLIKE("b", 20));
    trials_at(&s, 0, 10, 0.1, 0);
    for (uint64_t i = 0; i < 10; i++) add_trial(&s, 1, i, 0, infeasible);
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *pair = &summary->pairs[0];
    assert_int_equal(FL_SUMMARY_DIVERGED, pair->found);
    assert_string_equal("b diverged", pair->verdict);
    assert_true(isnan(pair->difference) && isnan(pair->p) && !pair->claimed);
    end(&s, summary);
}

/* A feasible budget that no trial fills is not merely unfilled. */
static void an_arm_that_diverges_in_every_trial_is_said_to(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(5), SGD("a") "," UNLIKE("b", 20));
    trials_at(&s, 0, 5, 0.1, 0);
    for (uint64_t i = 0; i < 5; i++) add_trial(&s, 1, i, 0, infeasible);
    fl_summary *summary = sum_up(&s);
    assert_true(fl_summary_diverged(&summary->arms[1]) && !fl_summary_diverged(&summary->arms[0]));
    assert_int_equal(FL_SUMMARY_DIVERGED, summary->pairs[0].found);
    assert_string_equal("b diverged", summary->pairs[0].verdict);
    end(&s, summary);
}

/* Errors with p between .05/12 and .05: claimed at the first look, not at the third. */
static void looking_again_asks_for_more(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) CLAIMS("\"pairs\": [[\"a\", \"b\"]]"), SGD("a") "," UNLIKE("b", 20));
    trials_at(&s, 0, 10, 0.10, 0);
    trials_at(&s, 1, 10, 0.135, 0);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(1, summary->n_looks);
    assert_true(summary->pairs[0].p < 0.05 && summary->pairs[0].p > 0.05 / 12);
    assert_true(summary->pairs[0].claimed);
    fl_summary_free(summary);
    fl_record_log_look(s.folder, 6);
    fl_record_log_look(s.folder, 8);
    summary = sum_up(&s);
    assert_int_equal(3, summary->n_looks);
    assert_close(summary->level, 0.05 / (3 * 4), 1e-15);
    assert_false(summary->pairs[0].claimed);
    end(&s, summary);
}

static fl_summary *member(fixture *s, const char *fields)
{
    fixture_begin(s, fields, SGD("a") "," UNLIKE("b", 20));
    trials_at(s, 0, 10, 0.10, 0);
    trials_at(s, 1, 10, 0.135, 0);
    return sum_up(s);
}

/* One test in each of two studies: together p is doubled; a third study of no family stays as it is. */
static void studies_of_one_family_are_corrected_together(void **state)
{
    fixture s[3];
    fl_summary *summaries[] = {
        member(&s[0], BUDGET(10) CLAIMS("\"pairs\": [[\"a\", \"b\"]], \"family\": \"batch sizes\"")),
        member(&s[1], BUDGET(10) CLAIMS("\"pairs\": [[\"a\", \"b\"]]")),
        member(&s[2], BUDGET(10) CLAIMS("\"pairs\": [[\"a\", \"b\"]], \"family\": \"batch sizes\"")),
    };
    double p = summaries[0]->pairs[0].p, detectable = summaries[0]->pairs[0].detectable;
    assert_true(p > 0.025 && summaries[0]->pairs[0].claimed);
    fl_summary_correct_families(summaries, 3);
    for (size_t i = 0; i < 3; i++) {
        double now = summaries[i]->pairs[0].detectable; /* two tests ask for more than one */
        assert_true(i == 1 ? now == detectable : now > 1.05 * detectable);
        assert_close(summaries[i]->pairs[0].p_adjusted, i == 1 ? p : 2 * summaries[i]->pairs[0].p, 1e-12);
        assert_int_equal(i == 1, summaries[i]->pairs[0].claimed);
        assert_int_equal(i == 1 ? 0 : 2, summaries[i]->n_family);
        end(&s[i], summaries[i]);
    }
}

/* One test at .05, the arms further and further apart. 4,000 divisions know a p of .05 to three times .0034. */
static void a_close_call_draws_more_divisions(void **state)
{
    size_t n_close = 0;
    for (size_t i = 0; i < 40; i++) {
        fixture s;
        fixture_begin(&s, BUDGET(10) CLAIMS("\"pairs\": [[\"a\", \"b\"]]"), SGD("a") "," UNLIKE("b", 20));
        trials_at(&s, 0, 10, 0.1, 0);
        trials_at(&s, 1, 10, 0.112 + 0.0005 * (double)i, 0);
        fl_summary *summary = sum_up(&s);
        const fl_summary_pair *pair = &summary->pairs[0];
        bool close = pair->permutations == 100000;
        assert_true(close || pair->permutations == 4000);
        if (close ? fabs(pair->p - 0.05) > 0.02 : fabs(pair->p - 0.05) < 0.009)
            fail_msg("%g of %zu divisions", pair->p, pair->permutations);
        n_close += close;
        end(&s, summary);
    }
    assert_true(n_close);
}

/* Five reruns each of two points .1 apart: the least p of C(10, 5) = 252 divisions, 2/252; with four nothing. */
static void reruns_are_a_comparison_of_their_own(void **state)
{
    for (uint64_t n = 4; n <= 5; n++) {
        fixture s;
        fixture_begin(&s, BUDGET(10) "\"seeds\": {\"rerun_best\": 5},", SGD("a") "," UNLIKE("b", 20));
        for (size_t arm = 0; arm < 2; arm++) {
            trials_at(&s, arm, 10, 0.1 + 0.1 * (double)arm, 0);
            for (uint64_t i = 0; i < n; i++) {
                double error = 0.1 + 0.1 * (double)arm + 0.001 * (double)i;
                add_trial(&s, arm, 0, FL_STUDY_RERUN_REPEAT + i,
                          (synthetic){ .val_error = error, .test_error = error });
            }
        }
        fl_summary *summary = sum_up(&s);
        const fl_summary_reruns *reruns = &summary->pairs[0].reruns;
        assert_int_equal(n, reruns->n_a);
        assert_int_equal(n == 4, isnan(reruns->p));
        if (n == 5) {
            assert_close(reruns->difference, -0.1, 1e-9);
            assert_true(fabs(reruns->p - 2.0 / 252) < 4 * 0.0014);
            assert_true(reruns->low < -0.09 && reruns->high < -0.09);
        }
        end(&s, summary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_declared_pairs_are_tested_and_corrected_for),
        cmocka_unit_test(a_baseline_costs_a_test_per_other_arm),
        cmocka_unit_test(arms_of_one_space_are_paired_by_index),
        cmocka_unit_test(infeasible_trials_keep_their_partner_and_the_rest_is_left_out),
        cmocka_unit_test(nothing_is_claimed_against_an_arm_whose_search_is_cut_off),
        cmocka_unit_test(trials_that_end_alike_do_not_crowd_an_end),
        cmocka_unit_test(few_trials_are_cut_off_all_the_same),
        cmocka_unit_test(a_winner_that_is_cut_off_is_claimed),
        cmocka_unit_test(a_diverged_arm_has_no_difference),
        cmocka_unit_test(an_arm_that_diverges_in_every_trial_is_said_to),
        cmocka_unit_test(looking_again_asks_for_more),
        cmocka_unit_test(studies_of_one_family_are_corrected_together),
        cmocka_unit_test(a_close_call_draws_more_divisions),
        cmocka_unit_test(reruns_are_a_comparison_of_their_own),
    };
    return test_run(tests, NULL, NULL);
}
