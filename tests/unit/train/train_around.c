/* What is done to a gradient before any rule sees it: penalties and clipping, by names that every trial takes. */
#include "support/trial.h"
#include "support/trainer.h"

#include "base/memory.h"
#include "trial/around.h"

/* A rule that keeps what it is shown in its one step, and moves nothing. */
static float *shown, *parameters;
static double norm;
static fl_tensor_layout layout; /* a copy: the network's goes with it */

static void keep_layout(const fl_tensor_layout *from)
{
    static fl_tensor tensors[10];
    assert_true(from->n_tensors <= sizeof tensors / sizeof *tensors);
    layout = *from;
    layout.tensors = memcpy(tensors, from->tensors, from->n_tensors * sizeof *tensors);
}

static void keep(fl_optimizer_update *update)
{
    size_t bytes = update->layout->count * sizeof(float);
    keep_layout(update->layout);
    shown = memcpy(realloc(shown, bytes), update->gradient, bytes);
    parameters = memcpy(realloc(parameters, bytes), update->parameters, bytes);
}

static void keep_norm(void *user, const fl_train_step *step)
{
    norm = step->gradient_norm;
}

static const fl_hyper hypers[] = { { .name = "learning_rate", .default_value = NAN, .max = HUGE_VAL } };
static const fl_optimizer keeping = { .entry = { "keeping", "", "" }, .hypers = hypers, .n_hypers = 1, .step = keep };

static fl_trial trial_of(const fl_optimizer *rule, const char *backend)
{
    fl_trial_owners owners = { rule, fl_schedule_find("constant", NULL), fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.backend = fl_backend_find(backend, NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.02;
    trial.init.bias = 0.25; /* so that a penalty on biases is seen */
    trial.batch_size = 8;
    trial.steps = 1;
    trial.eval_every = 0;
    return trial;
}

static void run(fl_trial *trial, char hash[17])
{
    fl_train_callbacks watch = { .stepped = keep_norm };
    fl_outcome outcome = must_train(shared_trainer(), trial, &watch);
    if (hash) memcpy(hash, outcome.state_hash, 17);
    fl_outcome_free(&outcome);
    fl_trial_free(trial);
}

/* The gradient without anything around it: `n` floats, freed by the caller. */
static float *bare_gradient(void)
{
    fl_trial trial = trial_of(&keeping, "naive");
    run(&trial, NULL);
    return memcpy(fl_memory_new(layout.count, sizeof(float)), shown, layout.count * sizeof(float));
}

static double norm_of(const float *values)
{
    double sum = 0;
    for (size_t i = 0; i < layout.count; i++) sum += (double)values[i] * (double)values[i];
    return sqrt(sum);
}

static float sign(float x)
{
    return (float)((x > 0) - (x < 0));
}

static void assert_penalties(double decay)
{
    float *bare = bare_gradient();
    fl_trial trial = trial_of(&keeping, "naive");
    trial_set(&trial, "l2", 0.125);
    trial_set(&trial, "l1", 0.03125);
    trial_set(&trial, "decay", decay);
    run(&trial, NULL);
    for (size_t i = 0; i < layout.n_tensors; i++)
        for (size_t k = layout.tensors[i].offset; k < layout.tensors[i].offset + layout.tensors[i].n_values; k++) {
            bool spared = decay == FL_TRIAL_DECAY_MATRICES && layout.tensors[i].n_dims == 1;
            float penalty = spared ? 0 : 0.125f * parameters[k] + 0.03125f * sign(parameters[k]);
            assert_true(shown[k] == bare[k] + penalty);
        }
    assert_close(norm, norm_of(shown), 1e-12);
    free(bare);
}

static void penalties_are_added_to_every_gradient(void **state)
{
    assert_penalties(FL_TRIAL_DECAY_ALL);
}

static void or_to_those_of_matrices_alone(void **state)
{
    assert_penalties(FL_TRIAL_DECAY_MATRICES);
}

static void a_clipped_number_is_the_limit_with_its_sign(void **state)
{
    float *bare = bare_gradient(), limit = 1.0f / 512;
    size_t clipped = 0;
    fl_trial trial = trial_of(&keeping, "naive");
    trial_set(&trial, "clip_value", (double)limit);
    run(&trial, NULL);
    for (size_t i = 0; i < layout.count; i++) {
        clipped += fabsf(bare[i]) > limit;
        assert_true(shown[i] == (fabsf(bare[i]) > limit ? sign(bare[i]) * limit : bare[i]));
    }
    assert_true(clipped > 0 && clipped < layout.count);
    assert_close(norm, norm_of(bare), 1e-12); /* before clipping */
    free(bare);
}

static void a_clipped_norm_is_the_limit_and_the_direction_stays(void **state)
{
    float *bare = bare_gradient();
    double whole = norm_of(bare), limit = whole / 3;
    fl_trial trial = trial_of(&keeping, "naive"), loose = trial_of(&keeping, "naive");
    trial_set(&trial, "clip_norm", limit);
    run(&trial, NULL);
    assert_close(norm, whole, 1e-12);
    assert_close(norm_of(shown), limit * whole / (whole + 1e-6), 1e-6);
    for (size_t i = 0; i < layout.count; i++) assert_float_equal(shown[i], bare[i] / 3, 1e-6);
    trial_set(&loose, "clip_norm", 2 * whole);
    run(&loose, NULL);
    assert_memory_equal(shown, bare, layout.count * sizeof(float));
    free(bare);
}

static void sgd_step(fl_optimizer_update *update)
{
    for (size_t i = 0; i < update->layout->count; i++)
        update->parameters[i] -= (float)update->rate * update->gradient[i];
}

/* Updated during backward or after it, the numbers are the same. */
static void the_whole_gradient_and_its_pieces_meet_the_same_penalties(void **state)
{
    static const fl_optimizer whole = {
        .entry = { "whole", "", "" }, .hypers = hypers, .n_hypers = 1, .step = sgd_step
    };
    const fl_optimizer *rules[] = { fl_optimizer_find("sgd", NULL), &whole };
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        char hashes[2][17];
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        for (size_t i = 0; i < 2; i++) {
            fl_trial trial = trial_of(rules[i], (*b)->entry.name);
            trial.steps = 5;
            trial_set(&trial, "l2", 0.1);
            trial_set(&trial, "clip_value", 0.01);
            trial_set(&trial, "decay", FL_TRIAL_DECAY_MATRICES);
            run(&trial, hashes[i]);
        }
        assert_string_equal(hashes[0], hashes[1]);
    }
}

static float *after;

static void keep_parameters(void *user, const fl_network *network)
{
    keep_layout(fl_network_layout(network));
    after = realloc(after, layout.n_parameters * sizeof *after);
    fl_network_export(network, after);
}

/* The bias of the first layer and the weight before it, after one step. */
static void step_of(const char *rule, const char *backend, double weight_decay, double decay, float *weight,
                    float *bias)
{
    fl_trial trial = trial_of(fl_optimizer_find(rule, NULL), backend);
    fl_train_callbacks watch = { .ended = keep_parameters };
    trial_set(&trial, "weight_decay", weight_decay);
    trial_set(&trial, "decay", decay);
    fl_outcome outcome = must_train(shared_trainer(), &trial, &watch);
    *weight = after[7];
    *bias = after[layout.tensors[0].n_values + 1];
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
}

/* Rules with decoupled decay: elementwise ones, and ones that go from tensor to tensor. */
static void a_rules_own_weight_decay_spares_vectors_too(void **state)
{
    static const char *const rules[] = { "adamw", "lion", "schedule_free_adamw", "muon", "shampoo", "soap" };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        float none[2], all[2], matrices[2];
        fl_trial trial = trial_of(fl_optimizer_find(rules[i], NULL), "naive");
        bool there = fl_trial_accepts(&trial, SIZE_MAX, NULL);
        fl_trial_free(&trial);
        if (!there) continue;
        step_of(rules[i], "naive", 0, FL_TRIAL_DECAY_ALL, &none[0], &none[1]);
        step_of(rules[i], "naive", 1, FL_TRIAL_DECAY_ALL, &all[0], &all[1]);
        step_of(rules[i], "naive", 1, FL_TRIAL_DECAY_MATRICES, &matrices[0], &matrices[1]);
        assert_true(all[0] != none[0] && all[1] != none[1]);
        assert_true(matrices[0] == all[0] && matrices[1] == none[1]);
    }
}

/* What does nothing is not in a trial's words, so trials from before these names keep their identity. */
static void a_neutral_setting_is_no_part_of_a_trial(void **state)
{
    fl_trial plain = trial_of(fl_optimizer_find("sgd", NULL), "naive"), set_to_nothing = fl_trial_copy(&plain),
             clipped = fl_trial_copy(&plain);
    char ids[3][17];
    fl_text command = { 0 };
    trial_set(&set_to_nothing, "l2", 0);
    trial_set(&set_to_nothing, "clip_norm", 0);
    trial_set(&clipped, "clip_norm", 2);
    fl_trial_id(&plain, "data", ids[0]);
    fl_trial_id(&set_to_nothing, "data", ids[1]);
    fl_trial_id(&clipped, "data", ids[2]);
    assert_string_equal(ids[0], ids[1]);
    assert_string_not_equal(ids[0], ids[2]);
    fl_trial_command(&clipped, &command);
    assert_contains(command.bytes, " --set clip_norm=2 ");
    assert_null(strstr(command.bytes, "l2"));
    json_t *words = fl_trial_hyperparameters(&clipped);
    assert_non_null(json_object_get(words, "clip_norm"));
    assert_null(json_object_get(words, "clip_value"));
    json_decref(words);
    fl_text_free(&command);
    fl_trial_free(&plain);
    fl_trial_free(&set_to_nothing);
    fl_trial_free(&clipped);
}

static void no_rule_has_a_hyperparameter_of_such_a_name(void **state)
{
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++)
        for (size_t i = 0; i < FL_TRIAL_AROUND_HYPERS; i++)
            assert_int_equal(fl_hyper_index((*o)->hypers, (*o)->n_hypers, fl_trial_around[i].name), (*o)->n_hypers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(penalties_are_added_to_every_gradient),
        cmocka_unit_test(or_to_those_of_matrices_alone),
        cmocka_unit_test(a_clipped_number_is_the_limit_with_its_sign),
        cmocka_unit_test(a_clipped_norm_is_the_limit_and_the_direction_stays),
        cmocka_unit_test(the_whole_gradient_and_its_pieces_meet_the_same_penalties),
        cmocka_unit_test(a_rules_own_weight_decay_spares_vectors_too),
        cmocka_unit_test(a_neutral_setting_is_no_part_of_a_trial),
        cmocka_unit_test(no_rule_has_a_hyperparameter_of_such_a_name),
    };
    return test_run(tests, NULL, NULL);
}
