/* Training on a user's data: streams that carry on, numbers to predict, inputs changed on the way, and what does not go
 * together. */
#include "base/npy.h"
#include "support/folder.h"
#include "support/trial.h"
#include "support/trainer.h"
#include "train/evaluate.h"
#include "train/train.h"

enum { STEPS = 12, BATCH = 4, LENGTH = 3, MOST = 20000 };

static char root[FL_FILE_PATH_MAX], text_path[FL_FILE_PATH_MAX];

/* 1,000 characters of seven kinds in an order that a model can learn: 800 train, in windows of three and the next one
 * (800 - 1) / 3 = 266, so 66 windows in each of four streams; 33 windows of 100 validate and test. */
static int set_up(void **state)
{
    char text[1000];
    folder_make(root);
    setenv("XDG_CACHE_HOME", root, 1);
    fl_file_path_join(text_path, root, "text.txt");
    for (size_t i = 0; i < sizeof text; i++) text[i] = "abcdefg"[(i + i / 50) % 7];
    put_file(text_path, text, sizeof text);
    return 0;
}

static fl_workload *defined[24];
static size_t n_defined;

static int tear_down(void **state)
{
    while (n_defined) fl_workload_free(defined[--n_defined]);
    folder_remove(root);
    return 0;
}

/* A definition, in which %s is the data. It lives as long as the tests. */
static const fl_workload *define(const char *format, const char *data)
{
    fl_text text = { 0 };
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fl_text_add(&text, format, data);
#pragma GCC diagnostic pop
    assert_true(n_defined < sizeof defined / sizeof *defined);
    return defined[n_defined++] = defined_workload(&text);
}

#define LSTM(carry)                                                                                                    \
    "{ \"workload\": \"lstm\", \"data\": { \"text\": \"%s\", \"length\": 3 }, \"layers\": ["                           \
    "{ \"kind\": \"embedding\", \"vocabulary\": 7, \"out\": 4 },"                                                      \
    "{ \"kind\": \"lstm\", \"out\": 8, \"carry\": " carry " }, { \"kind\": \"dense\", \"out\": 7 } ],"                 \
    "\"loss\": { \"kind\": \"softmax_cross_entropy\" } }"

#define PICTURES(inputs)                                                                                               \
    "{ \"workload\": \"net\", \"data\": \"%s\", \"inputs\": [" inputs "], \"layers\": ["                               \
    "{ \"kind\": \"dense\", \"out\": 10 } ], \"loss\": { \"kind\": \"softmax_cross_entropy\" } }"

static fl_trial trial_of(const fl_workload *workload, const char *backend)
{
    fl_trial_owners owners = { fl_optimizer_find("momentum", NULL), fl_schedule_find("constant", NULL), workload };
    fl_trial trial = fl_trial_default(&owners);
    size_t rate = fl_hyper_index(owners.optimizer->hypers, owners.optimizer->n_hypers, "learning_rate");
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][rate] = 0.05;
    trial.backend = fl_backend_find(backend, NULL);
    trial.batch_size = BATCH;
    trial.steps = STEPS;
    trial.eval_every = STEPS;
    return trial;
}

/* What a training was shown: 4-byte values, floats or tokens. */
typedef struct seen {
    size_t n_input, n_labels, n_steps;
    uint32_t input[MOST];
    int32_t labels[MOST];
    double losses[200];
} seen;

static void note(void *user, const fl_train_step *step)
{
    seen *s = user;
    memcpy(s->input + s->n_steps * s->n_input, step->input, s->n_input * sizeof *s->input);
    memcpy(s->labels + s->n_steps * s->n_labels, step->labels, s->n_labels * sizeof *s->labels);
    s->losses[s->n_steps++] = step->loss;
}

static seen *run(const fl_trial *trial, size_t n_input, size_t n_labels, fl_outcome *outcome)
{
    seen *s = calloc(1, sizeof *s);
    s->n_input = n_input;
    s->n_labels = n_labels;
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_train_callbacks callbacks = { .user = s, .stepped = note };
    fl_outcome own = must_train(trainer, trial, &callbacks);
    fl_train_trainer_free(trainer);
    if (outcome)
        *outcome = own;
    else
        fl_outcome_free(&own);
    return s;
}

/* Each row of a batch goes on where it ended in the one before, until the epoch of 66 windows is over. */
static void streams_carry_on_through_an_epoch(void **state)
{
    fl_trial trial = trial_of(define(LSTM("true"), text_path), "naive");
    trial.steps = 140;
    trial.eval_every = 0;
    seen *s = run(&trial, BATCH * LENGTH, BATCH * LENGTH, NULL);
    for (size_t step = 1; step < trial.steps; step++)
        for (size_t row = 0; row < BATCH; row++) {
            size_t now = (step * BATCH + row) * LENGTH, before = now - BATCH * LENGTH;
            if (step % 66)
                assert_int_equal(s->labels[before + LENGTH - 1], s->input[now]);
            else
                assert_int_equal(s->input[row * LENGTH], s->input[now]); /* from the beginning */
        }
    assert_true(s->losses[139] < 0.8 * s->losses[0]);
    free(s);
}

/* The first step of an epoch knows nothing of the last: with weights that stay its loss is the first epoch's. And what
 * is carried matters: later steps lose something else than without it. */
static void carry_is_zero_at_each_epochs_start(void **state)
{
    fl_trial with = trial_of(define(LSTM("true"), text_path), "naive");
    with.owners.optimizer = fl_optimizer_find("null", NULL);
    with.steps = 68;
    with.eval_every = 0;
    seen *s = run(&with, BATCH * LENGTH, BATCH * LENGTH, NULL);
    assert_true(s->losses[66] == s->losses[0]);
    assert_true(s->losses[67] == s->losses[1]);
    fl_trial one = with;
    one.steps = 2;
    one.owners.workload = define(LSTM("false"), text_path);
    seen *fresh = run(&one, BATCH * LENGTH, BATCH * LENGTH, NULL);
    assert_true(s->losses[1] != s->losses[0] && isfinite(fresh->losses[1]));
    free(fresh);
    free(s);
}

/* The mean over 3 windows of each of 10 streams, from zero carry, by a network of the test's own. */
static void evaluation_reads_ten_streams(void **state)
{
    fl_trial trial = trial_of(define(LSTM("true"), text_path), "naive");
    fl_train_plans plans = { .made = false };
    fl_trial_point point;
    fl_error error;
    double loss = 0;
    if (!fl_train_plans_fit(&plans, &trial, &error)) fail_msg("%s", error.text);
    float *canonical = calloc(fl_network_layout(plans.training)->n_parameters, sizeof *canonical);
    fl_network_init(plans.training, &trial.init, 3);
    fl_train_evaluate(&plans, canonical, &point);
    fl_network *network = plans.evaluation;
    fl_network_clear_carry(network);
    for (size_t t = 0; t < 3; t++) {
        for (size_t s = 0; s < 10; s++)
            for (size_t j = 0; j < LENGTH; j++) {
                size_t at = plans.splits.validation.index[3 * s + t] * LENGTH + j;
                ((int32_t *)fl_network_input(network))[s * LENGTH + j] = plans.dataset->tokens[at];
                fl_network_labels(network)[s * LENGTH + j] = plans.dataset->labels[at];
            }
        fl_network_forward(network);
        for (size_t i = 0; i < 10 * LENGTH; i++) loss += fl_network_losses(network)[i];
    }
    assert_close(point.of[FL_TRIAL_VAL_LOSS], loss / (3 * 10 * LENGTH), 1e-12);
    free(canonical);
    fl_train_plans_free(&plans);
}

/* The same examples in the same order, changed in the same way, on every backend, in parts or whole. */
static void what_is_drawn_depends_on_no_backend_and_no_parts(void **state)
{
    const fl_workload *w = define(PICTURES("\"standardize\", { \"crop\": 3 }, \"flip\", { \"noise\": 0.1 }"), "glyphs");
    const char *const backends[] = { "naive", "openblas", "onednn" };
    fl_trial first = trial_of(w, "naive");
    first.steps = 3;
    first.eval_every = 0;
    seen *right = run(&first, BATCH * 784, BATCH, NULL);
    for (size_t i = 0; i < 6; i++) {
        fl_trial trial = first;
        trial.backend = fl_backend_find(backends[i % 3], NULL);
        trial.micro_batch = i < 3 ? 0 : 2;
        if (!trial.backend->usable(FL_BACKEND_F32, NULL)) continue;
        seen *s = run(&trial, BATCH * 784, BATCH, NULL);
        assert_memory_equal(right->input, s->input, 3 * BATCH * 784 * sizeof *s->input);
        for (size_t step = 0; step < 3; step++) assert_close(s->losses[step], right->losses[step], 1e-5);
        free(s);
    }
    assert_memory_not_equal(right->input, right->input + BATCH * 784, BATCH * 784 * sizeof *right->input);
    free(right);
}

/* Evaluation sees nothing of what is drawn: two evaluations of the same weights agree. */
static void evaluation_draws_nothing(void **state)
{
    fl_trial trial = trial_of(define(PICTURES("{ \"noise\": 1 }, { \"brightness\": 1 }"), "glyphs"), "naive");
    fl_outcome outcome;
    trial.owners.optimizer = fl_optimizer_find("null", NULL);
    trial.eval_every = 6;
    free(run(&trial, BATCH * 784, BATCH, &outcome));
    assert_int_equal(2, outcome.n_points);
    for (size_t i = 0; i < FL_TRIAL_METRICS; i++) assert_true(outcome.points[0].of[i] == outcome.points[1].of[i]);
    fl_outcome_free(&outcome);
}

/* Another workload on the same data, in the same trainer, gets its own inputs. */
static void inputs_belong_to_the_workload(void **state)
{
    const char *const inputs[] = { PICTURES("\"centre\""), PICTURES("\"raw\""), PICTURES("\"standardize\"") };
    fl_train_trainer *shared = fl_train_trainer_new();
    for (size_t i = 0; i < 3; i++) {
        fl_trial trial = trial_of(define(inputs[i], "glyphs"), "naive");
        fl_outcome alone, after;
        trial.steps = 2;
        free(run(&trial, BATCH * 784, BATCH, &alone));
        assert_true(fl_train_trial(shared, &trial, NULL, &after, NULL));
        assert_string_equal(alone.state_hash, after.state_hash);
        fl_outcome_free(&alone);
        fl_outcome_free(&after);
    }
    fl_train_trainer_free(shared);
}

/* y = 2 a - 3 b + 1 is learned from floats. */
static void numbers_are_predicted(void **state)
{
    enum { N = 300 };
    char x_path[FL_FILE_PATH_MAX], y_path[FL_FILE_PATH_MAX], data[2 * FL_FILE_PATH_MAX + 100];
    float x[2 * N], y[N];
    fl_outcome outcome;
    for (size_t i = 0; i < N; i++) {
        x[2 * i] = (float)(i % 17) / 17;
        x[2 * i + 1] = (float)(i % 23) / 23;
        y[i] = 2 * x[2 * i] - 3 * x[2 * i + 1] + 1;
    }
    fl_file_path_join(x_path, root, "x.npy");
    fl_file_path_join(y_path, root, "y.npy");
    assert_true(fl_npy_write(x_path, FL_NPY_F32, (size_t[]){ N, 2 }, 2, x, NULL));
    assert_true(fl_npy_write(y_path, FL_NPY_F32, (size_t[]){ N, 1 }, 2, y, NULL));
    snprintf(data, sizeof data, "\"inputs\": \"%s\", \"targets\": \"%s\"", x_path, y_path);
    fl_trial trial =
        trial_of(define("{ \"workload\": \"line\", \"data\": { \"npy\": { %s } }, \"layers\": [ "
                        "{ \"kind\": \"dense\", \"out\": 1 } ], \"loss\": { \"kind\": \"mean_squared\" } }",
                        data),
                 "naive");
    trial.steps = trial.eval_every = 200;
    free(run(&trial, BATCH * 2, BATCH, &outcome));
    assert_true(outcome.points[0].of[FL_TRIAL_VAL_LOSS] < 1e-3);
    assert_true(outcome.points[0].of[FL_TRIAL_TEST_LOSS] < 1e-3);
    fl_outcome_free(&outcome);
}

/* An autoencoder of standardised drawings is measured against the drawings as they are. */
static void an_autoencoder_predicts_its_raw_input(void **state)
{
    fl_trial trial =
        trial_of(define("{ \"workload\": \"auto\", \"data\": \"%s\", \"inputs\": [ \"standardize\" ], \"layers\": ["
                        "{ \"kind\": \"dense\", \"out\": 8 }, { \"kind\": \"dense\", \"out\": 784 } ],"
                        "\"loss\": { \"kind\": \"mean_squared\", \"targets\": \"input\" } }",
                        "glyphs"),
                 "naive");
    fl_train_plans plans = { .made = false };
    fl_error error;
    if (!fl_train_plans_fit(&plans, &trial, &error)) fail_msg("%s", error.text);
    fl_dataset_input input = fl_train_plans_input(plans.training);
    input.pipeline = plans.pipeline;
    fl_dataset_examples_gather(&plans.splits.training, NULL, 0, BATCH, input, fl_network_labels(plans.training));
    for (size_t v = 0; v < 784; v++)
        assert_close(fl_network_targets(plans.training)[v], plans.dataset->pixels[v] / 255.0, 1e-7);
    assert_true(fl_network_targets(plans.training)[0] != ((float *)fl_network_input(plans.training))[0]);
    fl_train_plans_free(&plans);
}

static void assert_refused(fl_trial trial, const char *part)
{
    fl_error error = { .text = "" };
    fl_train_plans plans = { .made = false };
    if (fl_train_plans_fit(&plans, &trial, &error)) fail_msg("accepted, but: %s", part);
    assert_int_equal(FL_ERROR_USER, error.fault);
    assert_contains(error.text, part);
}

static void what_does_not_go_together_is_refused(void **state)
{
    fl_trial trial = trial_of(define(LSTM("true"), text_path), "naive");
    trial.split.from = FL_DATASET_FROM_SEEDED;
    assert_refused(trial, "carries state from batch to batch, so its split cannot be 'seeded'");
    trial.split.from = FL_DATASET_FROM_END;
    trial.split.validation = 9;
    assert_refused(trial, "along 10 streams in evaluation, and data");
    assert_refused(trial, "have 9 examples to validate and 33 to test");
    trial.split.validation = SIZE_MAX;
    trial.micro_batch = 2;
    assert_refused(trial, "so its batch cannot be computed in parts");
    assert_refused(
        trial_of(define("{ \"workload\": \"once\", \"data\": { \"text\": \"%s\", \"length\": 3 }, \"layers\": ["
                        "{ \"kind\": \"embedding\", \"vocabulary\": 7, \"out\": 4 }, { \"kind\": \"last\" },"
                        "{ \"kind\": \"dense\", \"out\": 7 } ],"
                        "\"loss\": { \"kind\": \"softmax_cross_entropy\" } }",
                        text_path),
                 "naive"),
        "the model predicts 1 classes per example, and data '");
    assert_refused(trial_of(define("{ \"workload\": \"numbers\", \"data\": \"%s\", \"layers\": ["
                                   "{ \"kind\": \"dense\", \"out\": 10 } ], \"loss\": { \"kind\": \"mean_squared\" } }",
                                   "glyphs"),
                            "naive"),
                   "the model predicts 10 numbers per example, and data 'glyphs' has 0 to predict");
}

/* Shapes that an option decides, and tokens in arrays, are known when the data are read. */
static void data_that_the_model_cannot_take_are_refused_with_its_place(void **state)
{
    static const int32_t tokens[60] = { [59] = 5 }, labels[30];
    char x_path[FL_FILE_PATH_MAX], y_path[FL_FILE_PATH_MAX], data[2 * FL_FILE_PATH_MAX + 40];
    fl_file_path_join(x_path, root, "tokens.npy");
    fl_file_path_join(y_path, root, "labels.npy");
    assert_true(fl_npy_write(x_path, FL_NPY_I32, (size_t[]){ 30, 2 }, 2, tokens, NULL));
    assert_true(fl_npy_write(y_path, FL_NPY_I32, (size_t[]){ 30 }, 1, labels, NULL));
    snprintf(data, sizeof data, "\"inputs\": \"%s\", \"targets\": \"%s\"", x_path, y_path);
    assert_refused(trial_of(define("{ \"workload\": \"small\", \"data\": { \"npy\": { %s } },\n\"layers\": [ "
                                   "{ \"kind\": \"embedding\", \"vocabulary\": 5, \"out\": 4 },"
                                   "{ \"kind\": \"last\" }, { \"kind\": \"dense\", \"out\": 2 } ],"
                                   "\"loss\": { \"kind\": \"softmax_cross_entropy\" } }",
                                   data),
                            "naive"),
                   "net.json:2:13: embedding1 has 5 rows, and the data have tokens up to 5");
    assert_refused(trial_of(define(PICTURES("{ \"crop\": 2 }"), "quadratic"), "naive"),
                   "net.json:1:54: 'crop' is for pictures; an example is 8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_carry_on_through_an_epoch),
        cmocka_unit_test(carry_is_zero_at_each_epochs_start),
        cmocka_unit_test(evaluation_reads_ten_streams),
        cmocka_unit_test(what_is_drawn_depends_on_no_backend_and_no_parts),
        cmocka_unit_test(evaluation_draws_nothing),
        cmocka_unit_test(inputs_belong_to_the_workload),
        cmocka_unit_test(numbers_are_predicted),
        cmocka_unit_test(an_autoencoder_predicts_its_raw_input),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(data_that_the_model_cannot_take_are_refused_with_its_place),
    };
    return test_run(tests, set_up, tear_down);
}
