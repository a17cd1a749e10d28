/* Numbers of a selected trial, from its points. */
#include "figures/figure_parallel.h"

#include <math.h>
#include <stdlib.h>

double figure_workers_of(const figure_arm *arm)
{
    return (double)arm->summary->arm->base.workers;
}

figure_measured figure_measured_of(const figure_arm *arm)
{
    const fl_results_score *selected = arm->summary->selected;
    if (!selected) return (figure_measured){ 0 };
    fl_record record = fl_results_record(arm->of->results, selected->record);
    figure_measured measured = { record.examples_per_second, sizeof(float) * (double)record.n_parameters,
                                 record.processes };
    fl_record_free(&record);
    return measured;
}

/* To be freed; NULL where nothing was selected. */
static fl_trial_point *points_of(const figure_arm *arm, size_t *n)
{
    const fl_results_score *selected = arm->summary->selected;
    *n = 0;
    return selected ? fl_results_points(arm->of->results, selected->record->trial, n) : NULL;
}

/* A point has the mean of the steps since the one before it. */
double figure_staleness_of(const figure_arm *arm)
{
    size_t n, before = 0;
    double sum = 0;
    fl_trial_point *points = points_of(arm, &n);
    bool has = n && points[0].has_staleness;
    for (size_t i = 0; i < n; before = points[i++].step) sum += points[i].staleness * (double)(points[i].step - before);
    free(points);
    return has ? sum / (double)before : NAN;
}

double figure_virtual_speed_of(const figure_arm *arm)
{
    size_t n;
    const fl_trial *trial = &arm->summary->arm->base;
    fl_trial_point *points = points_of(arm, &n);
    fl_trial_point last = n ? points[n - 1] : (fl_trial_point){ 0 };
    free(points);
    double batches = (double)fl_trial_batches_before(trial, last.step, trial->owners.workload->dataset->n_train);
    return last.virtual_seconds > 0 ? batches * (double)trial->batch_size / last.virtual_seconds : NAN;
}
