/* Tuning effort as an axis: the expected test error of the best of K new trials against K, with its interval as far as
 * that can be claimed, K = N/5; beyond, the line tells of these trials alone. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_lines.h"
#include "stats/effort.h"
#include "stats/expected_best.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_COLUMNS = 5, BEYOND = 4, SEED = 1 };

static const figure_variable variables[] = { FIGURE_LINE_VARIABLES, { .name = NULL } };

/* The arm's trials, the selected one first. */
static const char **names_of(const figure_arm *arm, size_t *n)
{
    const fl_summary_arm *summary = arm->summary;
    const char **names = fl_memory_new(summary->n_scores, sizeof *names);
    names[0] = summary->selected->record->trial;
    *n = 1;
    for (size_t i = 0; i < summary->n_scores; i++)
        if (&summary->scores[i] != summary->selected) names[(*n)++] = summary->scores[i].record->trial;
    return names;
}

static void add_arm(figure_data *data, const figure_arm *arm, double factor, figure_scale *x, figure_scale *y)
{
    size_t ks[FL_STATS_EFFORTS], n_names, n = arm->summary->n_counted;
    fl_stats_trial *trials = fl_summary_tested(arm->of->results->study, arm->summary);
    const char **names = names_of(arm, &n_names);
    double finite, area = factor * fl_stats_effort_area(trials, n, arm->summary->k);
    fl_text about = { 0 };
    fl_text_add(&about, "%s, mean over log2 K from 1 to %zu: %.6g", arm->summary->arm->name, arm->summary->k, area);
    figure_begin_block(data, arm->slot, about.bytes);
    for (size_t i = 0, n_ks = fl_stats_effort_ks(n, ks); i < n_ks; i++) {
        fl_stats_interval best = fl_stats_expected_best_interval(trials, n, ks[i], FL_STATS_RESAMPLES, SEED);
        double row[N_COLUMNS] = { (double)ks[i], factor * best.estimate, factor * best.low, factor * best.high, NAN };
        bool next_claimed = i + 1 < n_ks && 5 * ks[i + 1] <= n;
        if (!next_claimed) row[BEYOND] = factor * fl_stats_expected_best(trials, n, ks[i], &finite);
        if (!best.claimed) row[1] = NAN;
        for (size_t c = 1; c < N_COLUMNS; c++) figure_scale_add(y, ks[i] > 1 || c == 1 ? row[c] : NAN);
        figure_scale_add(x, row[0]);
        figure_add_numbers(data, row, N_COLUMNS);
        figure_add_trials(data, names, n_names);
    }
    fl_text_free(&about);
    free(names);
    free(trials);
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (panel->arms[i].summary->selected && panel->arms[i].summary->k > 1) return NULL;
    return "no arm has the ten trials that two efforts need";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale x = { 1, 2, FIGURE_LOG2 }, y = figure_scale_none();
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_TEST_ERROR);
    char axis[80];
    for (size_t i = 0; i < panel->n_arms; i++) {
        if (!panel->arms[i].summary->selected) continue;
        add_arm(data, &panel->arms[i], unit.factor, &x, &y);
    }
    figure_scale_choose(&y);
    snprintf(axis, sizeof axis, "expected %s", unit.axis);
    figure_set_lines(data, &x, "best of K new trials", &y, axis);
    figure_set_ends(data, 0, BEYOND, &y); /* where the lines go on */
}

const figure figure_tunability = {
    .entry = { "tunability",
               "Expected (mean) test error of what validation selects among K new trials against K, with its 90 % "
               "interval up to K = N/5; the dashed rest tells of these trials alone. The study's own K is what is "
               "tested.",
               "" },
    .columns = "K, expected test error of the best of K new trials, 5th and 95th percentile of its interval, the same "
               "estimate beyond K = N/5 (rates in %), all trials of the arm, the selected one first",
    .variables = variables,
    .arrangement = "lines",
    .refuse = refuse,
    .add = add,
};
