/* What stale gradients cost (Zhang et al. 2016; Dai et al. 2019): test error of the selected trial, and fewest steps to
 * the target, against how many pushes late a push was on average. Where every arm was tuned for its own staleness, a
 * rise is what no rate makes good. */
#include "figures/figure.h"
#include "figures/figure_pair.h"
#include "figures/figure_parallel.h"

#include <math.h>

static const figure_variable variables[] = { FIGURE_PAIR_VARIABLES, { .name = NULL } };

/* One more than its staleness, which may be 0; 0 where it is not asynchronous. */
static double age_of(const figure_arm *arm)
{
    double staleness = figure_staleness_of(arm);
    return isfinite(staleness) ? staleness + 1 : 0;
}

static size_t keep_asynchronous(const figure_arm **line, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (age_of(line[i]) > 0) line[kept++] = line[i];
    return kept;
}

static void add_error(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    double factor = figure_unit_of(data->panel, FL_TRIAL_TEST_ERROR).factor;
    n = keep_asynchronous(line, n);
    if (n) figure_pair_begin(data, line[0], 1);
    for (size_t i = 0; i < n; i++) {
        const fl_summary_band *error = &line[i]->summary->test_error;
        const double row[] = { age_of(line[i]), factor * error->center, factor * error->low, factor * error->high,
                               NAN };
        figure_pair_row(data, row, line[i]->summary->selected, x, y);
    }
}

static void add_steps(figure_data *data, const figure_arm **line, size_t n, figure_scale *x, figure_scale *y)
{
    n = keep_asynchronous(line, n);
    if (!n || !data->panel->summary->results->study->has_target) return;
    figure_pair_begin(data, line[0], 2);
    for (size_t i = 0; i < n; i++) {
        const fl_summary_band *steps = &line[i]->summary->steps;
        const double row[] = { age_of(line[i]), steps->center, steps->low, steps->high, NAN };
        figure_pair_row(data, row, figure_fastest(line[i]->summary), x, y);
    }
}

static const char *refuse(const figure_panel *panel)
{
    figure_scale late = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++)
        if (age_of(&panel->arms[i]) > 0) figure_scale_add(&late, age_of(&panel->arms[i]));
    if (figure_scale_is_none(&late)) return "no selected trial is asynchronous";
    return late.low < late.high ? NULL : "all selected trials are equally stale";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_TEST_ERROR);
    const figure_pair_cell cells[] = { { unit.axis, false, add_error }, { "steps to the target", true, add_steps } };
    figure_pair_add(data, panel, age_of, "staleness + 1", cells);
}

const figure figure_staleness = {
    .entry = { "staleness",
               "Test error of the selected trial and fewest steps to the target against how many pushes late its "
               "pushes were on average.",
               "Zhang et al. 2016" },
    .columns =
        "mean staleness of the selected trial + 1, its test error, 5th and 95th percentile over resampled trials "
        "(rates in %), NaN, trial; then, in blocks of their own, mean staleness + 1, fewest steps to the target, "
        "their 5th and 95th percentile, NaN, the fastest trial",
    .variables = variables,
    .mixes = FIGURE_MIXES_PARALLELS,
    .arrangement = "pair",
    .refuse = refuse,
    .add = add,
};
