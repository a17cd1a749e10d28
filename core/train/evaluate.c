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

static fl_dataset_input input_of(const fl_train_plans *plans)
{
    fl_dataset_input input = fl_train_plans_input(plans->evaluation);
    input.pipeline = plans->pipeline;
    return input;
}

/* Examples in a row; what the last batch has too many is left as it was and not counted. Returns how many counted. */
static size_t add_examples(const fl_train_plans *plans, const fl_dataset_examples *examples, size_t n, size_t rows,
                           totals *sums)
{
    fl_network *network = plans->evaluation;
    for (size_t first = 0; first < n; first += plans->evaluation_batch) {
        size_t now = n - first < plans->evaluation_batch ? n - first : plans->evaluation_batch;
        fl_dataset_examples_gather(examples, NULL, first, now, input_of(plans), fl_network_labels(network));
        fl_network_forward(network);
        add_batch(network, now * rows, sums);
    }
    return n;
}

/* The same in streams, whose remainder is dropped. */
static size_t add_streams(const fl_train_plans *plans, const fl_dataset_examples *examples, size_t n, size_t rows,
                          totals *sums)
{
    fl_network *network = plans->evaluation;
    uint32_t window[FL_TRAIN_EVALUATION_STREAMS];
    size_t batch = plans->evaluation_batch;
    fl_network_clear_carry(network);
    for (size_t t = 0; t < n / batch; t++) {
        fl_dataset_stream_rows(n, batch, t, window);
        fl_dataset_examples_gather(examples, window, 0, batch, input_of(plans), fl_network_labels(network));
        fl_network_forward(network);
        add_batch(network, batch * rows, sums);
    }
    return n / batch * batch;
}

/* Loss and error over the first `n` examples. */
static void evaluate_split(const fl_train_plans *plans, const fl_dataset_examples *examples, size_t n, double *loss,
                           double *error)
{
    totals sums = { 0 };
    size_t rows = fl_network_n_losses(plans->evaluation) / plans->evaluation_batch; /* of one example */
    size_t counted = (plans->carries ? add_streams : add_examples)(plans, examples, n, rows, &sums);
    *loss = sums.loss / (double)(counted * rows);
    *error = sums.error / (double)(counted * rows);
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
    evaluate_split(plans, &splits->training, n_training < n_validation ? n_training : n_validation,
                   &of[FL_TRIAL_TRAIN_LOSS], &of[FL_TRIAL_TRAIN_ERROR]);
    evaluate_split(plans, &splits->validation, n_validation, &of[FL_TRIAL_VAL_LOSS], &of[FL_TRIAL_VAL_ERROR]);
    of[FL_TRIAL_TEST_LOSS] = of[FL_TRIAL_TEST_ERROR] = HUGE_VAL;
}

static void evaluate_test(const fl_train_plans *plans, double of[FL_TRIAL_METRICS])
{
    const fl_dataset_examples *test = &plans->splits.test;
    evaluate_split(plans, test, test->count, &of[FL_TRIAL_TEST_LOSS], &of[FL_TRIAL_TEST_ERROR]);
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
