/* Snapshots where the rate starts again, and the mean of their predictions. */
#include "base/memory.h"
#include "support/test.h"
#include "support/trainer.h"

#include <math.h>

enum { CYCLES = 3, STEPS = 15, PIXELS = 784, CLASSES = 10 };

/* A classifier of one layer, so that its predictions can be worked out here. */
static const char definition[] =
    "{\"workload\": \"own/linear\", \"data\": \"glyphs\", \"layers\": [ { \"kind\": \"dense\", "
    "\"out\": 10 } ], \"loss\": { \"kind\": \"softmax_cross_entropy\" } }";

static fl_trial trial_of(size_t steps, size_t snapshots, const char *backend)
{
    static const fl_workload *workload;
    fl_error error;
    if (!workload) {
        fl_json *document = fl_json_load_text("own", definition, strlen(definition), &error);
        workload = fl_workload_read(fl_json_root(document), &error);
        fl_json_free(document);
    }
    fl_trial_owners owners = { fl_optimizer_find("momentum", NULL), fl_schedule_find("cosine_restarts", NULL),
                               workload };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.1;
    trial.values
        .of[FL_TRIAL_OF_SCHEDULE][fl_hyper_index(owners.schedule->hypers, owners.schedule->n_hypers, "cycles")] =
        CYCLES;
    trial.backend = fl_backend_find(backend, NULL);
    trial.batch_size = 32;
    trial.steps = steps;
    trial.eval_every = steps;
    if (snapshots) trial.average = (fl_trial_averaging){ FL_TRIAL_SNAPSHOTS, (double)snapshots };
    return trial;
}

typedef struct model {
    float weight[CLASSES][PIXELS], bias[CLASSES];
} model;

static void keep(void *user, const fl_network *network)
{
    fl_network_export(network, user);
}

static fl_outcome run(const fl_trial *trial, model *end)
{
    fl_train_callbacks callbacks = { .user = end, .ended = end ? keep : NULL };
    return must_train(shared_trainer(), trial, &callbacks);
}

/* Add softmax(W x + b) / n. */
static void add_prediction(const model *m, const float *x, size_t n, double p[CLASSES])
{
    double z[CLASSES], total = 0;
    for (size_t c = 0; c < CLASSES; c++) {
        z[c] = m->bias[c];
        for (size_t i = 0; i < PIXELS; i++) z[c] += (double)m->weight[c][i] * (double)x[i];
        total += exp(z[c]);
    }
    for (size_t c = 0; c < CLASSES; c++) p[c] += exp(z[c]) / total / (double)n;
}

/* The mean prediction's loss and error on the validation split, from the data. */
static void expected_of(const model *models, size_t n, double *loss, double *error)
{
    fl_trial trial = trial_of(STEPS, 0, "naive");
    fl_dataset *data = fl_workload_load(trial.owners.workload, trial.values.of[FL_TRIAL_OF_WORKLOAD], NULL);
    fl_dataset_splits splits;
    assert_true(fl_dataset_splits_make(&splits, data, &trial.split, NULL));
    *loss = *error = 0;
    for (size_t i = 0; i < splits.validation.count; i++) {
        float x[PIXELS];
        int32_t label;
        double p[CLASSES] = { 0 };
        fl_dataset_input to = { .values = x };
        fl_dataset_examples_gather(&splits.validation, NULL, i, 1, to, &label);
        for (size_t k = 0; k < n; k++) add_prediction(&models[k], x, n, p);
        size_t best = 0;
        for (size_t c = 1; c < CLASSES; c++) best = p[c] > p[best] ? c : best;
        *loss -= log(p[label]) / (double)splits.validation.count;
        *error += (best != (size_t)label) / (double)splits.validation.count;
    }
    fl_dataset_splits_free(&splits);
    fl_dataset_free(data);
}

/* The weights after 5, 10 and 15 of 15 steps: those of a list of the same rates that ends there. */
static void snapshots_after(size_t steps, model *m)
{
    fl_trial whole = trial_of(STEPS, 0, "naive"), trial = trial_of(steps, 0, "naive");
    fl_schedule_context context = fl_trial_schedule_context(&whole);
    trial.owners.schedule = fl_schedule_find("list", NULL);
    trial.n_rates = steps;
    trial.rates = fl_memory_new(steps, sizeof *trial.rates);
    for (size_t t = 0; t < steps; t++) {
        context.step = t;
        trial.rates[t] = fl_schedule_rate(whole.owners.schedule, &context);
    }
    fl_outcome outcome = run(&trial, m);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
}

static void the_last_snapshots_predictions_are_averaged(void **state)
{
    static const char *const backends[] = { "naive", "openblas", "onednn" };
    model *models = fl_memory_new(CYCLES, sizeof *models);
    for (size_t k = 0; k < CYCLES; k++) snapshots_after((k + 1) * STEPS / CYCLES, &models[k]);
    for (size_t n = 1; n <= CYCLES; n++) {
        double loss, error;
        expected_of(models + CYCLES - n, n, &loss, &error);
        for (size_t b = 0; b < 3; b++) {
            fl_trial trial = trial_of(STEPS, n, backends[b]);
            if (!trial.backend->usable(FL_BACKEND_F32, NULL)) continue;
            fl_outcome outcome = run(&trial, NULL);
            assert_true(outcome.points[0].has_averaged);
            assert_close(outcome.points[0].averaged[FL_TRIAL_VAL_LOSS], loss, 1e-5);
            assert_close(outcome.points[0].averaged[FL_TRIAL_VAL_ERROR], error, 1e-3);
            fl_outcome_free(&outcome);
        }
    }
    free(models);
}

/* Of one snapshot, the last weights: the figures beside are the same. */
static void one_snapshot_is_the_last_weights(void **state)
{
    fl_trial trial = trial_of(STEPS, 1, "naive");
    fl_outcome outcome = run(&trial, NULL);
    const fl_trial_point *p = &outcome.points[0];
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) assert_close(p->averaged[m], p->of[m], 1e-6);
    fl_outcome_free(&outcome);
}

static void before_the_first_they_are_the_last_weights(void **state)
{
    fl_trial trial = trial_of(STEPS, 2, "naive");
    trial.eval_every = 4;
    fl_outcome outcome = run(&trial, NULL);
    assert_memory_equal(outcome.points[0].averaged, outcome.points[0].of, sizeof outcome.points[0].of);
    assert_true(outcome.points[1].averaged[FL_TRIAL_VAL_LOSS] != outcome.points[1].of[FL_TRIAL_VAL_LOSS]);
    fl_outcome_free(&outcome);
}

/* Momentum that ends a bias in minus infinity at step 12: behind a ReLU no figure shows it. */
static void end_in_infinity(fl_optimizer_update *update)
{
    const fl_optimizer *momentum = fl_optimizer_find("momentum", NULL);
    momentum->step(update);
    if (update->step == 11) update->parameters[update->layout->tensors[1].offset] = -INFINITY;
}

static const char hidden[] =
    "{\"workload\": \"own/hidden\", \"data\": \"glyphs\", \"layers\": [ { \"kind\": \"dense\", \"out\": 8 }, "
    "{ \"kind\": \"relu\" }, { \"kind\": \"dense\", \"out\": 10 } ], \"loss\": { \"kind\": "
    "\"softmax_cross_entropy\" } }";

/* Snapshots of steps 5 and 10 are finite, and are what was evaluated last. */
static void parameters_are_judged_not_their_snapshots(void **state)
{
    fl_error error;
    fl_optimizer rule = *fl_optimizer_find("momentum", NULL);
    rule.step = end_in_infinity;
    rule.elementwise = false; /* tensors are for rules that want them */
    fl_json *document = fl_json_load_text("own", hidden, strlen(hidden), &error);
    fl_trial trial = trial_of(STEPS, 2, "naive");
    trial.owners.workload = fl_workload_read(fl_json_root(document), &error);
    trial.owners.optimizer = &rule;
    trial.eval_every = 4;
    fl_outcome outcome = run(&trial, NULL);
    assert_int_equal(FL_OUTCOME_INFEASIBLE, outcome.status);
    assert_string_equal("a parameter is not finite at step 12", outcome.reason);
    assert_true(isfinite(outcome.points[outcome.n_points - 1].averaged[FL_TRIAL_VAL_LOSS]));
    fl_outcome_free(&outcome);
    fl_json_free(document);
}

static void what_has_no_cycles_or_classes_is_refused(void **state)
{
    fl_error error;
    fl_trial trial = trial_of(STEPS, 2, "naive");
    trial.owners.schedule = fl_schedule_find("constant", NULL);
    assert_false(fl_trial_accepts(&trial, SIZE_MAX, &error));
    assert_contains(error.text, "schedule 'constant' does not; use cosine_restarts");
    fl_trial_owners owners = { trial.owners.optimizer, fl_schedule_find("cosine_restarts", NULL),
                               fl_workload_find("quadratic/noisy", NULL) };
    fl_trial other = fl_trial_default(&owners);
    other.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.1;
    other.average = trial.average;
    assert_false(fl_trial_accepts(&other, SIZE_MAX, &error));
    assert_contains(error.text, "the loss of workload 'quadratic/noisy' has no classes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_snapshots_predictions_are_averaged),
        cmocka_unit_test(one_snapshot_is_the_last_weights),
        cmocka_unit_test(before_the_first_they_are_the_last_weights),
        cmocka_unit_test(parameters_are_judged_not_their_snapshots),
        cmocka_unit_test(what_has_no_cycles_or_classes_is_refused),
    };
    return test_run(tests, NULL, NULL);
}
