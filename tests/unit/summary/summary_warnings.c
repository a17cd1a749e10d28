/* Every warning, provoked once; and that a sound arm has none. */
#include "support/summed.h"

static bool says(char *const *list, size_t n, const char *part)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(list[i], part)) return true;
    return false;
}

static void assert_says(char *const *list, size_t n, const char *part)
{
    if (says(list, n, part)) return;
    for (size_t i = 0; i < n; i++) print_error("%s\n", list[i]);
    fail_msg("no warning contains '%s'", part);
}

static void end(fixture *s, fl_summary *summary)
{
    fl_summary_free(summary);
    fixture_end(s);
}

#define ASSERT_WARNS(of, part) assert_says((of)->warnings, (of)->n_warnings, part)
#define ASSERT_SILENT(of, part) assert_false(says((of)->warnings, (of)->n_warnings, part))

/* The values of a trial with this learning rate. */
static fl_trial_values at_rate(const fixture *s, double rate)
{
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[0], 0, 0);
    fl_trial_values values = trial.values;
    values.of[FL_TRIAL_OF_OPTIMIZER][0] = rate; /* every table begins with learning_rate */
    fl_trial_free(&trial);
    return values;
}

/* `n` trials around `error`, all at the same rate, on an axis from 1e-3 to 10. */
static void sound_trials(const fixture *s, size_t arm, size_t n, double error, double rate)
{
    fl_trial_values values = at_rate(s, rate);
    for (uint64_t i = 0; i < n; i++)
        add_trial(s, arm, i, 0,
                  (synthetic){ .val_error = error + 0.01 * (double)i,
                               .test_error = error + 0.01 * (double)i,
                               .values = &values });
}

static void a_sound_study_has_no_warnings(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a") "," UNLIKE("b", 20));
    sound_trials(&s, 0, 10, 0.1, 0.1);
    sound_trials(&s, 1, 10, 0.3, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_int_equal(0, summary->n_warnings);
    assert_int_equal(0, summary->arms[0].n_warnings);
    assert_int_equal(0, summary->arms[1].n_warnings);
    end(&s, summary);
}

static void fewer_than_ten_trials_are_too_few(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(9), SGD("a"));
    sound_trials(&s, 0, 9, 0.1, 0.1);
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(&summary->arms[0], "too few trials to tell: 9");
    end(&s, summary);
}

/* 4 trials against 4: C(8, 4) = 70 divisions, each with its mirror image, 2/70 = .029; three pairs: .086. */
static void numbers_that_can_show_nothing_are_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(4), SGD("a") "," UNLIKE("b", 20) "," UNLIKE("c", 30));
    for (size_t arm = 0; arm < 3; arm++) sound_trials(&s, arm, 4, 0.1 + 0.2 * (double)arm, 0.1);
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(summary, "with 3 tests the smallest p they can give is 0.086");
    end(&s, summary);
}

/* Two arms alone: .029 is below .05, but not when it is corrected with another study's, .057. */
static void numbers_that_a_family_makes_too_few_are_named(void **state)
{
    fixture s[2];
    fl_summary *summaries[2];
    for (size_t i = 0; i < 2; i++) {
        fixture_begin(&s[i], BUDGET(4) "\"claims\": {\"pairs\": [[\"a\", \"b\"]], \"family\": \"f\"},",
                      SGD("a") "," UNLIKE("b", 20));
        for (size_t arm = 0; arm < 2; arm++) sound_trials(&s[i], arm, 4, 0.1 + 0.2 * (double)arm, 0.1);
        summaries[i] = sum_up(&s[i]);
        ASSERT_SILENT(summaries[i], "too few trials to show");
    }
    fl_summary_correct_families(summaries, 2);
    for (size_t i = 0; i < 2; i++) {
        ASSERT_WARNS(summaries[i], "with 2 tests the smallest p they can give is 0.057");
        end(&s[i], summaries[i]);
    }
}

/* Two arms alone: .029 is below .05. */
static void numbers_that_just_suffice_are_not(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(4), SGD("a") "," UNLIKE("b", 20));
    for (size_t arm = 0; arm < 2; arm++) sound_trials(&s, arm, 4, 0.1 + 0.2 * (double)arm, 0.1);
    fl_summary *summary = sum_up(&s);
    ASSERT_SILENT(summary, "to show any difference");
    assert_true(summary->pairs[0].claimed);
    end(&s, summary);
}

static void the_best_value_on_an_edge_is_named_with_the_bound_to_widen(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a"));
    sound_trials(&s, 0, 10, 0.1, 9.5);
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(&summary->arms[0],
                 "3 of the best 3 trials lie at the upper end of learning_rate [0.001, 10]: widen max to 100");
    end(&s, summary);
}

static void the_edge_of_listed_values_is_named(void **state)
{
    fixture s;
    fixture_begin(
        &s, BUDGET(3) "\"search\": {\"method\": \"grid\"},",
        "{\"arm\": \"a\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": {\"feasible_points\": [0.01, "
        "0.1, 1]}}}");
    const double errors[] = { 0.1, 0.2, 0.3 };
    add_errors(&s, 0, errors, 3);
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(&summary->arms[0],
                 "the best 1 trial has the least of the 3 values listed for learning_rate: add 0.001");
    end(&s, summary);
}

static void an_unfilled_budget_is_named(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(2), SGD("a"));
    add_trial(&s, 0, 0, 0, (synthetic){ .val_error = 0.2 });
    for (uint64_t i = 1; i < 6; i++) add_trial(&s, 0, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(&summary->arms[0], "budget not filled: 1 of 2 feasible trials");
    end(&s, summary);
}

static void an_arm_that_always_diverges_is_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(2), SGD("a"));
    for (uint64_t i = 0; i < 2; i++) add_trial(&s, 0, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    fl_summary *summary = sum_up(&s);
    assert_null(summary->arms[0].selected);
    ASSERT_WARNS(&summary->arms[0], "no trial has a finite figure");
    end(&s, summary);
}

static void failed_trials_are_counted_and_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(12), SGD("a"));
    sound_trials(&s, 0, 10, 0.1, 0.1);
    add_trial(&s, 0, 10, 0, (synthetic){ .status = FL_OUTCOME_FAILED, .reason = "killed by signal 9 (Killed)" });
    add_trial(&s, 0, 11, 0, (synthetic){ .status = FL_OUTCOME_FAILED, .reason = "took longer than 60 s" });
    fl_summary *summary = sum_up(&s);
    assert_int_equal(12, summary->arms[0].n_run);
    assert_int_equal(10, summary->arms[0].n_counted);
    ASSERT_WARNS(&summary->arms[0],
                 "2 trials failed and count for nothing, the first at index 10 (killed by signal 9 (Killed))");
    ASSERT_WARNS(&summary->arms[0], "budget not filled: 10 of 12 trials");
    end(&s, summary);
}

static void trials_stopped_early_are_named(void **state)
{
    fixture s;
    fixture_begin(&s, "\"budget\": {\"trials\": 11, \"steps\": 100, \"eval_every\": 10, \"stop_above\": 5},", SGD("a"));
    sound_trials(&s, 0, 10, 0.1, 0.1);
    add_trial(&s, 0, 10, 0, (synthetic){ .val_error = 0.9, .stopped_at = 30 });
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(&summary->arms[0], "1 trial was stopped early (stop_above or patience)");
    end(&s, summary);
}

static void machines_mixed_within_an_arm_are_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(11), SGD("a"));
    sound_trials(&s, 0, 10, 0.1, 0.1);
    add_trial(&s, 0, 10, 0, (synthetic){ .val_error = 0.9, .host = "0000000000000002" });
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(&summary->arms[0], "trials ran on 2 different machines or builds");
    end(&s, summary);
}

static void missing_and_diverged_reruns_are_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) "\"seeds\": {\"rerun_best\": 3},", SGD("a"));
    sound_trials(&s, 0, 10, 0.1, 0.1);
    add_trial(&s, 0, 0, FL_STUDY_RERUN_REPEAT, (synthetic){ .val_error = 0.1, .test_error = 0.2 });
    add_trial(&s, 0, 0, FL_STUDY_RERUN_REPEAT + 1, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(&summary->arms[0], "1 of 3 reruns of the selected trial are missing");
    ASSERT_WARNS(&summary->arms[0], "1 of 2 reruns of the selected trial did not complete");
    end(&s, summary);
}

static void damaged_lines_are_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a"));
    sound_trials(&s, 0, 10, 0.1, 0.1);
    bytes b = take_file(&s, "trials.jsonl");
    b.text[line_start(&b, 7) + 5] ^= 1;
    give_file(&s, "trials.jsonl", b.text, b.n);
    free(b.text);
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(summary, "trials.jsonl:7 does not match its check");
    end(&s, summary);
}

/* The larger standard error of the two: sqrt(.105 * .895 / 2000) = .0069 on 2,000 test examples; the errors are .005
 * apart. */
static void test_errors_closer_than_their_standard_error_are_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a") "," UNLIKE("b", 20) "," UNLIKE("c", 30));
    sound_trials(&s, 0, 10, 0.100, 0.1);
    sound_trials(&s, 1, 10, 0.105, 0.1);
    sound_trials(&s, 2, 10, 0.500, 0.1);
    fl_summary *summary = sum_up(&s);
    assert_true(summary->pairs[0].within_error);
    assert_false(summary->pairs[1].within_error || summary->pairs[2].within_error);
    ASSERT_WARNS(summary, "(0.69 points), so their order means nothing: a and b");
    ASSERT_SILENT(summary, "a and c");
    end(&s, summary);
}

/* Of ten trials of one index six end alike to the last digit, then four. */
static void arms_that_ran_the_same_trainings_are_named(void **state)
{
    for (uint64_t n_same = 6; n_same >= 4; n_same -= 2) {
        fixture s;
        fixture_begin(&s, BUDGET(10), SGD("a") "," SGD("b"));
        for (uint64_t i = 0; i < 10; i++) {
            double error = 0.1 + 0.01 * (double)i;
            add_trial(&s, 0, i, 0, (synthetic){ .val_error = error, .test_error = error });
            if (i >= n_same) error += 0.001;
            add_trial(&s, 1, i, 0, (synthetic){ .val_error = error, .test_error = error });
        }
        fl_summary *summary = sum_up(&s);
        if (n_same == 6)
            ASSERT_WARNS(summary, "a and b came to the very same figures in 6 of 10 trials");
        else
            ASSERT_SILENT(summary, "very same figures");
        end(&s, summary);
    }
}

/* Four alike make six pairs: three are named and three counted, so that many arms do not print as many sentences as
 * pairs. */
static void of_many_arms_that_ran_the_same_three_pairs_are_named(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a") "," SGD("b") "," SGD("c") "," SGD("d"));
    for (size_t arm = 0; arm < 4; arm++)
        for (uint64_t i = 0; i < 10; i++)
            add_trial(&s, arm, i, 0, (synthetic){ .val_error = 0.1 + 0.01 * (double)i, .test_error = 0.2 });
    fl_summary *summary = sum_up(&s);
    ASSERT_WARNS(summary, "a and d came to the very same figures in 10 of 10 trials");
    ASSERT_WARNS(summary, "so did 3 more pairs");
    ASSERT_SILENT(summary, "b and c came");
    end(&s, summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_study_has_no_warnings),
        cmocka_unit_test(fewer_than_ten_trials_are_too_few),
        cmocka_unit_test(numbers_that_can_show_nothing_are_named),
        cmocka_unit_test(numbers_that_a_family_makes_too_few_are_named),
        cmocka_unit_test(numbers_that_just_suffice_are_not),
        cmocka_unit_test(the_best_value_on_an_edge_is_named_with_the_bound_to_widen),
        cmocka_unit_test(the_edge_of_listed_values_is_named),
        cmocka_unit_test(an_unfilled_budget_is_named),
        cmocka_unit_test(an_arm_that_always_diverges_is_named),
        cmocka_unit_test(failed_trials_are_counted_and_named),
        cmocka_unit_test(trials_stopped_early_are_named),
        cmocka_unit_test(machines_mixed_within_an_arm_are_named),
        cmocka_unit_test(missing_and_diverged_reruns_are_named),
        cmocka_unit_test(damaged_lines_are_named),
        cmocka_unit_test(test_errors_closer_than_their_standard_error_are_named),
        cmocka_unit_test(arms_that_ran_the_same_trainings_are_named),
        cmocka_unit_test(of_many_arms_that_ran_the_same_three_pairs_are_named),
    };
    return test_run(tests, NULL, NULL);
}
