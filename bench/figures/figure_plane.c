/* Learning rate against epsilon, or against 1 - momentum: two hyperparameters that most rules know as one quotient.
 * Dotted lines join points of the same effective rate, learning_rate/(1-momentum) or what the study's coupled axis
 * says. */
#include "figures/figure.h"
#include "figures/figure_trials.h"

#include <math.h>
#include <string.h>

enum { N_COLUMNS = 4, MOST_PER_ROW = 5 };

static const figure_variable variables[] = {
    { "x", FIGURE_PER_BLOCK, FIGURE_NARROW },
    { "y", FIGURE_PER_BLOCK, FIGURE_VERTICAL },
    { "value", FIGURE_PER_PANEL, FIGURE_VERTICAL },
    { "metric", FIGURE_PER_PANEL, FIGURE_TEXT },
    { "axis_name", FIGURE_PER_BLOCK, FIGURE_TEXT },
    { "lines", FIGURE_PER_BLOCK, FIGURE_TEXT },
    FIGURE_CELL_VARIABLES,
    { .name = NULL },
};

/* A plane: what stands against the learning rate. */
typedef struct plane {
    const char *name;
    size_t partner; /* index of the hyperparameter in the optimizer's table */
    bool one_minus;
    double power; /* points with (learning_rate/c)^power = partner share the effective rate c; 0: there is none */
} plane;

static const fl_search_axis *varying_axis(const fl_search_space *space, size_t index)
{
    for (size_t i = 0; i < space->n_axes; i++) {
        const fl_search_axis *axis = &space->axes[i];
        if (axis->setting.owner == FL_TRIAL_OF_OPTIMIZER && axis->setting.index == index && figure_axis_varies(axis))
            return axis;
    }
    return NULL;
}

/* Epsilon replaces the gradient's size only where it dominates, so a study says by its coupled axis that the quotient
 * matters. */
static double epsilon_power(const fl_search_axis *rate)
{
    if (!strcmp(rate->name, "learning_rate/epsilon")) return 1;
    return strcmp(rate->name, "learning_rate/sqrt(epsilon)") ? 0 : 2;
}

static bool find_plane(const fl_study_arm *arm, plane *found)
{
    const fl_optimizer *optimizer = arm->base.owners.optimizer;
    const fl_search_axis *rate =
        varying_axis(arm->space, fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate"));
    size_t epsilon = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "epsilon");
    size_t momentum = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "momentum");
    if (!rate) return false;
    if (varying_axis(arm->space, epsilon))
        *found = (plane){ "epsilon", epsilon, false, epsilon_power(rate) };
    else if (varying_axis(arm->space, momentum))
        *found = (plane){ "1 − momentum", momentum, true, 1 };
    else
        return false;
    return true;
}

static void add_trials(figure_data *data, const fl_results *results, const fl_summary_arm *arm, const plane *p,
                       double factor, figure_scale scales[2])
{
    const fl_optimizer *optimizer = arm->arm->base.owners.optimizer;
    size_t rate = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate");
    for (const fl_results_score *s = arm->scores; s < arm->scores + arm->n_scores; s++) {
        fl_record record = fl_results_record(results, s->record);
        const double *values = record.values.of[FL_TRIAL_OF_OPTIMIZER];
        double partner = values[p->partner];
        double row[N_COLUMNS] = { values[rate], p->one_minus ? 1 - partner : partner, factor * s->figures.score,
                                  figure_state_of(arm, s) };
        for (int i = 0; i < 2; i++) figure_scale_add(&scales[i], row[i]);
        figure_add_row(data, row, N_COLUMNS, s->record->trial);
        fl_record_free(&record);
    }
}

/* Lines of equal effective rate c, (x/c)^power = y on log axes: every power of ten, or so many of them that about
 * eight cross the cell. Four numbers each, where a line enters and leaves the cell. */
static void set_lines(figure_data *data, double power, const figure_scale scales[2])
{
    enum { LINES = 8 };
    fl_text lines = { 0 };
    fl_text_add(&lines, "%s", "");
    bool drawn = power > 0 && scales[0].spacing == FIGURE_LOG && scales[1].spacing == FIGURE_LOG;
    double left = log10(scales[0].low), right = log10(scales[0].high), low = log10(scales[1].low),
           high = log10(scales[1].high);
    int first = (int)ceil(left - high / power), last = (int)floor(right - low / power);
    int step = 1 + (last - first) / LINES;
    for (int k = first; drawn && k <= last; k += step) {
        double from = fmax(left, k + low / power), to = fmin(right, k + high / power);
        fl_text_add(&lines, "%#.10g %#.10g %#.10g %#.10g ", pow(10, from), pow(10, power * (from - k)), pow(10, to),
                    pow(10, power * (to - k)));
    }
    figure_set_text(data, "lines", lines.bytes);
    fl_text_free(&lines);
}

static void add_arm(figure_data *data, const figure_arm *arm, const plane *p, double factor)
{
    figure_scale scales[2] = { figure_scale_none(), figure_scale_none() };
    fl_text about = { 0 };
    fl_text_add(&about, "%s, learning_rate and %s", arm->summary->arm->name, p->name);
    figure_begin_block(data, arm->slot, about.bytes);
    fl_text_free(&about);
    add_trials(data, arm->of->results, arm->summary, p, factor, scales);
    for (int i = 0; i < 2; i++) {
        figure_scale_choose(&scales[i]);
        figure_set_scale(data, i ? "y" : "x", &scales[i]);
    }
    figure_set_text(data, "axis_name", p->name);
    set_lines(data, p->power, scales);
}

static bool shows(const figure_arm *arm, plane *found)
{
    return arm->summary->selected && find_plane(arm->summary->arm, found);
}

static const char *refuse(const figure_panel *panel)
{
    plane found;
    for (size_t i = 0; i < panel->n_arms; i++)
        if (shows(&panel->arms[i], &found)) return NULL;
    return "no arm searches the learning rate together with epsilon or momentum";
}

static double least_score(const figure_panel *panel)
{
    plane found;
    double least = INFINITY;
    for (size_t i = 0; i < panel->n_arms; i++)
        if (shows(&panel->arms[i], &found)) least = fmin(least, panel->arms[i].summary->selected->figures.score);
    return least;
}

/* What the colours count: the scores of the arms shown, up to a hundred times the best. One trial that nearly diverged
 * would leave a single colour for all others; it has the last one instead. */
static figure_scale value_scale(const figure_panel *panel, double factor)
{
    enum { WORST = 100 };
    plane found;
    double least = least_score(panel), most = least > 0 ? WORST * least : INFINITY;
    figure_scale scale = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++) {
        const fl_summary_arm *arm = panel->arms[i].summary;
        for (size_t s = 0; s < arm->n_scores && shows(&panel->arms[i], &found); s++)
            if (isfinite(arm->scores[s].figures.score))
                figure_scale_add(&scale, factor * fmin(arm->scores[s].figures.score, most));
    }
    figure_scale_choose(&scale);
    return scale;
}

/* Six are two rows of three, not five and one. */
static size_t cells_per_row(const figure_panel *panel)
{
    plane found;
    size_t n = 0;
    for (size_t i = 0; i < panel->n_arms; i++) n += shows(&panel->arms[i], &found);
    size_t rows = n / MOST_PER_ROW + (n % MOST_PER_ROW > 0);
    return rows ? (n + rows - 1) / rows : 1;
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_unit unit = figure_unit_of_score(panel);
    figure_scale scale = value_scale(panel, unit.factor);
    size_t per_row = cells_per_row(panel);
    bool begun = false;
    for (size_t i = 0; i < panel->n_arms; i++) {
        plane found;
        if (!shows(&panel->arms[i], &found)) continue;
        figure_cells_begin(data, 1, per_row, !begun);
        begun = true;
        add_arm(data, &panel->arms[i], &found, unit.factor);
        figure_cells_take(data, per_row);
    }
    figure_set_scale(data, "value", &scale);
    figure_set_text(data, "metric", unit.axis);
}

const figure figure_plane = {
    .entry = { "plane",
               "Every trial's score over learning rate and epsilon or 1 − momentum; crosses diverged, a ring marks the "
               "selected one, dotted lines join equal effective rates.",
               "" },
    .columns = "learning rate, epsilon or 1 - momentum, score of the trial (rates in %), "
               "0 complete 1 diverged 2 selected, trial",
    .variables = variables,
    .refuse = refuse,
    .add = add,
    .set_once = figure_cells_end,
};
