/* Evaluation against a plain loop over examples, one at a time. */
#include "support/test.h"
#include "train/evaluate.h"
#include "train/train.h"

/* The plain loop: a network for one example, the first `n` examples of a split one after the other. */
static void one_by_one(fl_network *network, const fl_dataset_examples *examples, size_t n, double *loss, double *error)
{
    double sum = 0;
    double wrong = 0;
    for (size_t i = 0; i < n; i++) {
        fl_dataset_examples_gather(examples, NULL, i, 1, fl_train_plans_input(network), fl_network_labels(network));
        fl_network_forward(network);
        sum += fl_network_losses(network)[0];
        wrong += fl_network_errors(network)[0];
    }
    *loss = sum / (double)n;
    *error = wrong / (double)n;
}

static fl_trial trial_of(const char *workload, const char *backend, size_t validation)
{
    fl_trial_owners owners = { fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find(workload, NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.05;
    trial.backend = fl_backend_find(backend, NULL);
    trial.batch_size = trial.steps = trial.eval_every = 5;
    trial.split.validation = validation;
    return trial;
}

/* A network of naive's for one example. */
static fl_network *single(const fl_train_plans *plans, const fl_trial *trial)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_error error;
    size_t n = fl_workload_layers(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], layers);
    fl_network *network =
        fl_network_new(fl_backend_find("naive", NULL), layers, n, plans->dataset->shape, FL_BACKEND_F32, false, &error);
    assert_non_null(network);
    return network;
}

/* Evaluate initial parameters, which tell every example apart, by fl_train_evaluate and by the plain loop. */
static void check(const char *workload, const char *backend, size_t validation, double tolerance)
{
    fl_error error;
    fl_trial_point point;
    fl_train_plans plans = { .made = false };
    fl_trial trial = trial_of(workload, backend, validation);
    if (!fl_train_plans_fit(&plans, &trial, &error)) fail_msg("%s", error.text);
    float *canonical = calloc(fl_network_layout(plans.training)->n_parameters, sizeof *canonical);
    fl_network_init(plans.training, &trial.init, 7);
    fl_train_evaluate(&plans, canonical, &point);
    fl_train_evaluate_test(&plans, &point);
    fl_network *network = single(&plans, &trial);
    fl_network_import(network, canonical);
    const fl_dataset_examples *splits[] = { &plans.splits.training, &plans.splits.validation, &plans.splits.test };
    for (size_t s = 0; s < 3; s++) {
        double loss, wrong;
        size_t n = s ? splits[s]->count : validation; /* of the training split as many as validate */
        one_by_one(network, splits[s], n, &loss, &wrong);
        assert_close(point.of[FL_TRIAL_TRAIN_LOSS + 2 * s], loss, tolerance);
        assert_true(fabs(point.of[FL_TRIAL_TRAIN_ERROR + 2 * s] - wrong) <=
                    tolerance * wrong + (tolerance > 0) / (double)n);
    }
    free(canonical);
    fl_network_free(network);
    fl_train_plans_free(&plans);
}

/* Naive's sums do not depend on the batch: the same bits. */
static void evaluation_is_the_plain_loop(void **state)
{
    check("quadratic/noisy", "naive", 333, 0);
    check("quadratic/noisy", "naive", 250, 0);
    check("quadratic/noisy", "naive", 1, 0);
    check("glyphs/mlp", "naive", 333, 0);
}

/* Other backends sum in another order, and their evaluation network has layouts of its own. */
static void every_backend_evaluates_the_same(void **state)
{
    for (const fl_backend *const *backend = fl_backends() + 1; *backend; backend++) /* naive comes first */
        if ((*backend)->usable(FL_BACKEND_F32, NULL)) check("glyphs/mlp", (*backend)->entry.name, 251, 1e-5);
}

static void training_error_is_over_the_training_split_where_that_is_smaller(void **state)
{
    fl_error error;
    fl_outcome outcome;
    fl_trial trial = trial_of("quadratic/noisy", "naive", 11900); /* leaves 100 to train on */
    fl_train_trainer *trainer = fl_train_trainer_new();
    assert_true(fl_train_trial(trainer, &trial, NULL, &outcome, &error));
    assert_int_equal(outcome.status, FL_OUTCOME_COMPLETE);
    assert_true(isfinite(outcome.points[0].of[FL_TRIAL_TRAIN_LOSS]));
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evaluation_is_the_plain_loop),
        cmocka_unit_test(every_backend_evaluates_the_same),
        cmocka_unit_test(training_error_is_over_the_training_split_where_that_is_smaller),
    };
    return test_run(tests, NULL, NULL);
}
