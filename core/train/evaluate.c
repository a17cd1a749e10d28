/* The evaluation network has its own batch size and layouts; parameters reach it in canonical order. */
#include "train/evaluate.h"

#include <math.h>

typedef struct totals {
    double loss, error;
} totals;

static void add_batch(const fl_network *network, size_t n, totals *sums)
{
    const float *losses = fl_network_losses(network);
    const float *errors = fl_network_errors(network);
    for (size_t i = 0; i < n; i++) {
        sums->loss += losses[i];
        sums->error += errors[i];
    }
}

/* Loss and error over the first `n` examples; what the last batch has too many is left as it was and not counted. */
static void evaluate_split(fl_network *network, const fl_dataset_examples *examples, size_t n, double *loss,
                           double *error)
{
    totals sums = { 0 };
    size_t rows = fl_network_n_losses(network) / FL_TRAIN_EVALUATION_BATCH; /* of one example */
    fl_network_clear_carry(network);
    for (size_t first = 0; first < n; first += FL_TRAIN_EVALUATION_BATCH) {
        size_t now = n - first < FL_TRAIN_EVALUATION_BATCH ? n - first : FL_TRAIN_EVALUATION_BATCH;
        fl_dataset_examples_gather(examples, NULL, first, now, fl_train_plans_input(network),
                                   fl_network_labels(network));
        fl_network_forward(network);
        add_batch(network, now * rows, &sums);
    }
    *loss = sums.loss / (double)(n * rows);
    *error = sums.error / (double)(n * rows);
}

/* Parameters and statistics of the training network, or others that lie as they do, into the evaluation's. */
static void take(const fl_train_plans *plans, const fl_train_average *average, float *canonical)
{
    if (average)
        fl_network_export_of(plans->training, average->weights, canonical);
    else
        fl_network_export(plans->training, canonical);
    fl_network_import(plans->evaluation, canonical);
    fl_network_copy_statistics(plans->evaluation, plans->training, average ? average->state : NULL);
}

static void evaluate(const fl_train_plans *plans, double of[FL_TRIAL_METRICS])
{
    const fl_dataset_splits *splits = &plans->splits;
    size_t n_validation = splits->validation.count, n_training = splits->training.count;
    fl_network *network = plans->evaluation;
    evaluate_split(network, &splits->training, n_training < n_validation ? n_training : n_validation,
                   &of[FL_TRIAL_TRAIN_LOSS], &of[FL_TRIAL_TRAIN_ERROR]);
    evaluate_split(network, &splits->validation, n_validation, &of[FL_TRIAL_VAL_LOSS], &of[FL_TRIAL_VAL_ERROR]);
    of[FL_TRIAL_TEST_LOSS] = of[FL_TRIAL_TEST_ERROR] = HUGE_VAL;
}

static void evaluate_test(const fl_train_plans *plans, double of[FL_TRIAL_METRICS])
{
    const fl_dataset_examples *test = &plans->splits.test;
    evaluate_split(plans->evaluation, test, test->count, &of[FL_TRIAL_TEST_LOSS], &of[FL_TRIAL_TEST_ERROR]);
}

void fl_train_evaluate(const fl_train_plans *plans, float *canonical, fl_trial_point *point)
{
    take(plans, NULL, canonical);
    evaluate(plans, point->of);
}

void fl_train_evaluate_test(const fl_train_plans *plans, fl_trial_point *point)
{
    evaluate_test(plans, point->of);
}

void fl_train_evaluate_average(const fl_train_plans *plans, const fl_train_average *average, float *canonical,
                               bool test, fl_trial_point *point)
{
    if (!average->weights) return;
    take(plans, average, canonical);
    point->has_averaged = true;
    evaluate(plans, point->averaged);
    if (test) evaluate_test(plans, point->averaged);
}
