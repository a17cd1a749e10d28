/* Choi et al. 2019, figure 9: the lowest final training loss among an arm's trials. An optimizer that minimises better
 * need not generalise better; the trial here is the one with the lowest training loss, not the selected one. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_bars.h"
#include "stats/best_of.h"

#include <math.h>
#include <stdlib.h>

static const figure_variable variables[] = { FIGURE_BAR_VARIABLES, { .name = NULL } };

/* The training loss a trial ended with; infinite where it was not measured. */
static double final_loss(const figure_arm *arm, const fl_results_score *score)
{
    fl_record record = fl_results_record(arm->of->results, score->record);
    double loss = record.has_final ? record.final.of[FL_TRIAL_TRAIN_LOSS] : HUGE_VAL;
    fl_record_free(&record);
    return isfinite(loss) ? loss : HUGE_VAL;
}

static void add_arm(figure_data *data, figure_bars *bars, const figure_arm *arm)
{
    const fl_summary_arm *summary = arm->summary;
    double values[3 * FIGURE_BAR_ROWS] = { NAN, NAN, NAN, NAN, NAN, NAN };
    fl_stats_trial *trials = fl_memory_new(summary->n_scores + 1, sizeof *trials);
    const char *best = NULL;
    double least = HUGE_VAL;
    for (size_t i = 0; i < summary->n_scores; i++) {
        double loss = final_loss(arm, &summary->scores[i]);
        trials[i] = (fl_stats_trial){ .score = loss, .value = loss };
        if (loss < least) best = summary->scores[i].record->trial;
        least = fmin(least, loss);
    }
    if (best) {
        fl_stats_distribution lowest = fl_stats_best_of(trials, summary->n_scores, summary->n_scores);
        values[0] = least;
        values[1] = lowest.low;
        values[2] = lowest.high;
    }
    free(trials);
    figure_bars_add(bars, data, arm->slot, values, best);
}

static bool has_loss(const figure_arm *arm)
{
    for (size_t i = 0; i < arm->summary->n_scores; i++)
        if (isfinite(final_loss(arm, &arm->summary->scores[i]))) return true;
    return false;
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++)
        if (has_loss(&panel->arms[i])) return NULL;
    return "no trial ended with a training loss";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_bars bars = figure_bars_new(panel->n_arms);
    figure_bars_begin(&bars, data, "", panel->n_arms);
    for (size_t i = 0; i < panel->n_arms; i++) add_arm(data, &bars, &panel->arms[i]);
    figure_bars_end(&bars, data, "training loss", "");
}

const figure figure_train_loss = {
    .entry = { "train_loss",
               "The lowest final training loss among an arm's trials: who minimises best need not generalise best.",
               "Choi et al. 2019, figure 9" },
    .columns = "arm, its place in the panel, lowest final training loss among its trials, its 5th and 95th percentile "
               "over resampled trials, three times NaN, the trial with the lowest loss",
    .variables = variables,
    .arrangement = "bars",
    .refuse = refuse,
    .add = add,
};
