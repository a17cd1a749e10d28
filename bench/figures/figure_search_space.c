/* Choi et al. 2019, figures 3 and 4: the selected trial's test error, grouped by what is tuned. A ranking among tuned
 * learning rates may turn round once everything is tuned.
 *
 * Optimizers have hyperparameters of unlike names, so groups go by how much of an optimizer is tuned: nothing but the
 * learning rate, then its spaces of more and more further hyperparameters, each without and with the schedule. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_bars.h"
#include "figures/figure_trials.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const figure_variable variables[] = { FIGURE_BAR_VARIABLES, { .name = NULL } };

/* What an arm tunes. */
typedef struct tuned {
    bool rate, schedule;
    unsigned others; /* a bit per further hyperparameter of the optimizer */
} tuned;

static tuned tuned_by(const figure_arm *arm)
{
    const fl_search_space *space = arm->summary->arm->space;
    tuned t = { .schedule = space->n_rates > 0 };
    for (const fl_search_axis *axis = space->axes; axis < space->axes + space->n_axes; axis++) {
        if (!figure_axis_varies(axis)) continue;
        bool rate = !strcmp(axis->setting.hyper->name, "learning_rate");
        t.rate = t.rate || (rate && axis->setting.owner == FL_TRIAL_OF_OPTIMIZER);
        t.schedule = t.schedule || axis->setting.owner == FL_TRIAL_OF_SCHEDULE;
        if (axis->setting.owner == FL_TRIAL_OF_OPTIMIZER && !rate) t.others |= 1u << axis->setting.index;
    }
    return t;
}

/* How many smaller sets of further hyperparameters the panel's arms of the same optimizer tune. */
static size_t rank_of(const figure_panel *panel, const figure_arm *arm)
{
    size_t rank = 0;
    tuned mine = tuned_by(arm);
    if (!mine.others) return 0;
    for (const figure_arm *other = panel->arms; other < panel->arms + panel->n_arms; other++) {
        unsigned others = tuned_by(other).others;
        bool counted =
            !others || other->summary->arm->base.owners.optimizer != arm->summary->arm->base.owners.optimizer;
        for (const figure_arm *earlier = panel->arms; earlier < other && !counted; earlier++)
            counted = tuned_by(earlier).others == others &&
                      earlier->summary->arm->base.owners.optimizer == other->summary->arm->base.owners.optimizer;
        rank += !counted && __builtin_popcount(others) < __builtin_popcount(mine.others);
    }
    return 1 + rank;
}

/* Groups in the order they stand in: how much is tuned, then whether the schedule is. */
static size_t group_of(const figure_panel *panel, const figure_arm *arm)
{
    return 2 * rank_of(panel, arm) + tuned_by(arm).schedule;
}

/* Add a line, unless it is there. */
static void add_line(fl_text *text, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = text->bytes; at && (at = strstr(at, line)); at += length)
        if ((at == text->bytes || at[-1] == '\n') && (!at[length] || at[length] == '\n')) return;
    fl_text_add(text, "%s%s", text->length ? "\n" : "", line);
}

/* "learning rate\nmomentum\nbeta1\nschedule": a line for each, as groups may be narrow. */
static void name_group(const figure_panel *panel, size_t group, fl_text *name)
{
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        if (group_of(panel, arm) != group) continue;
        tuned t = tuned_by(arm);
        const fl_optimizer *optimizer = arm->summary->arm->base.owners.optimizer;
        if (t.rate) add_line(name, "learning rate");
        for (size_t i = 0; i < optimizer->n_hypers; i++)
            if (t.others >> i & 1) add_line(name, optimizer->hypers[i].name);
    }
    if (group % 2) add_line(name, "schedule");
    if (!name->length) fl_text_add(name, "nothing");
}

static void add_group(figure_data *data, const figure_panel *panel, size_t group, double factor, figure_bars *bars)
{
    fl_text name = { 0 };
    size_t n = 0;
    for (size_t i = 0; i < panel->n_arms; i++) n += group_of(panel, &panel->arms[i]) == group;
    if (!n) return;
    name_group(panel, group, &name);
    figure_bars_begin(bars, data, name.bytes, n);
    fl_text_free(&name);
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++) {
        if (group_of(panel, arm) != group) continue;
        const fl_results_score *selected = arm->summary->selected;
        const fl_summary_band *error = &arm->summary->test_error;
        double shown = selected ? factor : NAN;
        double values[] = { shown * error->center, shown * error->low, shown * error->high, NAN, NAN, NAN };
        figure_bars_add(bars, data, arm->slot, values, selected ? selected->record->trial : NULL);
    }
}

/* Does an optimizer have two spaces? Else groups would only sort optimizers by how many hyperparameters they have. */
static bool two_spaces(const figure_panel *panel)
{
    for (const figure_arm *a = panel->arms; a < panel->arms + panel->n_arms; a++)
        for (const figure_arm *b = a + 1; b < panel->arms + panel->n_arms; b++)
            if (a->summary->arm->base.owners.optimizer == b->summary->arm->base.owners.optimizer &&
                group_of(panel, a) != group_of(panel, b))
                return true;
    return false;
}

static const char *refuse(const figure_panel *panel)
{
    if (!two_spaces(panel)) return "no optimizer is tuned in two spaces";
    for (size_t i = 0; i < panel->n_arms; i++)
        if (panel->arms[i].summary->selected) return NULL;
    return "no arm has a feasible trial";
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_bars bars = figure_bars_new(panel->n_arms);
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_TEST_ERROR);
    size_t most = 0;
    for (size_t i = 0; i < panel->n_arms; i++)
        if (group_of(panel, &panel->arms[i]) > most) most = group_of(panel, &panel->arms[i]);
    for (size_t group = 0; group <= most; group++) add_group(data, panel, group, unit.factor, &bars);
    figure_bars_end(&bars, data, unit.axis, "");
}

const figure figure_search_space = {
    .entry = { "search_space",
               "Test error of the selected trial, grouped by what is tuned: a larger space may turn the ranking round.",
               "Choi et al. 2019, figures 3 and 4" },
    .columns = "arm, its place in the panel, test error of the selected trial, its 5th and 95th percentile over "
               "resampled trials (rates in %), three times NaN, trial",
    .variables = variables,
    .arrangement = "bars",
    .mixes = FIGURE_MIXES_STUDIES,
    .refuse = refuse,
    .add = add,
};
