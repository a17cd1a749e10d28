/* What stands beside a verdict, so that it is not misread. Errors rise by .01 from trial to trial, so that K = 1 of ten
 * trials expects .045 above the least of them. */
#include "support/summed.h"

#include "summary/summary_words.h"

#include <math.h>

#define PAIR "\"claims\": {\"pairs\": [[\"a\", \"b\"]], \"k\": 1"
#define COSINE(name)                                                                                                   \
    "{\"arm\": \"" name "\", \"optimizer\": \"sgd\", \"schedule\": \"cosine\", \"space\": {\"learning_rate\": "        \
    "{\"min\": 1e-3, \"max\": 30, \"scaling\": \"log\"}}}"

static void end(fixture *s, fl_summary *summary)
{
    fl_summary_free(summary);
    fixture_end(s);
}

/* The pair has one remark that holds `part`; none where `part` is NULL. */
static void assert_remarks(const fl_summary_pair *pair, const char *part)
{
    size_t n = 0;
    for (size_t i = 0; part && i < pair->n_remarks; i++) n += strstr(pair->remarks[i], part) != NULL;
    if (n != (part != NULL) || (!part && pair->n_remarks))
        fail_msg("%zu remarks, the first '%s', instead of '%s'", pair->n_remarks,
                 pair->n_remarks ? pair->remarks[0] : "", part ? part : "none");
}

/* --- names --- */

static void names_that_would_run_into_the_sentence_are_quoted(void **state)
{
    static const char *const cases[][2] = {
        { "adam", "adam" },
        { "narrow b", "narrow b" },
        { "adam, epsilon 1e-8", "'adam, epsilon 1e-8'" },
        { "warm-up; clipped", "'warm-up; clipped'" },
        { "sgd: tuned", "'sgd: tuned'" },
        { "rate and momentum", "'rate and momentum'" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *said = fl_summary_said(cases[i][0]);
        assert_string_equal(cases[i][1], said);
        free(said);
    }
}

/* --- how large a difference is --- */

/* Thirty trials each, b worse than a by `by`. */
static void check_margin(const char *margin, double by, const char *part)
{
    fixture s;
    char fields[200];
    snprintf(fields, sizeof fields, BUDGET(30) PAIR ", \"margin\": %s},", margin);
    fixture_begin(&s, fields, SGD("a") "," UNLIKE("b", 20));
    add_rising(&s, 0, 30, 0.1);
    add_rising(&s, 1, 30, 0.1 + by);
    fl_summary *summary = sum_up(&s);
    assert_remarks(&summary->pairs[0], part);
    end(&s, summary);
}

/* Of 30 trials .01 apart the mean has a standard error of .0161, so the interval of two such reaches .037 to both
 * sides, and .07 would be found in 80 % of such studies, or a little more. */
static void the_least_difference_that_matters_stands_beside_the_verdict(void **state)
{
    check_margin("0", 0.2, NULL);
    check_margin("0.05", 0.2, "the whole interval is beyond the 5.00 points declared to matter");
    check_margin("0.18", 0.2, "not that it is as large as the 18.00 points declared to matter");
    check_margin("0.3", 0.2, "shown, but smaller than the 30.00 points declared to matter");
    check_margin("0.05", 0, "the whole interval is within the 5.00 points declared to matter");
    check_margin("0.02", 0, "a difference of the 2.00 points declared to matter may have been missed: one of ");
    check_margin("0.04", 0.03, "the interval does not exclude the 4.00 points declared to matter");
}

/* b reaches nearly as low as a, but 34 of its 40 trials end anywhere between .12 and 3,600: what the best of 8 is
 * expected to be depends on how few draws meet none of the six. */
static void a_claim_whose_interval_includes_0_says_so(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(40) "\"claims\": {\"pairs\": [[\"a\", \"b\"]], \"k\": 8},", SGD("a") "," UNLIKE("b", 20));
    for (uint64_t i = 0; i < 40; i++) {
        double n = (double)i, a = 0.1 + (i < 27 ? 0.0001 * n : 0.003 * (n - 26));
        double b = i < 6 ? 0.1005 + 0.0001 * n : 0.12 * pow(3e4, (n - 6) / 33);
        add_trial(&s, 0, i, 0, (synthetic){ .val_error = a, .test_error = a });
        add_trial(&s, 1, i, 0, (synthetic){ .val_error = b, .test_error = b });
    }
    fl_summary *summary = sum_up(&s);
    const fl_summary_pair *pair = &summary->pairs[0];
    assert_true(pair->claimed && pair->size_open);
    assert_string_equal("a is better, by how much is open", pair->verdict);
    assert_remarks(pair, "the interval includes 0");
    end(&s, summary);
}

/* --- reruns --- */

/* a is better than b by .2 in the best of 1; of five reruns each b is worse by `by`. */
static void check_reruns(double by, const char *part)
{
    fixture s;
    fixture_begin(&s, BUDGET(10) "\"seeds\": {\"rerun_best\": 5}," PAIR "},", SGD("a") "," UNLIKE("b", 20));
    for (size_t arm = 0; arm < 2; arm++) {
        add_rising(&s, arm, 10, 0.1 + 0.2 * (double)arm);
        for (uint64_t i = 0; i < 5; i++) {
            double error = 0.2 + by * (double)arm + 0.01 * (double)i;
            add_trial(&s, arm, 0, FL_STUDY_RERUN_REPEAT + i, (synthetic){ .val_error = error, .test_error = error });
        }
    }
    fl_summary *summary = sum_up(&s);
    assert_true(summary->pairs[0].claimed);
    assert_int_equal(1, summary->pairs[0].n_remarks);
    assert_remarks(&summary->pairs[0], part);
    assert_int_equal(strstr(part, "these two") != NULL, strstr(summary->pairs[0].remarks[0], "these two") != NULL);
    end(&s, summary);
}

static void reruns_that_do_not_bear_a_claim_out_are_remarked_on(void **state)
{
    check_reruns(0.2, "5 and 5 fresh seeds: b worse than a by 20.00 points [");
    check_reruns(0.001, ": not shown of these two points");
    check_reruns(-0.1, ": these two points contradict it");
}

/* --- schedules --- */

static void unlike_schedules_are_named_where_names_do_not_tell_them(void **state)
{
    for (size_t told = 0; told < 2; told++) {
        fixture s;
        fixture_begin(&s, BUDGET(10), told ? SGD("constant") "," COSINE("cosine") : SGD("a") "," COSINE("b"));
        add_rising(&s, 0, 10, 0.1);
        add_rising(&s, 1, 10, 0.1);
        fl_summary *summary = sum_up(&s);
        assert_remarks(&summary->pairs[0], told ? NULL : "unlike schedules: a has constant, b has cosine");
        end(&s, summary);
    }
}

/* --- flips --- */

/* Along one axis the best of 1 is too small a choice; and the wide space has another schedule. */
static void a_flip_carries_what_speaks_against_it(void **state)
{
    fixture s;
    fixture_begin(&s,
                  BUDGET(10) "\"claims\": {\"flips\": [{\"narrow\": [\"na\", \"nb\"], \"wide\": [\"wa\", \"wb\"]}], "
                             "\"k\": 1},",
                  SGD("na") "," UNLIKE("nb", 20) "," COSINE("wa") "," COSINE("wb"));
    for (size_t arm = 0; arm < 4; arm++) add_rising(&s, arm, 10, arm == 0 || arm == 3 ? 0.3 : 0.1);
    fl_summary *summary = sum_up(&s);
    const fl_summary_flip *flip = &summary->flips[0];
    assert_true(flip->claimed);
    assert_int_equal(2, flip->n_remarks);
    assert_string_equal(
        "the best of 1 along 1 tuned axis measures the space more than the optimizer: a flip needs K of "
        "10 at least, and five times K trials an arm, 50",
        flip->remarks[0]);
    assert_string_equal("tuning is not all that differs: the narrow space has schedule constant, the wide one cosine",
                        flip->remarks[1]);
    end(&s, summary);
}

/* --- what is expected of the best of so many --- */

/* .1, .11, ... .29: the best of 1 is their mean, .195; of 2, .1 + .01 (21/3 - 1) = .16; of 4, .1 + .01 (21/5 - 1). */
static void what_each_arm_reaches_is_told_by_k(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), SGD("a"));
    add_rising(&s, 0, 20, 0.1);
    fl_summary *summary = sum_up(&s);
    const fl_summary_arm *arm = &summary->arms[0];
    static const double expected[] = { 0.195, 0.16, 0.132 };
    assert_int_equal(3, arm->n_levels);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(1 << i, arm->levels[i].k);
        assert_close(arm->levels[i].test_error, expected[i], 1e-9);
    }
    json_t *json = fl_summary_json(summary);
    json_t *last =
        json_array_get(json_object_get(json_array_get(json_object_get(json, "arms"), 0), "expected_by_k"), 2);
    assert_keys(last, "k test_error");
    assert_close(json_real_value(json_object_get(last, "test_error")), 0.132, 1e-9);
    json_decref(json);
    end(&s, summary);
}

/* Two of ten are infeasible: of single draws .8 are not, of pairs 1 - 1/45. */
static void what_diverges_is_told_beside_the_means_of_the_rest(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a"));
    for (uint64_t i = 0; i < 10; i++)
        add_trial(&s, 0, i, 0,
                  (synthetic){ .status = i < 2 ? FL_OUTCOME_INFEASIBLE : FL_OUTCOME_COMPLETE,
                               .val_error = 0.2,
                               .test_error = 0.2 });
    fl_summary *summary = sum_up(&s);
    assert_int_equal(2, summary->arms[0].n_levels);
    assert_close(summary->arms[0].levels[0].test_error, 0.2, 1e-12);
    assert_close(summary->arms[0].levels[0].finite, 0.8, 1e-12);
    assert_close(summary->arms[0].levels[1].finite, 1 - 1.0 / 45, 1e-12);
    json_t *json = fl_summary_json(summary),
           *level =
               json_array_get(json_object_get(json_array_get(json_object_get(json, "arms"), 0), "expected_by_k"), 0);
    assert_keys(level, "k test_error finite");
    json_decref(json);
    fl_summary_free(summary);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_would_run_into_the_sentence_are_quoted),
        cmocka_unit_test(the_least_difference_that_matters_stands_beside_the_verdict),
        cmocka_unit_test(a_claim_whose_interval_includes_0_says_so),
        cmocka_unit_test(reruns_that_do_not_bear_a_claim_out_are_remarked_on),
        cmocka_unit_test(unlike_schedules_are_named_where_names_do_not_tell_them),
        cmocka_unit_test(a_flip_carries_what_speaks_against_it),
        cmocka_unit_test(what_diverges_is_told_beside_the_means_of_the_rest),
        cmocka_unit_test(what_each_arm_reaches_is_told_by_k),
    };
    return test_run(tests, NULL, NULL);
}
