/* Studies: defaults, the frozen form, overrides, products, and which study continues which. */
#include "support/study.h"

#define STUDY(head, budget, arms)                                                                                      \
    "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': 8, " head                                            \
    "'budget': { 'trials': 4, 'steps': 100" budget " }, 'arms': [ " arms " ] }"
#define SGD                                                                                                            \
    "{ 'arm': 'sgd', 'optimizer': 'sgd', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': 'log' } } " \
    "}"
#define ADAM                                                                                                           \
    "{ 'arm': 'adam', 'optimizer': 'adam', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': 'log' }," \
    " 'epsilon': { 'min': 1e-8, 'max': 1, 'scaling': 'log' } } }"

static void defaults_are_the_contracts(void **state)
{
    fl_study *study = study_of(STUDY("", "", SGD), NULL);
    const fl_trial *base = &study->arms[0].base;
    assert_string_equal(study->why, "");
    assert_string_equal(base->backend->entry.name, "onednn");
    assert_int_equal(base->precision, FL_BACKEND_F32);
    assert_string_equal(base->owners.schedule->entry.name, "constant");
    assert_int_equal(study->eval_every, 5); /* 100 / 20 */
    assert_false(study->feasible);
    assert_int_equal(study->max_trials, 4);
    assert_string_equal(study->search->entry.name, "halton");
    assert_int_equal(study->search_seed, 1);
    assert_int_equal(study->first_seed, 1);
    assert_int_equal(study->repeats, 1);
    assert_int_equal(study->rerun_best, 0);
    assert_int_equal(study->select, FL_TRIAL_VAL_ERROR);
    assert_false(study->select_best);
    assert_false(study->has_target);
    assert_int_equal(base->threads, 1);
    assert_true(study->stop_above == 0);
    fl_study_free(study);
}

static void evaluations_are_every_twentieth_rounded_up(void **state)
{
    fl_study_overrides overrides = { .steps = 101 };
    fl_study *study = study_of(STUDY("", "", SGD), &overrides);
    assert_int_equal(study->eval_every, 6);
    fl_study_free(study);
}

static void a_feasible_budget_is_capped_at_three_times(void **state)
{
    fl_study *study = study_of(STUDY("", ", 'feasible': true", SGD), NULL);
    assert_int_equal(study->max_trials, 12);
    fl_study_free(study);
    study = study_of(STUDY("", ", 'feasible': true, 'max_trials': 5", SGD), NULL);
    assert_int_equal(study->max_trials, 5);
    fl_study_free(study);
}

static void the_frozen_study_is_itself_a_study(void **state)
{
    fl_study *study = study_of(
        STUDY("'select': 'val_loss', 'target': { 'metric': 'train_loss', 'value': 3 }, 'split': { 'validation': 50 },"
              " 'init': { 'bias': 2 }, 'workload_options': { 'noise': 2 }, 'seeds': { 'rerun_best': 2 }, ",
              ", 'feasible': true, 'stop_above': 50", SGD ", " ADAM),
        NULL);
    fl_error error;
    char *text = json_dumps(study->resolved, JSON_REAL_PRECISION(17));
    fl_study *again = fl_study_load_text("frozen", text, NULL, &error);
    if (!again) fail_msg("%s", error.text);
    char *text_again = json_dumps(again->resolved, JSON_REAL_PRECISION(17));
    assert_string_equal(text, text_again);
    assert_true(fl_study_continues(again, study->resolved, &error));
    free(text);
    free(text_again);
    fl_study_free(study);
    fl_study_free(again);
}

/* Does the second study continue the first? The sentence where it does not. */
static bool continues(const char *was, const char *is, fl_error *error)
{
    fl_study *before = study_of(was, NULL), *now = study_of(is, NULL);
    bool goes_on = fl_study_continues(now, before->resolved, error);
    fl_study_free(before);
    fl_study_free(now);
    return goes_on;
}

static void only_a_larger_budget_continues(void **state)
{
    static const char one[] = STUDY("", "", SGD),
                      more[] = "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': 8,"
                               " 'seeds': { 'rerun_best': 3 }, 'budget': { 'trials': 9, 'steps': 100 }, 'arms': [ " SGD
                               " ] }";
    fl_error error;
    assert_true(continues(one, one, &error));
    assert_true(continues(one, more, &error));
    assert_false(continues(more, one, &error));
    assert_contains(error.text, "in budget.trials, seeds.rerun_best");
}

static void defaults_said_aloud_make_no_difference(void **state)
{
    fl_error error;
    assert_true(continues(STUDY("", "", SGD),
                          STUDY("'backend': 'onednn', 'threads': 1, 'search': { 'seed': 1 }, 'select_at': 'final', ",
                                ", 'eval_every': 5",
                                "{ 'optimizer': 'sgd', 'arm': 'sgd', 'schedule': 'constant',"
                                " 'space': { 'learning_rate': { 'scaling': 'log', 'max': 1e-1, 'min': 1e-2 } } }"),
                          &error));
}

static void differing_fields_are_named(void **state)
{
    static const struct {
        const char *text, *fields;
    } others[] = {
        { STUDY("", ", 'eval_every': 7", SGD), "in budget.eval_every" },
        { STUDY("", ", 'feasible': true", SGD), "in budget.feasible" },
        { STUDY("'backend': 'naive', ", "", SGD), "in backend" },
        { STUDY("'split': { 'from': 'start' }, ", "", SGD), "in split" },
        { STUDY("'target': { 'metric': 'val_error', 'value': 1 }, ", "", SGD), "in target" },
        { STUDY("", "", SGD ", " ADAM), "in arms" },
        { STUDY("", "",
                "{ 'arm': 'sgd', 'optimizer': 'momentum', 'space': { 'learning_rate': { 'min': 0.01, 'max': 0.2, "
                "'scaling': 'log' } } }"),
          "in arms[0].optimizer, arms[0].space.learning_rate.max" },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        fl_error error;
        assert_false(continues(STUDY("", "", SGD), others[i].text, &error));
        assert_contains(error.text, others[i].fields);
    }
}

/* The order of the axes says which coordinate is whose. */
static void the_order_of_axes_matters(void **state)
{
    fl_error error;
    assert_false(continues(
        STUDY("", "", ADAM),
        STUDY("", "",
              "{ 'arm': 'adam', 'optimizer': 'adam', 'space': { 'epsilon': { 'min': 1e-8, 'max': 1, 'scaling': 'log' },"
              " 'learning_rate': { 'min': 0.01, 'max': 0.1, 'scaling': 'log' } } }"),
        &error));
    assert_contains(error.text, "in arms[0].space (the order of its axes)");
}

static void lists_make_a_product(void **state)
{
    fl_study *study = study_of(
        "{ 'study': 's', 'workload': 'quadratic/noisy', 'backend': ['naive', 'openblas'], 'batch_size': [8, 16, 32],"
        " 'budget': { 'trials': 4, 'steps': 100 }, 'arms': [ " SGD ", " ADAM " ] }",
        NULL);
    assert_int_equal(study->n_arms, 2 * 2 * 3);
    const fl_study_arm *arm = fl_study_find_arm(study, "adam backend=openblas batch_size=16");
    assert_non_null(arm);
    assert_string_equal(arm->label, "adam");
    assert_int_equal(arm->base.batch_size, 16);
    assert_string_equal(arm->base.backend->entry.name, "openblas");
    assert_null(fl_study_find_arm(study, "adam"));
    fl_study_free(study);
    study =
        study_of("{ 'study': 's', 'workload': ['quadratic/noisy'], 'batch_size': 8, 'budget': { 'trials': 4, 'steps': "
                 "100 }, 'arms': [ " SGD " ] }",
                 NULL);
    assert_non_null(fl_study_find_arm(study, "sgd workload=quadratic/noisy")); /* a list of one is a list */
    fl_study_free(study);
}

/* Steps by batch size, and what follows from them: evaluations, the frozen form. */
static void steps_may_depend_on_the_batch(void **state)
{
    fl_error error;
    static const char text[] = "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': [8, 64],"
                               " 'budget': { 'trials': 4, 'steps': { '64': 30, '8': 200 } }, 'arms': [ " SGD " ] }";
    fl_study *study = study_of(text, NULL);
    assert_int_equal(study->arms[0].base.steps, 200);
    assert_int_equal(study->arms[0].base.eval_every, 10); /* 200 / 20 */
    assert_int_equal(study->arms[1].base.steps, 30);
    assert_int_equal(study->arms[1].base.eval_every, 2); /* 30 / 20, rounded up */
    assert_int_equal(study->steps, 200);
    char *frozen = json_dumps(study->resolved, JSON_REAL_PRECISION(17));
    fl_study *again = fl_study_load_text("frozen", frozen, NULL, &error);
    if (!again) fail_msg("%s", error.text);
    assert_true(json_equal(study->resolved, again->resolved));
    assert_int_equal(again->arms[1].base.eval_every, 2);
    fl_study_free(again);
    free(frozen);
    fl_study_free(study);
    fl_study_overrides overrides = { .steps = 50 };
    study = study_of(text, &overrides);
    assert_int_equal(study->arms[0].base.steps, 50);
    assert_int_equal(study->arms[1].base.steps, 50);
    fl_study_free(study);
}

/* The quadratic has 12,000 training examples of which 2,000 validate; 250 is the largest divisor of 10,000 up to 300.
 */
static void a_batch_may_be_all_there_is(void **state)
{
    fl_study *study = study_of("{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': [ 'all', 600 ], "
                               "'micro_batch': 300, 'budget': { 'trials': 4, 'steps': { 'all': 50, '600': 70 } }, "
                               "'arms': [ " SGD " ] }",
                               NULL);
    const size_t right[2][3] = { { 10000, 250, 50 }, { 600, 300, 70 } };
    assert_string_equal("sgd batch_size=all", study->arms[0].name);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(right[i][0], study->arms[i].base.batch_size);
        assert_int_equal(right[i][1], study->arms[i].base.micro_batch);
        assert_int_equal(right[i][2], study->arms[i].base.steps);
    }
    assert_string_equal("all", json_string_value(json_array_get(json_object_get(study->resolved, "batch_size"), 0)));
    fl_study_free(study);
}

/* Their names say what the list says; one worker by `synchronous` is a trial without a method. */
static void several_methods_make_a_product(void **state)
{
    fl_study *study =
        study_of(STUDY("'parallel': [ { 'method': 'synchronous', 'workers': 1 }, { 'method': "
                       "'synchronous', 'workers': 4 }, { 'method': 'local', 'workers': 2, 'every': 8 } ], ",
                       "", SGD ", " ADAM),
                 NULL);
    assert_int_equal(study->n_arms, 6);
    assert_string_equal(study->arms[0].name, "sgd parallel=synchronous:1");
    assert_string_equal(study->arms[1].name, "sgd parallel=synchronous:4");
    assert_string_equal(study->arms[5].name, "adam parallel=local:2,every=8");
    assert_string_equal(study->arms[5].parallel, "local:2,every=8");
    assert_true(fl_study_same_parallel(&study->arms[1], &study->arms[4]));
    assert_false(fl_study_same_parallel(&study->arms[4], &study->arms[5]));
    assert_null(study->arms[0].base.owners.method);
    assert_int_equal(study->arms[1].base.workers, 4);
    assert_int_equal(fl_trial_micro_batch(&study->arms[1].base), 2);
    assert_close(study->arms[5].base.values.of[FL_TRIAL_OF_METHOD][0], 8, 0);
    fl_study_free(study);
}

/* What all entries have in common tells none of them apart. */
static void an_entry_of_several_is_called_by_what_the_others_have_not(void **state)
{
    fl_study *study = study_of(
        STUDY("'parallel': [ { 'method': 'asynchronous', 'workers': 2, 'pull': 0.5, 'staleness': 0 }, { 'method': "
              "'asynchronous', 'workers': 2, 'pull': 0.5, 'staleness': 3 } ], ",
              "", SGD),
        NULL);
    assert_string_equal(study->arms[0].parallel, "asynchronous:2,staleness=0");
    assert_string_equal(study->arms[1].parallel, "asynchronous:2,staleness=3");
    assert_string_equal(study->arms[1].name, "sgd parallel=asynchronous:2,staleness=3,pull=0.5");
    fl_study_free(study);
}

/* An arm's own method, and an axis over one of its numbers. */
static void an_arm_may_have_a_method_of_its_own(void **state)
{
    fl_study *study =
        study_of(STUDY("", "",
                       SGD ", { 'arm': 'local', 'optimizer': 'sgd', 'parallel': { 'method': 'local', 'workers': "
                           "2 }, 'space': { 'learning_rate': 0.1, 'parallel.every': { 'feasible_points': [1, 2, "
                           "4, 8] } } }"),
                 NULL);
    assert_string_equal(study->arms[1].name, "local");
    assert_null(study->arms[1].parallel);
    assert_true(fl_study_same_parallel(&study->arms[0], &study->arms[1]));
    assert_null(study->arms[0].base.owners.method);
    double seen = 0;
    for (uint64_t i = 0; i < 4; i++) {
        fl_trial trial = fl_study_trial(study, &study->arms[1], i, 0);
        assert_int_equal(trial.workers, 2);
        seen += trial.values.of[FL_TRIAL_OF_METHOD][0];
        fl_trial_free(&trial);
    }
    assert_close(seen, 15, 0);
    fl_study_free(study);
}

static void evaluations_may_grow_by_a_ratio_and_spare_the_test_set(void **state)
{
    fl_study *study =
        study_of(STUDY("'select_at': 'best', ", ", 'eval_every': { 'ratio': 1.1 }, 'test': 'scored'", SGD), NULL);
    assert_close(study->arms[0].base.eval_ratio, 1.1, 0);
    assert_int_equal(study->arms[0].base.test, FL_TRIAL_TEST_BEST_VAL_ERROR);
    json_t *budget = json_object_get(study->resolved, "budget");
    assert_true(json_is_object(json_object_get(budget, "eval_every")));
    assert_string_equal("scored", json_string_value(json_object_get(budget, "test")));
    fl_study_free(study);
    study = study_of(STUDY("", ", 'test': 'scored'", SGD), NULL);
    assert_int_equal(study->arms[0].base.test, FL_TRIAL_TEST_FINAL);
    fl_study_free(study);
}

static void arms_are_paired_by_their_seeds(void **state)
{
    fl_study *study = study_of(STUDY("'seeds': { 'first': 5, 'repeats': 3 }, ", "", SGD ", " ADAM), NULL);
    for (uint64_t index = 0; index < 4; index++)
        for (uint64_t repeat = 0; repeat < 3; repeat++) {
            fl_trial sgd = fl_study_trial(study, &study->arms[0], index, repeat),
                     adam = fl_study_trial(study, &study->arms[1], index, repeat);
            assert_int_equal(sgd.seed, adam.seed);
            assert_int_equal(sgd.seed, fl_random_seed_derive(5, index, repeat));
            fl_trial_free(&sgd);
            fl_trial_free(&adam);
        }
    fl_study_free(study);
}

static void overrides_are_frozen(void **state)
{
    fl_study_overrides overrides = {
        .trials = 7, .steps = 30, .backend = "naive", .precision = "f32", .has_seed = true, .seed = 99
    };
    fl_study *changed = study_of(STUDY("", "", SGD), &overrides);
    fl_study *written = study_of(
        "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': 8, 'backend': 'naive', 'search': { 'seed': 99 },"
        " 'seeds': { 'first': 99 }, 'budget': { 'trials': 7, 'steps': 30 }, 'arms': [ " SGD " ] }",
        NULL);
    assert_true(json_equal(changed->resolved, written->resolved));
    fl_study_free(changed);
    fl_study_free(written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_contracts),
        cmocka_unit_test(evaluations_are_every_twentieth_rounded_up),
        cmocka_unit_test(a_feasible_budget_is_capped_at_three_times),
        cmocka_unit_test(the_frozen_study_is_itself_a_study),
        cmocka_unit_test(only_a_larger_budget_continues),
        cmocka_unit_test(defaults_said_aloud_make_no_difference),
        cmocka_unit_test(differing_fields_are_named),
        cmocka_unit_test(the_order_of_axes_matters),
        cmocka_unit_test(lists_make_a_product),
        cmocka_unit_test(steps_may_depend_on_the_batch),
        cmocka_unit_test(a_batch_may_be_all_there_is),
        cmocka_unit_test(several_methods_make_a_product),
        cmocka_unit_test(an_entry_of_several_is_called_by_what_the_others_have_not),
        cmocka_unit_test(an_arm_may_have_a_method_of_its_own),
        cmocka_unit_test(evaluations_may_grow_by_a_ratio_and_spare_the_test_set),
        cmocka_unit_test(arms_are_paired_by_their_seeds),
        cmocka_unit_test(overrides_are_frozen),
    };
    return test_run(tests, NULL, NULL);
}
