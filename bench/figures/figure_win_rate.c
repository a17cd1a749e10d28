/* How often one arm wins: the probability that the best of K new trials of a row's arm has a lower test error
 * than that of the column's, ties one half. */
#include "figures/figure.h"
#include "stats/win_rate.h"

#include <math.h>
#include <stdlib.h>

enum { N_COLUMNS = 3 };

static const figure_variable variables[] = { { "best_of", FIGURE_PER_PANEL, FIGURE_NUMBER }, { .name = NULL } };

static bool shown(const figure_arm *arm)
{
    return arm->summary->selected && arm->summary->n_counted;
}

/* The K that every arm of the panel can bear. */
static size_t common_k(const figure_panel *panel)
{
    size_t k = SIZE_MAX;
    for (size_t i = 0; i < panel->n_arms; i++)
        if (shown(&panel->arms[i]) && panel->arms[i].summary->k < k) k = panel->arms[i].summary->k;
    return k;
}

static double rate_of(const figure_arm *a, const figure_arm *b, size_t k)
{
    const fl_study *study = a->of->results->study;
    fl_stats_trial *left = fl_summary_tested(study, a->summary), *right = fl_summary_tested(study, b->summary);
    const fl_stats_arms arms = { left, right, a->summary->n_counted, b->summary->n_counted, k, false };
    double rate = fl_stats_win_rate(&arms);
    free(left);
    free(right);
    return rate;
}

static void add_row(figure_data *data, const figure_panel *panel, const figure_arm *a, size_t k)
{
    double place = 0;
    figure_begin_block(data, a->slot, a->summary->arm->name);
    for (const figure_arm *b = panel->arms; b < panel->arms + panel->n_arms; b++) {
        if (!shown(b)) continue;
        const double row[N_COLUMNS] = { ++place, a == b ? NAN : 100 * rate_of(a, b, k), (double)b->slot + 1 };
        const char *const trials[2] = { a->summary->selected->record->trial, b->summary->selected->record->trial };
        figure_add_numbers(data, row, N_COLUMNS);
        figure_add_trials(data, trials, 2);
    }
}

static const char *refuse(const figure_panel *panel)
{
    size_t n = 0;
    for (size_t i = 0; i < panel->n_arms; i++) n += shown(&panel->arms[i]);
    return n > 1 ? NULL : "there are not two arms with a feasible trial";
}

static void add(figure_data *data, const figure_panel *panel)
{
    size_t k = common_k(panel);
    for (size_t i = 0; i < panel->n_arms; i++)
        if (shown(&panel->arms[i])) add_row(data, panel, &panel->arms[i], k);
    figure_set_number(data, "best_of", (double)k);
}

const figure figure_win_rate = {
    .entry = { "win_rate",
               "How often, in %, the best of K new trials of a row's arm has a lower test error than that of the "
               "column's arm; ties count one half.",
               "" },
    .columns = "place of the row's arm, place of the column's, how often the first wins in %, the first arm, the "
               "second arm, the selected trials of both",
    .variables = variables,
    .refuse = refuse,
    .add = add,
};
