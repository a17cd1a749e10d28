/* Selection as a total order, so that it never depends on which trial finished first. */
#include "stats/stats_trial.h"
#include "base/memory.h"

#include <stdlib.h>

static int compare(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_trials(const void *left, const void *right, void *context)
{
    const fl_stats_trial *trials = context;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    int by_score = compare(trials[a].score, trials[b].score);
    if (by_score) return by_score;
    int by_loss = compare(trials[a].val_loss, trials[b].val_loss);
    return by_loss ? by_loss : (a > b) - (a < b);
}

void fl_stats_rank(const fl_stats_trial *trials, size_t n, size_t *order)
{
    for (size_t i = 0; i < n; i++) order[i] = i;
    qsort_r(order, n, sizeof *order, compare_trials, (void *)trials);
}

void fl_stats_ranked_values(const fl_stats_trial *trials, size_t n, double *values)
{
    size_t *order = fl_memory_new(n, sizeof *order);
    fl_stats_rank(trials, n, order);
    for (size_t i = 0; i < n; i++) values[i] = trials[order[i]].value;
    free(order);
}
