/* Backends and precisions beside each other: how fast each trains, and how far it ends from the first one on the same
 * trials. Two correct backends differ by rounding alone, which training may amplify. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_bars.h"
#include "stats/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const figure_variable variables[] = { FIGURE_BAR_VARIABLES, { .name = NULL } };

static const fl_trial *base_of(const figure_arm *arm)
{
    return &arm->summary->arm->base;
}

static bool same_backend(const figure_arm *a, const figure_arm *b)
{
    return base_of(a)->backend == base_of(b)->backend && base_of(a)->precision == base_of(b)->precision;
}

/* Median and both ends of `n` values, NaN without any. */
static void put_range(double *values, size_t n, double range[3])
{
    if (!n) return;
    fl_stats_sort(values, n);
    range[0] = fl_stats_quantile(values, n, 0.5);
    range[1] = values[0];
    range[2] = values[n - 1];
}

/* Examples per second of the trials that ran to their end. */
static void put_speed(const figure_arm *arm, double range[3])
{
    const fl_summary_arm *summary = arm->summary;
    double *speeds = fl_memory_new(summary->n_scores + 1, sizeof *speeds);
    size_t n = 0;
    for (size_t i = 0; i < summary->n_scores; i++) {
        fl_record record = fl_results_record(arm->of->results, summary->scores[i].record);
        if (record.status == FL_OUTCOME_COMPLETE && record.examples_per_second > 0)
            speeds[n++] = record.examples_per_second;
        fl_record_free(&record);
    }
    put_range(speeds, n, range);
    free(speeds);
}

/* How far the same trials end from each other, in the validation error. */
static void put_difference(const figure_arm *arm, const figure_arm *first, double factor, double range[3])
{
    const fl_summary_arm *a = arm->summary, *b = first->summary;
    double *apart = fl_memory_new(a->n_scores + 1, sizeof *apart);
    size_t n = 0;
    for (size_t i = 0, j = 0; i < a->n_scores; i++) {
        while (j < b->n_scores && b->scores[j].index < a->scores[i].index) j++;
        if (j == b->n_scores || b->scores[j].index != a->scores[i].index) continue;
        double difference = factor * fabs(a->scores[i].figures.val_error - b->scores[j].figures.val_error);
        if (isfinite(difference)) apart[n++] = difference;
    }
    put_range(apart, n, range);
    free(apart);
}

/* The same arm of the file on the panel's first backend; NULL where `arm` is that one. */
static const figure_arm *reference_of(const figure_panel *panel, const figure_arm *arm)
{
    for (const figure_arm *other = panel->arms; other < arm; other++)
        if (other->slot == arm->slot && other->of == arm->of && same_backend(other, panel->arms)) return other;
    return NULL;
}

static void add_arm(figure_data *data, const figure_panel *panel, const figure_arm *arm, double factor,
                    figure_bars *bars)
{
    double values[3 * FIGURE_BAR_ROWS] = { NAN, NAN, NAN, NAN, NAN, NAN };
    const figure_arm *reference = reference_of(panel, arm);
    put_speed(arm, values);
    if (reference) put_difference(arm, reference, factor, values + 3);
    const fl_results_score *selected = arm->summary->selected;
    figure_bars_add(bars, data, arm->slot, values, selected ? selected->record->trial : NULL);
}

/* All arms of one backend and precision, unless an earlier arm had them. */
static void add_backend(figure_data *data, const figure_panel *panel, const figure_arm *first, double factor,
                        figure_bars *bars)
{
    fl_text name = { 0 };
    size_t n = 0;
    for (const figure_arm *arm = panel->arms; arm < first; arm++)
        if (same_backend(arm, first)) return;
    for (size_t i = 0; i < panel->n_arms; i++) n += same_backend(&panel->arms[i], first);
    fl_text_add(&name, "%s\n%s", base_of(first)->backend->entry.name,
                fl_backend_precision_name(base_of(first)->precision));
    figure_bars_begin(bars, data, name.bytes, n);
    fl_text_free(&name);
    for (const figure_arm *arm = first; arm < panel->arms + panel->n_arms; arm++)
        if (same_backend(arm, first)) add_arm(data, panel, arm, factor, bars);
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 1; i < panel->n_arms; i++)
        if (!same_backend(&panel->arms[i], &panel->arms[0])) return NULL;
    return "all arms use one backend and precision";
}

static void add(figure_data *data, const figure_panel *panel)
{
    fl_text axis = { 0 };
    figure_bars bars = figure_bars_new(panel->n_arms);
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_VAL_ERROR);
    for (size_t i = 0; i < panel->n_arms; i++) add_backend(data, panel, &panel->arms[i], unit.factor, &bars);
    fl_text_add(&axis, "difference to %s %s (%s)", base_of(panel->arms)->backend->entry.name,
                fl_backend_precision_name(base_of(panel->arms)->precision), *unit.percent ? "points" : unit.kind);
    figure_bars_end(&bars, data, "examples per second", axis.bytes);
    fl_text_free(&axis);
}

const figure figure_backends = {
    .entry = { "backends",
               "Examples per second by backend (top), and how far the same trials' validation error ends from the "
               "first backend's (bottom).",
               "" },
    .columns = "arm, its place in the panel, examples per second of its complete trials: median, least and greatest, "
               "the absolute difference of their validation error to the same trial on the first backend (rates in %): "
               "median, least and greatest, the selected trial",
    .variables = variables,
    .arrangement = "bars",
    .mixes = FIGURE_MIXES_BACKENDS,
    .refuse = refuse,
    .add = add,
};
