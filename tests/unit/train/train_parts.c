/* Workers that have parts of a model: a pipeline's stages, parts of dense layers. */
#include "support/trained.h"
#include "method/method_one_weird_trick.h"
#include "method/method_pipeline.h"
#include "trial/around.h"

#include <math.h>

/* Four layers to multiply by, so that four stages can be made of them. */
static const fl_layer deep[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv1", .n_out = 4, .kernel = 5, .stride = 3 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv2", .n_out = 6, .kernel = 3, .stride = 2 },
    { .kind = FL_LAYER_DROPOUT, .name = "dropout", .rate = .25 },
    { .kind = FL_LAYER_DENSE, .name = "dense1", .n_out = 12 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DENSE, .name = "dense2", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

/* One path leaves out batch normalisation. */
static const fl_layer branched[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 3, .kernel = 14, .stride = 14 },
    { .kind = FL_LAYER_BATCH_NORM, .name = "bn" },
    { .kind = FL_LAYER_ADD },
    { .kind = FL_LAYER_DROPOUT, .name = "dropout", .rate = .25 },
    { .kind = FL_LAYER_DENSE, .name = "dense1", .n_out = 12 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DENSE, .name = "dense2", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

static void branch(model *m)
{
    m->layers[2].n_from = 2;
    m->layers[2].from[0] = 1;
    m->layers[2].from[1] = 2;
}

/* A pair of dense layers, 192 inputs, and a third one whose 10 outputs not every number of workers divides. */
static const fl_layer paired[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 3, .kernel = 5, .stride = 3 },
    { .kind = FL_LAYER_DENSE, .name = "dense1", .n_out = 12 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DROPOUT, .name = "dropout", .rate = .25 },
    { .kind = FL_LAYER_DENSE, .name = "dense2", .n_out = 20 },
    { .kind = FL_LAYER_TANH },
    { .kind = FL_LAYER_DENSE, .name = "dense3", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

static void cuts(fl_trial *trial, double first, double second)
{
    double *values = trial->values.of[FL_TRIAL_OF_METHOD] + FL_METHOD_CUTS;
    values[0] = first;
    values[1] = second;
}

static double number_of(const seen *s, const char *key)
{
    return json_number_value(json_object_get(s->division, key));
}

/* --- pipeline --- */

/* Of one worker who adds up the same micro-batches, for up to `most` stages. */
static void assert_bits_of_micro_batches(const fl_trial *plain, size_t most)
{
    seen whole = train(plain);
    for (size_t stages = 1; stages <= most; stages++) {
        fl_trial trial = *plain;
        parallel(&trial, "pipeline", stages);
        seen piped = train(&trial);
        if (strcmp(whole.hash, piped.hash))
            fail_msg("%s on %s: %zu stages have other bits", plain->owners.optimizer->entry.name,
                     plain->backend->entry.name, stages);
        assert_memory_equal(whole.losses, piped.losses, sizeof whole.losses);
        assert_int_equal(whole.gradients, piped.gradients);
        drop(&piped);
    }
    drop(&whole);
}

static void a_pipeline_has_the_bits_of_its_micro_batches(void **state)
{
    static const char *const rules[] = { "momentum", "lamb", "sam", "lbfgs" };
    model m;
    make_model(&m, LAYERS(deep));
    augment(&m);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        fl_trial trial = trial_of(rules[i], &m.workload, 24);
        trial.micro_batch = 4;
        assert_bits_of_micro_batches(&trial, 4);
    }
}

static void it_has_them_on_every_backend(void **state)
{
    model m;
    make_model(&m, LAYERS(deep));
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++) {
            fl_trial trial = trial_of("adam", &m.workload, 24);
            trial.backend = *b;
            trial.precision = precision;
            trial.micro_batch = 8;
            if ((*b)->usable(precision, NULL)) assert_bits_of_micro_batches(&trial, 4);
        }
}

static void it_has_them_with_branches_statistics_and_carried_state(void **state)
{
    model m;
    make_model(&m, LAYERS(branched));
    branch(&m);
    fl_trial trial = trial_of("momentum", &m.workload, 24);
    trial.micro_batch = 6;
    assert_bits_of_micro_batches(&trial, 3);
    make_model(&m, LAYERS(with_state));
    trial = trial_of("adam", &m.workload, 12);
    assert_bits_of_micro_batches(&trial, 3);
}

static void it_has_them_with_batches_that_grow(void **state)
{
    model m;
    make_model(&m, LAYERS(deep));
    fl_trial trial = trial_of("sgd", &m.workload, 8);
    trial.micro_batch = 4;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_FACTOR] = 2;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_EVERY] = 4;
    assert_bits_of_micro_batches(&trial, 2);
}

/* Of 12 numbers behind dense1 and its ReLU, forward and back, for 24 examples in each of 10 steps. */
static void what_crosses_a_cut_is_counted(void **state)
{
    model m;
    make_model(&m, LAYERS(deep));
    fl_trial trial = trial_of("sgd", &m.workload, 24);
    trial.micro_batch = 4;
    parallel(&trial, "pipeline", 2);
    cuts(&trial, 6, 0);
    seen s = train(&trial);
    assert_true(number_of(&s, "bytes") == 10 * 24 * 12 * 4 * 2);
    assert_close(number_of(&s, "equal_bubble"), 1. / 7, 1e-12); /* (V - 1) / (M + V - 1) of V = 2, M = 6 */
    assert_true(number_of(&s, "bubble") > 1. / 7);              /* nearly all of the work is before the cut */
    drop(&s);
}

/* Products by weights: conv1 makes 4 x 8 x 8 numbers of 25 each, conv2 6 x 3 x 3 of 36, dense1 12 of 54, dense2 10 of
 * 12; in two passes the first, which has no gradient to pass on, in three the others. */
static void stages_share_the_operations_as_equally_as_they_can(void **state)
{
    model m;
    make_model(&m, LAYERS(deep));
    fl_trial trial = trial_of("sgd", &m.workload, 24);
    parallel(&trial, "pipeline", 4);
    seen s = train(&trial);
    const json_t *shares = json_object_get(s.division, "shares");
    assert_int_equal(json_array_size(shares), 4);
    assert_close(json_real_value(json_array_get(shares, 2)) / json_real_value(json_array_get(shares, 3)), 648. / 120,
                 1e-12);
    drop(&s);
    parallel(&trial, "pipeline", 2);
    s = train(&trial);
    double first = 2 * 6400, rest = 3 * (1944 + 648 + 120);
    assert_close(json_real_value(json_array_get(json_object_get(s.division, "shares"), 0)), first / (first + rest),
                 1e-12);
    drop(&s);
}

static void assert_refused_with(const fl_trial *trial, const char *words)
{
    fl_error error;
    fl_train_trainer *trainer = fl_train_trainer_new();
    assert_false(fl_train_prepare(trainer, trial, &error));
    assert_contains(error.text, words);
    fl_train_trainer_free(trainer);
}

static void stages_that_cannot_be_made_are_refused(void **state)
{
    model m;
    make_model(&m, LAYERS(branched));
    branch(&m);
    fl_trial trial = trial_of("sgd", &m.workload, 24);
    parallel(&trial, "pipeline", 4);
    assert_refused_with(&trial, "cannot be cut into 4 stages that all have layers to multiply");
    parallel(&trial, "pipeline", 20);
    assert_refused_with(&trial, "stages, not 20");
    parallel(&trial, "pipeline", 2);
    cuts(&trial, 2, 0);
    assert_refused_with(&trial, "parallel.cut_1 = 2: this network can be cut after so many layers: 1, 3, 4");
    cuts(&trial, 1, 3);
    assert_refused_with(&trial, "a pipeline of 2 workers has 1 cuts, and 2 are listed");
    parallel(&trial, "pipeline", 3);
    cuts(&trial, 3, 4);
    assert_refused_with(&trial, "stage 2 of the pipeline has no work");
}

/* --- tensor --- */

static void assert_agrees(fl_trial *trial, const seen *whole)
{
    seen divided = train(trial);
    double most = apart(whole, &divided);
    if (!(most > 0 && most < 1e-5))
        fail_msg("%s of %zu on %s: %g apart", trial->owners.method->entry.name, trial->workers,
                 trial->backend->entry.name, most);
    for (size_t i = 0; i < trial->steps; i++) assert_close(divided.losses[i], whole->losses[i], 1e-5);
    drop(&divided);
}

/* By one worker, and then so with 2 to 4. */
static void assert_workers_agree(fl_trial trial, const char *method, unsigned scheme)
{
    seen whole = train(&trial);
    for (size_t workers = 2; workers <= 4; workers++) {
        parallel(&trial, method, workers);
        if (trial.owners.method->n_hypers) trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_SCHEME] = scheme;
        assert_agrees(&trial, &whole);
    }
    drop(&whole);
}

static void divided_layers_agree_with_whole_ones_to_1e_5_after_10_steps(void **state)
{
    model m;
    make_model(&m, LAYERS(paired));
    augment(&m);
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        fl_trial trial = trial_of("momentum", &m.workload, 24);
        trial.backend = *b;
        if ((*b)->usable(FL_BACKEND_F32, NULL)) assert_workers_agree(trial, "tensor", 0);
    }
    fl_trial trial = trial_of("momentum", &m.workload, 24);
    trial.micro_batch = 6;
    assert_workers_agree(trial, "tensor", 0);
}

static void assert_names(const seen *s, const char *key, const char *names)
{
    char text[100] = "";
    size_t i;
    const json_t *name;
    json_array_foreach(json_object_get(s->division, key), i, name)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", json_string_value(name));
    assert_string_equal(text, names);
}

/* 12 outputs are divided by 2 and 4, 10 by 2; a sum of two is sent and comes back, outputs go to the other: for every
 * example 2 * 192 numbers before dense1, 2 * 20 behind dense2, 2 * 20 before dense3 and 10 behind it. */
static void layers_are_divided_in_pairs_and_what_crosses_is_counted(void **state)
{
    model m;
    make_model(&m, LAYERS(paired));
    fl_trial trial = trial_of("sgd", &m.workload, 24);
    parallel(&trial, "tensor", 2);
    seen s = train(&trial);
    assert_names(&s, "by_outputs", "dense1 dense3 ");
    assert_names(&s, "by_inputs", "dense2 ");
    assert_names(&s, "whole", "");
    assert_true(number_of(&s, "bytes") == 10 * 24 * 4 * (2 * 192 + 2 * 20 + 2 * 20 + 10));
    drop(&s);
    parallel(&trial, "tensor", 4);
    s = train(&trial);
    assert_names(&s, "by_outputs", "dense1 ");
    assert_names(&s, "whole", "dense3 ");
    drop(&s);
}

/* --- one weird trick --- */

static void shares_and_divided_layers_agree_with_the_whole(void **state)
{
    model m;
    make_model(&m, LAYERS(paired));
    augment(&m);
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        for (unsigned scheme = FL_METHOD_SCHEME_A; scheme <= FL_METHOD_SCHEME_B; scheme++) {
            fl_trial trial = trial_of("momentum", &m.workload, 24);
            trial.backend = *b;
            if ((*b)->usable(FL_BACKEND_F32, NULL)) assert_workers_agree(trial, "one_weird_trick", scheme);
        }
}

/* Before the border 75 weights and 3 biases, each tensor in whole lines of 16 numbers, whose gradients are summed;
 * behind it all layers by outputs. */
static void its_traffic_is_counted(void **state)
{
    model m;
    make_model(&m, LAYERS(paired));
    fl_trial trial = trial_of("sgd", &m.workload, 24);
    parallel(&trial, "one_weird_trick", 2);
    seen s = train(&trial);
    double examples = 24 * (2 * 192 + 12 + 2 * 12 + 20 + 2 * 20 + 10), gradients = 2 * (80 + 16);
    assert_names(&s, "by_outputs", "dense1 dense2 dense3 ");
    assert_true(number_of(&s, "bytes") == 10 * 4 * (examples + gradients));
    assert_int_equal(s.gradients, 20);
    drop(&s);
}

static void models_without_a_border_are_refused(void **state)
{
    model m;
    make_model(&m, LAYERS(paired));
    fl_trial trial = trial_of("sgd", &m.workload, 21);
    parallel(&trial, "tensor", 7);
    assert_refused_with(&trial, "7 workers divide the outputs of no dense layer");
    parallel(&trial, "one_weird_trick", 7);
    assert_refused_with(&trial, "7 workers divide the outputs of no dense layer");
    parallel(&trial, "one_weird_trick", 3);
    trial.micro_batch = 7;
    assert_refused_with(&trial, "does not take micro_batch");
    trial = trial_of("sgd", fl_workload_find("glyphs/mlp", NULL), 24);
    parallel(&trial, "one_weird_trick", 2);
    assert_refused_with(&trial, "use 'tensor'");
}

/* --- all --- */

static void one_worker_has_the_bits_of_none(void **state)
{
    static const char *const methods[] = { "pipeline", "tensor", "one_weird_trick" };
    model m;
    make_model(&m, LAYERS(paired));
    fl_trial plain = trial_of("adam", &m.workload, 12);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        fl_trial one = plain;
        parallel(&one, methods[i], 1);
        assert_same(&plain, &one);
    }
}

static void a_trial_of_parts_goes_on_from_any_step(void **state)
{
    static const char *const methods[] = { "pipeline", "tensor", "one_weird_trick" };
    model m;
    make_model(&m, LAYERS(paired));
    fl_trial trial = trial_of("adam", &m.workload, 6);
    trial.split.validation = 11980;
    trial.steps = 5;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        parallel(&trial, methods[i], 2);
        assert_resumes(&trial);
    }
    trial.values.of[FL_TRIAL_OF_METHOD][FL_METHOD_SCHEME] = FL_METHOD_SCHEME_B;
    assert_resumes(&trial);
    make_model(&m, LAYERS(with_state));
    parallel(&trial, "pipeline", 3);
    assert_resumes(&trial);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_training, end_training)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pipeline_has_the_bits_of_its_micro_batches),
        TEST(it_has_them_on_every_backend),
        TEST(it_has_them_with_branches_statistics_and_carried_state),
        TEST(it_has_them_with_batches_that_grow),
        TEST(what_crosses_a_cut_is_counted),
        TEST(stages_share_the_operations_as_equally_as_they_can),
        TEST(stages_that_cannot_be_made_are_refused),
        TEST(divided_layers_agree_with_whole_ones_to_1e_5_after_10_steps),
        TEST(layers_are_divided_in_pairs_and_what_crosses_is_counted),
        TEST(shares_and_divided_layers_agree_with_the_whole),
        TEST(its_traffic_is_counted),
        TEST(models_without_a_border_are_refused),
        TEST(one_worker_has_the_bits_of_none),
        TEST(a_trial_of_parts_goes_on_from_any_step),
    };
    return test_run(tests, training_set_up, workspace_tear_down);
}
