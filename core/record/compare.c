/* Exact comparison first; the loose one knows that two correct programs part once a ReLU flips, and by how little that
 * may move a result. */
#include "record/compare.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Fill the difference and return false. */
__attribute__((format(printf, 2, 3))) static bool differs(char *difference, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(difference, FL_DIFFERENCE_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

/* What is not set is NAN on both sides. */
static bool same_choice(double was, double is)
{
    return was == is || (isnan(was) && isnan(is));
}

/* Was the record made by this trial? */
static bool same_trial(const fl_record *record, const fl_trial *trial, char difference[FL_DIFFERENCE_SIZE])
{
    for (fl_owner owner = 0; owner < FL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_owner_table(&trial->owners, owner, &n);
        for (size_t i = 0; i < n; i++)
            if (!same_choice(record->values.of[owner][i], trial->values.of[owner][i]))
                return differs(difference, "%s%s was %.17g, the study makes it %.17g", fl_owner_prefix(owner),
                               table[i].name, record->values.of[owner][i], trial->values.of[owner][i]);
    }
    return record->seed == trial->seed || differs(difference, "the seed was %llu, the study makes it %llu",
                                                  (unsigned long long)record->seed, (unsigned long long)trial->seed);
}

static bool same_end(const fl_record *record, size_t n_points, const fl_outcome *outcome,
                     char difference[FL_DIFFERENCE_SIZE])
{
    if (record->status != outcome->status)
        return differs(difference, "was %s, is %s now", fl_status_name(record->status),
                       fl_status_name(outcome->status));
    if (n_points != outcome->n_points)
        return differs(difference, "had %zu points, has %zu now", n_points, outcome->n_points);
    return true;
}

/* JSON has one word for all that is not finite. */
static bool same_figure(double was, double is)
{
    return was == is || (!isfinite(was) && !isfinite(is));
}

static bool same_point(const fl_point *was, const fl_point *is, char *difference)
{
    if (was->step != is->step)
        return differs(difference, "had a point at step %zu, has it at %zu now", was->step, is->step);
    for (fl_metric m = 0; m < FL_METRICS; m++)
        if (!same_figure(was->of[m], is->of[m]))
            return differs(difference, "%s at step %zu was %.17g, is %.17g now", fl_metric_name(m), was->step,
                           was->of[m], is->of[m]);
    return same_figure(was->rate, is->rate) ||
           differs(difference, "the rate at step %zu was %.17g, is %.17g now", was->step, was->rate, is->rate);
}

bool fl_record_same(const fl_record *record, const fl_point *points, size_t n_points, const fl_trial *trial,
                    const fl_outcome *outcome, char difference[FL_DIFFERENCE_SIZE])
{
    const char *reason = record->reason ? record->reason : "";
    if (!same_trial(record, trial, difference) || !same_end(record, n_points, outcome, difference)) return false;
    for (size_t i = 0; i < n_points; i++)
        if (!same_point(&points[i], &outcome->points[i], difference)) return false;
    if (strcmp(reason, outcome->reason))
        return differs(difference, "was: %.80s; is now: %.80s", reason, outcome->reason);
    return !strcmp(record->state_hash, outcome->state_hash) ||
           differs(difference, "state_hash was %s, is %s now", record->state_hash, outcome->state_hash);
}

/* --- on another machine or build --- */

static const struct {
    fl_metric loss, error;
} splits[] = { { FL_TRAIN_LOSS, FL_TRAIN_ERROR }, { FL_VAL_LOSS, FL_VAL_ERROR }, { FL_TEST_LOSS, FL_TEST_ERROR } };

enum { N_SPLITS = sizeof splits / sizeof *splits, STANDARD_ERRORS = 3 };
static const double LOSS_SHARE = 0.1; /* 4e-2 after 40 steps were measured between two correct programs on a CNN */

/* How many examples an error is a share of. */
static double examples_behind(const fl_trial *trial, fl_metric error)
{
    const fl_dataset_kind *data = trial->owners.workload->dataset;
    double validation = (double)fl_trial_validation(trial), training = (double)data->n_train - validation;
    if (error == FL_TEST_ERROR) return (double)data->n_test;
    return error == FL_TRAIN_ERROR ? fmin(training, validation) : validation;
}

/* Of a difference between two shares of the same n examples; never less than one example's worth. */
static bool close_error(double was, double is, double n)
{
    double deviation = sqrt(fmax(was * (1 - was), 1 / n) / n);
    return fabs(was - is) <= STANDARD_ERRORS * deviation;
}

static bool close_loss(double was, double is)
{
    return same_figure(was, is) || fabs(was - is) <= LOSS_SHARE * fmax(fabs(was), fabs(is));
}

static bool close_losses(const fl_point *was, const fl_point *is, char *difference)
{
    if (was->step != is->step)
        return differs(difference, "had a point at step %zu, has it at %zu now", was->step, is->step);
    for (size_t s = 0; s < N_SPLITS; s++)
        if (!close_loss(was->of[splits[s].loss], is->of[splits[s].loss]))
            return differs(difference, "%s at step %zu was %.6g, is %.6g now", fl_metric_name(splits[s].loss),
                           was->step, was->of[splits[s].loss], is->of[splits[s].loss]);
    return true;
}

static bool close_errors(const fl_point *was, const fl_point *is, const fl_trial *trial, char *difference)
{
    for (size_t s = 0; s < N_SPLITS; s++) {
        fl_metric error = splits[s].error;
        if (!close_error(was->of[error], is->of[error], examples_behind(trial, error)))
            return differs(difference, "the last %s was %.6g, is %.6g now", fl_metric_name(error), was->of[error],
                           is->of[error]);
    }
    return true;
}

bool fl_record_close(const fl_record *record, const fl_point *points, size_t n_points, const fl_trial *trial,
                     const fl_outcome *outcome, char difference[FL_DIFFERENCE_SIZE])
{
    if (!same_trial(record, trial, difference) || !same_end(record, n_points, outcome, difference)) return false;
    for (size_t i = 0; i < n_points; i++)
        if (!close_losses(&points[i], &outcome->points[i], difference)) return false;
    bool counted = n_points && record->status == FL_COMPLETE && trial->owners.workload->dataset->n_classes;
    return !counted || close_errors(&points[n_points - 1], &outcome->points[n_points - 1], trial, difference);
}
