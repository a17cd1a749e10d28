/* Choi et al. 2019, figures 6 to 8: the best value among K trials against K. A flat end says that more trials would
 * change little. */
#include "figures/figure.h"
#include "figures/figure_lines.h"

#include <math.h>
#include <stdio.h>

enum { N_COLUMNS = 4 };

static const figure_variable variables[] = {
    FIGURE_LINE_VARIABLES,
    { .name = NULL },
};

/* The trial whose score is the distribution's median: what the line passes through. */
static const char *trial_at(const fl_summary_arm *arm, double score)
{
    for (size_t i = 0; i < arm->n_scores; i++)
        if (arm->scores[i].figures.score == score) return arm->scores[i].record->trial;
    return NULL;
}

static void add_arm(figure_data *data, const figure_arm *arm, double factor)
{
    const fl_summary_arm *summary = arm->summary;
    figure_begin_block(data, arm->slot, summary->arm->name);
    for (const fl_stats_distribution *best = summary->distributions;
         best < summary->distributions + summary->n_distributions; best++) {
        double row[N_COLUMNS] = { (double)best->k, factor * best->median, factor * best->low, factor * best->high };
        figure_add_row(data, row, N_COLUMNS, trial_at(summary, best->median));
    }
}

/* From the least median at K = N to the greatest at K = `from`. An arm whose best of that diverged counts from the
 * first K that is finite. */
static void add_medians(figure_scale *scale, const fl_summary_arm *arm, size_t from, double factor)
{
    bool begun = false;
    for (const fl_stats_distribution *best = arm->distributions; best < arm->distributions + arm->n_distributions;
         best++) {
        bool due = best->k >= from || best->k == arm->n_counted || begun;
        if (due && isfinite(best->median)) figure_scale_add(scale, factor * best->median);
        begun = begun || due;
    }
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (panel->arms[i].summary->selected && panel->arms[i].summary->n_counted > 1) return NULL;
    return "no arm has a feasible trial among two or more";
}

/* Of several arms the frame holds where they differ: one trial's luck is far wider and would hide it; bands are
 * clipped.
 */
static void add(figure_data *data, const figure_panel *panel)
{
    const size_t from = panel->n_arms > 1 ? 4 : 1;
    figure_unit unit = figure_unit_of_score(panel);
    char axis[60];
    figure_scale value = figure_scale_none(), trials = { 1, 2, FIGURE_LOG2 };
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_summary_arm *arm = panel->arms[i].summary;
        if (!arm->selected) continue;
        add_arm(data, &panel->arms[i], unit.factor);
        add_medians(&value, arm, from, unit.factor);
        figure_scale_add(&trials, (double)arm->n_counted);
    }
    figure_scale_choose(&value);
    snprintf(axis, sizeof axis, "best %s", unit.axis);
    figure_set_lines(data, &trials, "trials", &value, axis);
}

const figure figure_budget = {
    .entry = { "budget",
               "The score that selection sees (validation) of the best among K draws from these trials, the median of "
               "all draws, against K: where a line is flat, more trials would change little. Arms may stand in another "
               "order in tunability, which shows the expected test error.",
               "Choi et al. 2019, figures 6 to 8" },
    .columns = "trials K, the best score among K of them: median, 5th and 95th percentile over resampled trials "
               "(rates in %), the trial at the median",
    .variables = variables,
    .arrangement = "lines",
    .refuse = refuse,
    .add = add,
};
