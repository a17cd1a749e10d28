/* A trial that resumes from a checkpoint ends like one that was never interrupted. */
#include "support/command_trial.h"
#include "support/training.h"

static fl_trial sgd(double rate)
{
    fl_trial trial = training_quadratic(fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL));
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = rate;
    trial.values.of[FL_TRIAL_OF_SCHEDULE][0] = 0;
    trial.steps = STEPS;
    trial.eval_every = 10;
    return trial;
}

static void every_optimizer_goes_on_from_any_step(void **state)
{
    for (const fl_optimizer *const *optimizer = fl_optimizers(); *optimizer; optimizer++) {
        fl_trial trial = training_quadratic(*optimizer, fl_schedule_find("linear", NULL));
        if (!(*optimizer)->wants || drawn_is_possible(&trial)) assert_resumes(&trial);
        fl_trial_free(&trial);
    }
}

static fl_trial glyphs(const char *rule)
{
    fl_trial_owners owners = { fl_optimizer_find(rule, NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    size_t longest = fl_hyper_index(owners.optimizer->hypers, owners.optimizer->n_hypers, "max_dimension");
    if (longest < owners.optimizer->n_hypers) trial.values.of[FL_TRIAL_OF_OPTIMIZER][longest] = 128;
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-3;
    trial.split.validation = 100;
    trial.batch_size = 4;
    trial.steps = 5;
    trial.eval_every = 5;
    return trial;
}

/* Canonical arrays beside the backend's, floats of a rule's own, parameters that are elsewhere during a step. */
static void so_does_what_a_rule_has_of_its_own_on_a_backend_with_layouts_of_its_own(void **state)
{
    static const char *const rules[] = { "muon", "shampoo", "soap", "lamb", "sam", "schedule_free_adamw" };
    fl_error why;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        fl_trial trial = glyphs(rules[i]);
        trial.backend = fl_backend_find("onednn", NULL);
        if (!trial.backend->usable(FL_BACKEND_F32, &why) || !fl_trial_accepts(&trial, SIZE_MAX, &why))
            print_message("%s\n", why.text);
        else
            assert_resumes(&trial);
        fl_trial_free(&trial);
    }
}

static void every_schedule_goes_on_from_any_step(void **state)
{
    for (const fl_schedule *const *schedule = fl_schedules(); *schedule; schedule++) {
        fl_trial trial = training_quadratic(fl_optimizer_find("adam", NULL), *schedule);
        assert_resumes(&trial);
        fl_trial_free(&trial);
    }
}

/* The optimizer that moves nothing never improves, so a plateau of patience 3 drops the rate every fourth step. */
static void a_plateau_keeps_its_state(void **state)
{
    fl_trial trial = training_quadratic(fl_optimizer_find("null", NULL), fl_schedule_find("plateau", NULL));
    const fl_schedule *plateau = trial.owners.schedule;
    for (size_t i = 0; i < plateau->n_hypers; i++)
        trial.values.of[FL_TRIAL_OF_SCHEDULE][i] = plateau->hypers[i].default_value;
    trial.eval_every = 1;
    assert_resumes(&trial);
    fl_trial_free(&trial);
}

/* Batches so large that an epoch has few of them: checkpoints lie in many epochs, and on their borders. */
static void epochs_keep_their_order(void **state)
{
    fl_trial trial = sgd(0.01);
    trial.batch_size = 2000;
    assert_resumes(&trial);
}

/* Of eta = 1 the loss is infinite after some 20 steps (train_steps.c); the sentence and its step stay the same. */
static void a_trial_that_diverges_does_so_at_the_same_step(void **state)
{
    fl_trial trial = sgd(1);
    assert_resumes(&trial);
}

/* Its multiple is of the first loss, which only the checkpoint still knows. */
static void a_hopeless_trial_stops_at_the_same_step(void **state)
{
    fl_trial trial = sgd(0.3);
    trial.stop_above = 1e6; /* reached after some ten steps */
    assert_resumes(&trial);
}

/* In every layout that a backend gives to parameters and optimizer state. */
static void every_backend_and_precision_goes_on(void **state)
{
    fl_trial_owners owners = { fl_optimizer_find("adam", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-3;
    trial.batch_size = 20;
    trial.steps = 4;
    trial.eval_every = 0; /* on naive it takes half a second */
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (trial.precision = 0; trial.precision < FL_BACKEND_PRECISIONS; trial.precision++) {
            trial.backend = *backend;
            if ((*backend)->usable(trial.precision, NULL)) assert_resumes(&trial);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_goes_on_from_any_step),
        cmocka_unit_test(so_does_what_a_rule_has_of_its_own_on_a_backend_with_layouts_of_its_own),
        cmocka_unit_test(every_schedule_goes_on_from_any_step),
        cmocka_unit_test(a_plateau_keeps_its_state),
        cmocka_unit_test(epochs_keep_their_order),
        cmocka_unit_test(a_trial_that_diverges_does_so_at_the_same_step),
        cmocka_unit_test(a_hopeless_trial_stops_at_the_same_step),
        cmocka_unit_test(every_backend_and_precision_goes_on),
    };
    return test_run(tests, training_set_up, workspace_tear_down);
}
