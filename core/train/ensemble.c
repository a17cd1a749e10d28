/* p = (1/m) sum of softmax(z_k) over m models; the loss is -log p at the label, the error whether the largest p (the
 * first on a tie) is elsewhere. By exact functions, so that naive's figures are the same everywhere. */
#include "train/ensemble.h"
#include "base/exact.h"

#include <math.h>

/* Training is measured on as many examples as validate (evaluate.c). */
static size_t largest_split(const fl_train_plans *plans)
{
    size_t validation = plans->splits.validation.count, test = plans->splits.test.count;
    return validation > test ? validation : test;
}

fl_train_ensemble fl_train_ensemble_new(fl_arena *arena, const fl_train_plans *plans)
{
    size_t batch_rows = fl_network_n_losses(plans->evaluation);
    size_t rows = batch_rows / plans->evaluation_batch * largest_split(plans);
    fl_train_ensemble ensemble = { .columns = fl_network_output(plans->evaluation, NULL) };
    ensemble.output = fl_arena_floats(arena, batch_rows * ensemble.columns);
    ensemble.predicted = fl_arena_floats(arena, rows * ensemble.columns);
    ensemble.one = fl_arena_bytes(arena, ensemble.columns * sizeof *ensemble.one);
    return ensemble;
}

/* Add softmax(logits) to `sums`; not finite logits make it NaN. */
static void add_probabilities(const fl_train_ensemble *ensemble, const float *logits, float *sums)
{
    double most = -HUGE_VAL, total = 0, *powers = ensemble->one;
    for (size_t j = 0; j < ensemble->columns; j++) most = fmax(most, logits[j]);
    for (size_t j = 0; j < ensemble->columns; j++) powers[j] = logits[j] - most;
    fl_exact_exp_each(powers, ensemble->columns);
    for (size_t j = 0; j < ensemble->columns; j++) total += powers[j];
    for (size_t j = 0; j < ensemble->columns; j++) sums[j] = (float)((ensemble->set ? sums[j] : 0) + powers[j] / total);
}

static size_t largest(const float *values, size_t n)
{
    size_t best = 0;
    for (size_t j = 1; j < n; j++)
        if (values[j] > values[best]) best = j;
    return best;
}

void fl_train_ensemble_add(fl_train_ensemble *ensemble, fl_network *network, size_t first, size_t n, double *loss,
                           double *error)
{
    const int32_t *labels = fl_network_labels(network);
    size_t columns = ensemble->columns;
    fl_network_output(network, ensemble->output);
    for (size_t i = 0; i < n; i++) {
        float *sums = ensemble->predicted + (first + i) * columns;
        size_t label = (size_t)labels[i];
        add_probabilities(ensemble, ensemble->output + i * columns, sums);
        if (ensemble->set + 1 < ensemble->n_set) continue;
        *loss -= fl_exact_log((double)sums[label] / (double)ensemble->n_set);
        *error += largest(sums, columns) != label;
    }
}
