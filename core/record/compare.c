/* Exact comparison first; the loose one knows that two correct programs agree for a few steps and part once a ReLU
 * flips, and by how little that may move a result. */
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
    vsnprintf(difference, FL_RECORD_DIFFERENCE_SIZE, format, arguments);
    va_end(arguments);
    return false;
}

/* What is not set is NAN on both sides. */
static bool same_choice(double was, double is)
{
    return was == is || (isnan(was) && isnan(is));
}

/* Was the record made by this trial? */
static bool same_trial(const fl_record *record, const fl_trial *trial, char difference[FL_RECORD_DIFFERENCE_SIZE])
{
    for (fl_trial_owner owner = 0; owner < FL_TRIAL_OWNERS; owner++) {
        size_t n;
        const fl_hyper *table = fl_trial_owner_table(&trial->owners, owner, &n);
        for (size_t i = 0; i < n; i++)
            if (!same_choice(record->values.of[owner][i], trial->values.of[owner][i]))
                return differs(difference, "%s%s was %.17g, the study makes it %.17g", fl_trial_owner_prefix(owner),
                               table[i].name, record->values.of[owner][i], trial->values.of[owner][i]);
    }
    return record->seed == trial->seed || differs(difference, "the seed was %llu, the study makes it %llu",
                                                  (unsigned long long)record->seed, (unsigned long long)trial->seed);
}

static bool same_end(const fl_record *record, size_t n_points, const fl_outcome *outcome,
                     char difference[FL_RECORD_DIFFERENCE_SIZE])
{
    if (record->status != outcome->status)
        return differs(difference, "was %s, is %s now", fl_outcome_status_name(record->status),
                       fl_outcome_status_name(outcome->status));
    if (record->stopped_at != outcome->stopped_at)
        return differs(difference, "was stopped at step %zu, is at %zu now", record->stopped_at, outcome->stopped_at);
    if (n_points != outcome->n_points)
        return differs(difference, "had %zu points, has %zu now", n_points, outcome->n_points);
    return true;
}

/* JSON has one word for all that is not finite. */
static bool same_figure(double was, double is)
{
    return was == is || (!isfinite(was) && !isfinite(is));
}

/* How far first losses may be apart: a share of the loss, and one of the way they have gone so far, up and down. */
typedef struct shares {
    double of_loss, of_way;
} shares;

static bool agree(double was, double is, shares allowed, double way)
{
    double most = allowed.of_loss * fmax(fabs(was), fabs(is)) + allowed.of_way * way;
    return same_figure(was, is) || (isfinite(was) && isfinite(is) && fabs(was - is) <= most);
}

/* As far as the record holds them. */
static bool compare_first_losses(const fl_outcome_first_losses *was, const fl_outcome_first_losses *is, shares allowed,
                                 char *difference)
{
    double way = 0;
    for (size_t i = 0; i < was->n; i++) {
        if (i) way += fabs(was->of[i] - was->of[i - 1]);
        if (i >= is->n || !agree(was->of[i], is->of[i], allowed, way))
            return differs(difference, "the loss of step %zu was %.17g, is %.17g now", i + 1, was->of[i],
                           i < is->n ? is->of[i] : NAN);
    }
    return true;
}

static bool same_point(const fl_trial_point *was, const fl_trial_point *is, char *difference)
{
    if (was->step != is->step)
        return differs(difference, "had a point at step %zu, has it at %zu now", was->step, is->step);
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++)
        if (!same_figure(was->of[m], is->of[m]))
            return differs(difference, "%s at step %zu was %.17g, is %.17g now", fl_trial_metric_name(m), was->step,
                           was->of[m], is->of[m]);
    for (fl_trial_metric m = 0; was->has_averaged && m < FL_TRIAL_METRICS; m++)
        if (!same_figure(was->averaged[m], is->averaged[m]))
            return differs(difference, "%s of the averaged weights at step %zu was %.17g, is %.17g now",
                           fl_trial_metric_name(m), was->step, was->averaged[m], is->averaged[m]);
    return same_figure(was->rate, is->rate) ||
           differs(difference, "the rate at step %zu was %.17g, is %.17g now", was->step, was->rate, is->rate);
}

bool fl_record_same(const fl_record *record, const fl_trial_point *points, size_t n_points, const fl_trial *trial,
                    const fl_outcome *outcome, char difference[FL_RECORD_DIFFERENCE_SIZE])
{
    const char *reason = record->reason ? record->reason : "";
    if (!same_trial(record, trial, difference) || !same_end(record, n_points, outcome, difference) ||
        !compare_first_losses(&record->first_losses, &outcome->first_losses, (shares){ 0 }, difference))
        return false;
    for (size_t i = 0; i < n_points; i++)
        if (!same_point(&points[i], &outcome->points[i], difference)) return false;
    if (strcmp(reason, outcome->reason))
        return differs(difference, "was: %.80s; is now: %.80s", reason, outcome->reason);
    return !strcmp(record->state_hash, outcome->state_hash) ||
           differs(difference, "state_hash was %s, is %s now", record->state_hash, outcome->state_hash);
}

/* --- on another machine or build --- */

static const fl_trial_metric losses[] = { FL_TRIAL_TRAIN_LOSS, FL_TRIAL_VAL_LOSS, FL_TRIAL_TEST_LOSS };
static const fl_trial_metric errors[] = { FL_TRIAL_TRAIN_ERROR, FL_TRIAL_VAL_ERROR, FL_TRIAL_TEST_ERROR };

enum { N_SPLITS = sizeof errors / sizeof *errors, STANDARD_ERRORS = 3 };
static const double FIRST_LOSS_SHARE = 1e-4; /* before a ReLU may flip, two programs differ by some 1e-6 */
static const double BF16_WAY_SHARE = 0x1p-8; /* bf16's unit roundoff: gradients are no more exact */
static const double LAST_LOSS_SHARE = 0.1;   /* where nothing is counted; 4e-2 was measured between correct programs */

static bool within(double share, double was, double is)
{
    bool numbers = isfinite(was) && isfinite(is);
    return numbers ? fabs(was - is) <= share * fmax(fabs(was), fabs(is)) : same_figure(was, is);
}

/* From the second step on weights have gone a way that in bf16 is known to a rounding only. */
static shares allowed_of(const fl_trial *trial)
{
    return (shares){ FIRST_LOSS_SHARE, trial->precision == FL_BACKEND_BF16 ? BF16_WAY_SHARE : 0 };
}

static bool close_last_loss(double was, double is)
{
    return within(LAST_LOSS_SHARE, was, is);
}

/* How many examples an error is a share of. */
static double examples_behind(const fl_trial *trial, fl_trial_metric error)
{
    const fl_dataset_kind *data = trial->owners.workload->dataset;
    double validation = (double)fl_trial_validation(trial), training = (double)data->n_train - validation;
    if (error == FL_TRIAL_TEST_ERROR) return (double)data->n_test;
    return error == FL_TRIAL_TRAIN_ERROR ? fmin(training, validation) : validation;
}

/* Of a difference between two shares of the same n examples; never less than one example's worth. */
static bool close_error(double was, double is, double n)
{
    double deviation = sqrt(fmax(was * (1 - was), 1 / n) / n);
    return fabs(was - is) <= STANDARD_ERRORS * deviation;
}

/* The last point: its errors, or its losses where a workload counts no errors. */
static bool close_end(const fl_trial_point *was, const fl_trial_point *is, const fl_trial *trial, char *difference)
{
    bool counted = trial->owners.workload->dataset->n_classes;
    for (size_t s = 0; s < N_SPLITS; s++) {
        fl_trial_metric m = counted ? errors[s] : losses[s];
        bool close = counted ? close_error(was->of[m], is->of[m], examples_behind(trial, m))
                             : close_last_loss(was->of[m], is->of[m]);
        if (!close)
            return differs(difference, "the last %s was %.6g, is %.6g now", fl_trial_metric_name(m), was->of[m],
                           is->of[m]);
    }
    return true;
}

bool fl_record_close(const fl_record *record, const fl_trial_point *points, size_t n_points, const fl_trial *trial,
                     const fl_outcome *outcome, char difference[FL_RECORD_DIFFERENCE_SIZE])
{
    if (!same_trial(record, trial, difference) ||
        !compare_first_losses(&record->first_losses, &outcome->first_losses, allowed_of(trial), difference))
        return false;
    if (record->status == FL_OUTCOME_INFEASIBLE && outcome->status == FL_OUTCOME_INFEASIBLE)
        return true; /* at which step may differ */
    if (!same_end(record, n_points, outcome, difference)) return false;
    return !n_points || close_end(&points[n_points - 1], &outcome->points[n_points - 1], trial, difference);
}
