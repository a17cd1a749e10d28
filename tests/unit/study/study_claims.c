/* Claims a study declares: their pairs, their defaults, and what extending a folder may not change. */
#include "support/study.h"

#define ARM(name) "{ 'arm': '" name "', 'optimizer': 'sgd', 'space': { 'learning_rate': 1 } }"
#define STUDY(batch, trials, claims)                                                                                   \
    "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': " batch ", 'budget': { 'trials': " trials            \
    ", 'steps': 9 }, " claims " 'arms': [ " ARM("a") ", " ARM("b") ", " ARM("c") " ] }"

static void assert_pair(const fl_study *study, size_t i, const char *left, const char *right)
{
    assert_in_range(i, 0, study->claims.n_pairs - 1);
    assert_string_equal(study->arms[study->claims.pairs[i].left].name, left);
    assert_string_equal(study->arms[study->claims.pairs[i].right].name, right);
}

static void nothing_is_declared_by_default(void **state)
{
    fl_study *study = study_of(STUDY("8", "30", ""), NULL);
    assert_false(study->claims.declared);
    assert_int_equal(study->claims.n_pairs, 0);
    assert_true(study->claims.baseline == SIZE_MAX);
    assert_int_equal(study->claims.k, 6); /* 30 / 5 */
    assert_null(json_object_get(study->resolved, "claims"));
    fl_study_free(study);
}

static void pairs_keep_their_order_and_direction(void **state)
{
    fl_study *study = study_of(
        STUDY("8", "30", "'claims': { 'pairs': [['c', 'a'], ['a', 'b']], 'margin': 0.01, 'family': 'f' },"), NULL);
    const fl_study_claims *claims = &study->claims;
    assert_true(claims->declared);
    assert_int_equal(claims->n_pairs, 2);
    assert_pair(study, 0, "c", "a");
    assert_pair(study, 1, "a", "b");
    assert_int_equal(claims->k, 6);
    assert_int_equal(claims->trials, 30);
    assert_close(claims->margin, 0.01, 0);
    assert_string_equal(claims->family, "f");
    fl_study_free(study);
}

static void a_baseline_is_paired_with_every_other_arm(void **state)
{
    fl_study *study = study_of(STUDY("8", "30", "'claims': { 'baseline': 'b', 'k': 2, 'trials': 10 },"), NULL);
    assert_int_equal(study->claims.n_pairs, 2);
    assert_pair(study, 0, "a", "b");
    assert_pair(study, 1, "c", "b");
    assert_int_equal(study->claims.baseline, 1);
    assert_int_equal(study->claims.k, 2);
    assert_int_equal(study->claims.trials, 10);
    fl_study_free(study);
}

static void pairs_of_a_product_stay_within_a_combination(void **state)
{
    fl_study *study = study_of(STUDY("[8, 16]", "30", "'claims': { 'pairs': [['a', 'c']] },"), NULL);
    assert_int_equal(study->claims.n_pairs, 2);
    assert_pair(study, 0, "a batch_size=8", "c batch_size=8");
    assert_pair(study, 1, "a batch_size=16", "c batch_size=16");
    fl_study_free(study);
}

/* Claims have no part in what a trial is: declared or not, every trial has the same identity. */
static void claims_are_no_part_of_a_trials_identity(void **state)
{
    fl_study *with = study_of(STUDY("8", "30", "'claims': { 'baseline': 'b' },"), NULL),
             *without = study_of(STUDY("8", "30", ""), NULL);
    for (size_t arm = 0; arm < 3; arm++) {
        char left[17], right[17];
        fl_trial a = fl_study_trial(with, &with->arms[arm], 3, 0),
                 b = fl_study_trial(without, &without->arms[arm], 3, 0);
        fl_trial_id(&a, "data", left);
        fl_trial_id(&b, "data", right);
        assert_string_equal(left, right);
        fl_trial_free(&a);
        fl_trial_free(&b);
    }
    fl_study_free(with);
    fl_study_free(without);
}

/* Does a run of `is` go on with what a run of `was` began? With what is written down then, in *frozen. */
static bool continues(const char *was, const char *is, json_t **frozen, fl_error *error)
{
    fl_study *before = study_of(was, NULL), *now = study_of(is, NULL);
    bool goes_on = fl_study_continues(now, before->resolved, error);
    *frozen = fl_study_continued(now, before->resolved);
    fl_study_free(before);
    fl_study_free(now);
    return goes_on;
}

static size_t frozen_count(const json_t *frozen, const char *object, const char *key)
{
    return (size_t)json_integer_value(json_object_get(json_object_get(frozen, object), key));
}

static void an_extension_keeps_the_first_k(void **state)
{
    fl_error error;
    json_t *frozen;
    static const char first[] = STUDY("8", "30", "'claims': { 'baseline': 'b' },"),
                      more[] = STUDY("8", "100", "'claims': { 'baseline': 'b' },");
    assert_true(continues(first, more, &frozen, &error));
    assert_int_equal(frozen_count(frozen, "budget", "trials"), 100);
    assert_int_equal(frozen_count(frozen, "claims", "k"), 6);
    assert_int_equal(frozen_count(frozen, "claims", "trials"), 30);
    json_decref(frozen);
}

static void other_claims_do_not_continue(void **state)
{
    fl_error error;
    json_t *frozen;
    static const struct {
        const char *text, *fields;
    } others[] = {
        { STUDY("8", "30", "'claims': { 'baseline': 'a' },"), "in claims.baseline" },
        { STUDY("8", "30", "'claims': { 'baseline': 'b', 'k': 5 },"), "in claims.k" },
        { STUDY("8", "30", "'claims': { 'baseline': 'b', 'margin': 0.5 },"), "in claims.margin" },
        { STUDY("8", "100", "'claims': { 'baseline': 'b', 'trials': 100 },"), "in claims.trials" },
        { STUDY("8", "30", ""), "in claims" },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(continues(STUDY("8", "30", "'claims': { 'baseline': 'b' },"), others[i].text, &frozen, &error));
        assert_contains(error.text, others[i].fields);
        json_decref(frozen);
    }
    assert_false(continues(STUDY("8", "30", ""), STUDY("8", "30", "'claims': {},"), &frozen, &error));
    assert_contains(error.text, "in claims");
    json_decref(frozen);
}

/* A flip stands for one per combination; flags and flips are frozen as the file has them, and only where it has them.
 */
static void what_is_declared_beyond_pairs_is_frozen(void **state)
{
    fl_study *study = study_of(
        "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': [8, 16], 'budget': { 'trials': 10,"
        " 'steps': 9 }, 'claims': { 'flips': [{ 'narrow': ['a', 'b'], 'wide': ['c', ['d', 'e']] }],"
        " 'effort': true }, 'arms': [ " ARM("a") ", " ARM("b") ", " ARM("c") ", " ARM("d") ", " ARM("e") " ] }",
        NULL);
    const fl_study_claims *claims = &study->claims;
    assert_int_equal(2, claims->n_flips);
    assert_string_equal("b batch_size=16", study->arms[claims->flips[1].narrow.rivals[0]].name);
    assert_string_equal("c batch_size=16", study->arms[claims->flips[1].wide.arm].name);
    assert_int_equal(2, claims->flips[1].wide.n);
    assert_string_equal("e batch_size=16", study->arms[claims->flips[1].wide.rivals[1]].name);
    assert_true(claims->effort && !claims->time_to_target && !claims->workloads);
    const json_t *frozen = json_object_get(study->resolved, "claims");
    assert_non_null(json_object_get(frozen, "flips"));
    assert_true(json_is_true(json_object_get(frozen, "effort")));
    assert_null(json_object_get(frozen, "workloads"));
    fl_study_free(study);
}

static void over_workloads_there_is_one_batch_size(void **state)
{
    fl_error error;
    char text[] = STUDY("[8, 16]", "30", "'claims': { 'workloads': true, 'family': 'f' },");
    for (char *c = text; *c; c++)
        if (*c == '\'') *c = '"';
    assert_null(fl_study_load_text("study", text, NULL, &error));
    assert_contains(error.text, "a comparison over workloads needs one batch size, backend, precision");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_declared_by_default),
        cmocka_unit_test(pairs_keep_their_order_and_direction),
        cmocka_unit_test(a_baseline_is_paired_with_every_other_arm),
        cmocka_unit_test(pairs_of_a_product_stay_within_a_combination),
        cmocka_unit_test(claims_are_no_part_of_a_trials_identity),
        cmocka_unit_test(an_extension_keeps_the_first_k),
        cmocka_unit_test(other_claims_do_not_continue),
        cmocka_unit_test(what_is_declared_beyond_pairs_is_frozen),
        cmocka_unit_test(over_workloads_there_is_one_batch_size),
    };
    return test_run(tests, NULL, NULL);
}
