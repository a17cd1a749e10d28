/* The evaluation network has its own batch size and layouts; parameters reach it in canonical order. */
#include "train/evaluate.h"

#include <math.h>
#include <string.h>

typedef struct totals {
    double loss, error;
    fl_train_ensemble *ensemble; /* NULL: the network's own figures */
    size_t rows;                 /* met so far */
} totals;

static void add_batch(fl_network *network, size_t n, totals *sums)
{
    size_t first = sums->rows;
    sums->rows += n;
    if (sums->ensemble) {
        fl_train_ensemble_add(sums->ensemble, network, first, n, &sums->loss, &sums->error);
        return;
    }
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
    uint32_t window[FL_WORKLOAD_STREAMS];
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
static void evaluate_split(const fl_train_plans *plans, fl_train_ensemble *ensemble,
                           const fl_dataset_examples *examples, size_t n, double figures[2])
{
    totals sums = { .ensemble = ensemble };
    size_t rows = fl_network_n_losses(plans->evaluation) / plans->evaluation_batch; /* of one example */
    size_t counted = (plans->carries ? add_streams : add_examples)(plans, examples, n, rows, &sums);
    figures[0] = sums.loss / (double)(counted * rows);
    figures[1] = sums.error / (double)(counted * rows);
}

/* Parameters and statistics of the training network, or a set of others that lie as they do, into the evaluation's. */
static void take(const fl_train_plans *plans, const fl_train_average *average, size_t set, float *canonical)
{
    if (average)
        fl_network_export_of(plans->training, average->weights + set * average->n_weights, canonical);
    else
        fl_network_export(plans->training, canonical);
    fl_network_import(plans->evaluation, canonical);
    fl_network_copy_statistics(plans->evaluation, plans->training,
                               average ? average->state + set * average->n_state : NULL);
}

/* The splits, in the order of the metrics. */
enum { TRAINING, VALIDATION, TEST };

static void evaluate(const fl_train_plans *plans, fl_train_ensemble *ensemble, int split, double of[FL_TRIAL_METRICS])
{
    const fl_dataset_splits *splits = &plans->splits;
    const fl_dataset_examples *const all[] = { &splits->training, &splits->validation, &splits->test };
    size_t n = all[split]->count, n_validation = splits->validation.count;
    if (split == TRAINING && n > n_validation) n = n_validation;
    evaluate_split(plans, ensemble, all[split], n, of + 2 * split);
}

static void leave_test_out(double of[FL_TRIAL_METRICS])
{
    of[FL_TRIAL_TEST_LOSS] = of[FL_TRIAL_TEST_ERROR] = HUGE_VAL;
}

void fl_train_evaluate(const fl_train_plans *plans, float *canonical, fl_trial_point *point)
{
    take(plans, NULL, 0, canonical);
    evaluate(plans, NULL, TRAINING, point->of);
    evaluate(plans, NULL, VALIDATION, point->of);
    leave_test_out(point->of);
}

void fl_train_evaluate_test(const fl_train_plans *plans, fl_trial_point *point)
{
    evaluate(plans, NULL, TEST, point->of);
}

/* A split after the other, for the predictions of one are all that is kept. */
static void evaluate_snapshots(const fl_train_plans *plans, const fl_train_average *average,
                               fl_train_ensemble *ensemble, float *canonical, int split, double of[FL_TRIAL_METRICS])
{
    ensemble->n_set = fl_train_average_sets(average);
    for (ensemble->set = 0; ensemble->set < ensemble->n_set; ensemble->set++) {
        take(plans, average, ensemble->set, canonical);
        evaluate(plans, ensemble, split, of);
    }
}

void fl_train_evaluate_average(const fl_train_plans *plans, const fl_train_average *average,
                               fl_train_ensemble *ensemble, float *canonical, bool test, fl_trial_point *point)
{
    bool snapshots = average->how.method == FL_TRIAL_SNAPSHOTS;
    if (!average->weights) return;
    point->has_averaged = true;
    if (snapshots) memcpy(point->averaged, point->of, sizeof point->averaged);
    if (!snapshots) take(plans, average, 0, canonical);
    if (!snapshots) leave_test_out(point->averaged);
    for (int split = TRAINING; split <= (test ? TEST : VALIDATION); split++) {
        if (snapshots)
            evaluate_snapshots(plans, average, ensemble, canonical, split, point->averaged);
        else
            evaluate(plans, NULL, split, point->averaged);
    }
}
