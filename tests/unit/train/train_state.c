/* State that is no parameter, in training: running statistics, what an LSTM carries, masks of dropout. */
#include "support/model.h"
#include "support/trainer.h"
#include "support/training.h"
#include "support/trial.h"
#include "base/hash.h"
#include "base/memory.h"

enum { AFTER_NORM = 1, AFTER_DROPOUT = 2 };

/* The layers of with_state from `first` on. */
static void model_from(model *m, size_t first)
{
    make_model(m, with_state + first, WITH_STATE_LAYERS - first);
}

/* A trial on a few of the drawings. */
static fl_trial trial_of(const char *rule, const fl_workload *workload, size_t batch)
{
    fl_trial trial = naive_trial(rule, workload);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = .1;
    trial.split.validation = 11980;
    trial.batch_size = batch;
    trial.steps = 7;
    return trial;
}

/* What a trial did, by its callbacks. */
typedef struct seen {
    double losses[STEPS];
    char hash[FL_HASH_TEXT], of_parameters[FL_HASH_TEXT], of_both[FL_HASH_TEXT];
    size_t gradients;
} seen;

static void see_step(void *user, const fl_train_step *step)
{
    ((seen *)user)->losses[step->step - 1] = step->loss;
}

/* The hashes by definition: canonical parameters; those, then the running mean and variance. */
static void see_end(void *user, const fl_network *network)
{
    seen *s = user;
    size_t n = fl_network_layout(network)->n_parameters;
    const fl_tensor_layout *state = fl_network_state_layout(network);
    float *values = fl_memory_new(n + state->n_parameters, sizeof *values);
    fl_network_export(network, values);
    fl_hash_text(fl_hash(values, n * sizeof *values), s->of_parameters);
    for (size_t t = 0; t < 2 && t < state->n_tensors; n += state->tensors[t++].n_values)
        memcpy(values + n, fl_network_state((fl_network *)network) + state->tensors[t].offset,
               state->tensors[t].n_values * sizeof *values);
    fl_hash_text(fl_hash(values, n * sizeof *values), s->of_both);
    free(values);
}

static seen train(const fl_trial *trial)
{
    seen s = { .losses = { 0 } };
    fl_train_callbacks callbacks = { .user = &s, .stepped = see_step, .ended = see_end };
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_outcome outcome = must_train(trainer, trial, &callbacks);
    snprintf(s.hash, sizeof s.hash, "%s", outcome.state_hash);
    s.gradients = outcome.gradient_evaluations;
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
    return s;
}

/* 20 examples in batches of 6 make epochs of three steps: seven steps cross two borders. */
static void a_trial_with_state_goes_on_from_any_step(void **state)
{
    model m;
    model_from(&m, 0);
    fl_trial trial = trial_of("momentum", &m.workload, 6);
    assert_resumes(&trial);
}

static void the_hash_is_of_parameters_then_running_statistics(void **state)
{
    fl_workload stateless = *fl_workload_find("glyphs/mlp", NULL);
    model m;
    model_from(&m, 0);
    fl_trial trial = trial_of("sgd", &m.workload, 6);
    seen s = train(&trial);
    assert_string_equal(s.hash, s.of_both);
    assert_string_not_equal(s.hash, s.of_parameters);
    trial = trial_of("sgd", &stateless, 6);
    s = train(&trial);
    assert_string_equal(s.hash, s.of_parameters);
}

/* Where nothing moves and the batch is the whole training set, all epochs have the same examples in another order:
 * their losses are equal but for the order of the sum, unless something is carried over. */
static void nothing_is_carried_from_epoch_to_epoch(void **state)
{
    model m;
    model_from(&m, AFTER_DROPOUT);
    fl_trial trial = trial_of("null", &m.workload, 20);
    seen s = train(&trial);
    for (size_t i = 1; i < trial.steps; i++) assert_close(s.losses[i], s.losses[0], 1e-12);
    trial.batch_size = 10; /* two batches an epoch: the second meets what the first left */
    seen halves = train(&trial);
    assert_true(fabs((halves.losses[0] + halves.losses[1]) / 2 - s.losses[0]) > 1e-6);
}

/* The one example at each step, so that only the mask differs. */
static void each_step_draws_another_mask(void **state)
{
    model m;
    model_from(&m, AFTER_NORM);
    fl_trial trial = trial_of("null", &m.workload, 1);
    trial.split.validation = 11999;
    seen first = train(&trial), again = train(&trial);
    assert_memory_equal(first.losses, again.losses, sizeof first.losses);
    for (size_t i = 1; i < trial.steps; i++) assert_true(fabs(first.losses[i] - first.losses[0]) > 1e-6);
}

static void other_looks_in_a_step_leave_state_as_it_was(void **state)
{
    fl_optimizer looking = looking_rule();
    model m;
    model_from(&m, 0);
    fl_trial trial = trial_of("sgd", &m.workload, 6);
    seen plain = train(&trial);
    trial.owners.optimizer = &looking;
    seen looked = train(&trial);
    assert_int_equal(looked.gradients, 3 * plain.gradients);
    assert_memory_equal(looked.losses, plain.losses, sizeof plain.losses);
    assert_string_equal(looked.hash, plain.hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_with_state_goes_on_from_any_step),
        cmocka_unit_test(the_hash_is_of_parameters_then_running_statistics),
        cmocka_unit_test(nothing_is_carried_from_epoch_to_epoch),
        cmocka_unit_test(each_step_draws_another_mask),
        cmocka_unit_test(other_looks_in_a_step_leave_state_as_it_was),
    };
    return test_run(tests, training_set_up, workspace_tear_down);
}
