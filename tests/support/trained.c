#include "support/trained.h"
#include "support/trainer.h"
#include "support/trial.h"
#include "base/memory.h"

#include <math.h>

void augment(model *m)
{
    m->workload.inputs = (fl_dataset_inputs){ .n = 2 };
    m->workload.inputs.steps[0] = (fl_dataset_inputs_step){ FL_DATASET_CROP, 4 };
    m->workload.inputs.steps[1] = (fl_dataset_inputs_step){ FL_DATASET_FLIP, 0 };
}

fl_trial trial_of(const char *rule, const fl_workload *workload, size_t batch)
{
    fl_trial trial = naive_trial(rule, workload);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = .05;
    trial.split.validation = 11900;
    trial.batch_size = batch;
    trial.steps = 10;
    return trial;
}

static void see_step(void *user, const fl_train_step *step)
{
    ((seen *)user)->losses[step->step - 1] = step->loss;
}

static void see_end(void *user, const fl_network *network)
{
    seen *s = user;
    s->n_parameters = fl_network_layout(network)->n_parameters;
    s->parameters = fl_memory_new(s->n_parameters, sizeof(float));
    fl_network_export(network, s->parameters);
    s->n_statistics = fl_network_export_statistics(network, NULL);
    s->statistics = fl_memory_new(s->n_statistics + 1, sizeof(float));
    fl_network_export_statistics(network, s->statistics);
}

static fl_train_trainer *trainer;

int begin_training(void **state)
{
    trainer = fl_train_trainer_new();
    return 0;
}

int end_training(void **state)
{
    fl_train_trainer_free(trainer);
    return 0;
}

seen train(const fl_trial *trial)
{
    seen s = { .losses = { 0 } };
    fl_train_callbacks callbacks = { .user = &s, .stepped = see_step, .ended = see_end };
    fl_outcome outcome = must_train(trainer, trial, &callbacks);
    s.gradients = outcome.gradient_evaluations;
    s.status = outcome.status;
    snprintf(s.hash, sizeof s.hash, "%s", outcome.state_hash);
    s.division = json_incref(outcome.division);
    fl_outcome_free(&outcome);
    return s;
}

void drop(seen *s)
{
    free(s->parameters);
    free(s->statistics);
    json_decref(s->division);
}

double apart(const seen *a, const seen *b)
{
    double most = 0;
    assert_int_equal(a->n_parameters, b->n_parameters);
    for (size_t i = 0; i < a->n_parameters; i++)
        most = fmax(most, fabs((double)a->parameters[i] - (double)b->parameters[i]));
    return most;
}

void assert_same(const fl_trial *a, const fl_trial *b)
{
    seen left = train(a), right = train(b);
    assert_memory_equal(left.losses, right.losses, sizeof left.losses);
    assert_string_equal(left.hash, right.hash);
    drop(&left);
    drop(&right);
}
