/* The training loss of the selected trials by step, by example and by second; and by batch size what an example buys
 * (Martens and Grosse 2015, figure 9): the decrease of the loss's logarithm for each million examples, down to the
 * lowest loss that every arm of the panel reaches. A flat line: twice the batch takes half the steps. */
#include "figures/figure.h"
#include "figures/figure_lines.h"

#include <math.h>
#include <stdlib.h>

enum { STEP, EXAMPLES, SECONDS, LOSS, BATCH, PROGRESS, N_COLUMNS };

/* In the order of the columns. */
static const figure_variable variables[] = {
    { "steps", FIGURE_PER_PANEL, FIGURE_NARROW },
    { "examples", FIGURE_PER_PANEL, FIGURE_NARROW },
    { "seconds", FIGURE_PER_PANEL, FIGURE_NARROW },
    { "loss", FIGURE_PER_PANEL, FIGURE_VERTICAL },
    { "batches", FIGURE_PER_PANEL, FIGURE_NARROW },
    { "progress", FIGURE_PER_PANEL, FIGURE_VERTICAL },
    { "thickness", FIGURE_PER_BLOCK, FIGURE_NUMBER },
    { "has_batches", FIGURE_ONCE, FIGURE_NUMBER },
    { .name = NULL },
};

/* What all arms of a panel reach, and where they begin. */
typedef struct stretch {
    double from, to; /* training losses */
} stretch;

/* The selected trial's points, to be freed; NULL where it has none or diverged. */
static fl_trial_point *points_of(const figure_arm *arm, size_t *n)
{
    *n = 0;
    const fl_results_score *selected = arm->summary->selected;
    return selected ? fl_results_points(arm->of->results, selected->record->trial, n) : NULL;
}

static double lowest(const fl_trial_point *points, size_t n)
{
    double least = HUGE_VAL;
    for (size_t i = 0; i < n; i++) least = fmin(least, points[i].of[FL_TRIAL_TRAIN_LOSS]);
    return least;
}

static stretch common(const figure_panel *panel)
{
    stretch all = { -HUGE_VAL, -HUGE_VAL };
    for (size_t i = 0; i < panel->n_arms; i++) {
        size_t n;
        fl_trial_point *points = points_of(&panel->arms[i], &n);
        if (n) {
            all.from = fmax(all.from, points[0].of[FL_TRIAL_TRAIN_LOSS]);
            all.to = fmax(all.to, lowest(points, n));
        }
        free(points);
    }
    return all;
}

static void add_numbers(figure_data *data, figure_scale scales[N_COLUMNS], const double row[N_COLUMNS],
                        const char *trial)
{
    for (size_t c = 0; c < N_COLUMNS; c++) figure_scale_add(&scales[c], row[c]);
    figure_add_row(data, row, N_COLUMNS, trial);
}

/* How many batch sizes of the panel are smaller than the arm's. */
static size_t rank(const figure_panel *panel, const figure_arm *of)
{
    double below = 0, batch = figure_batch_of(of);
    size_t n = 0;
    while (n < panel->n_arms) {
        double next = HUGE_VAL;
        for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++)
            if (figure_batch_of(arm) > below) next = fmin(next, figure_batch_of(arm));
        if (next >= batch) break;
        below = next;
        n++;
    }
    return n;
}

static void begin_block(figure_data *data, const figure_arm *arm, const char *about, double thickness)
{
    figure_begin_block(data, arm->slot, about);
    figure_set_number(data, "thickness", thickness);
}

static void add_curve(figure_data *data, figure_scale scales[N_COLUMNS], figure_scale ends[LOSS],
                      const figure_panel *panel, const figure_arm *arm)
{
    size_t n;
    fl_trial_point *points = points_of(arm, &n);
    if (n > 1) begin_block(data, arm, arm->summary->arm->name, 1.2 + (double)rank(panel, arm));
    for (size_t i = 0; n > 1 && i < n; i++) {
        double step = (double)points[i].step;
        const double row[N_COLUMNS] = {
            step, step * figure_batch_of(arm), points[i].seconds, points[i].of[FL_TRIAL_TRAIN_LOSS], NAN, NAN
        };
        add_numbers(data, scales, row, arm->summary->selected->record->trial);
        for (size_t c = 0; c < LOSS && i == n - 1; c++) figure_scale_add(&ends[c], row[c]);
    }
    free(points);
}

/* Nats for each million examples; NaN where the loss does not fall. */
static double progress_of(const figure_arm *arm, stretch over)
{
    size_t n, at = 0;
    fl_trial_point *points = points_of(arm, &n);
    while (at < n && points[at].of[FL_TRIAL_TRAIN_LOSS] > over.to) at++;
    double examples = at < n ? (double)points[at].step * figure_batch_of(arm) : NAN;
    free(points);
    return over.to > 0 && over.from > over.to ? 1e6 * log(over.from / over.to) / examples : NAN;
}

/* The arms of slot number `first`, as studies order them, which is by batch size. */
static void add_line(figure_data *data, figure_scale scales[N_COLUMNS], const figure_panel *panel, size_t first,
                     stretch over)
{
    size_t slot = panel->arms[first].slot;
    for (size_t i = 0; i < first; i++)
        if (panel->arms[i].slot == slot) return;
    begin_block(data, &panel->arms[first], panel->arms[first].summary->arm->label, 2);
    for (const figure_arm *arm = panel->arms + first; arm < panel->arms + panel->n_arms; arm++) {
        if (arm->slot != slot || !arm->summary->selected) continue;
        const double row[N_COLUMNS] = { NAN, NAN, NAN, NAN, figure_batch_of(arm), progress_of(arm, over) };
        add_numbers(data, scales, row, arm->summary->selected->record->trial);
    }
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++) {
        size_t n;
        free(points_of(&panel->arms[i], &n));
        if (n > 1) return NULL;
    }
    return "no selected trial has two evaluations";
}

/* Where one curve is far shorter than another a linear axis would show it as a wall. */
static void choose_length(figure_scale *scale, const figure_scale *ends)
{
    enum { FAR = 20 };
    bool far = ends->high > FAR * ends->low && scale->low > 0;
    figure_scale_widen(scale, far ? FIGURE_LOG : FIGURE_LINEAR);
    if (!far) scale->low = fmin(scale->low, 0);
}

static void set_scales(figure_data *data, figure_scale scales[N_COLUMNS], const figure_scale ends[LOSS])
{
    for (size_t c = 0; c < N_COLUMNS; c++) {
        if (c == LOSS || c == PROGRESS)
            figure_scale_choose(&scales[c]);
        else if (c == BATCH && !figure_scale_is_none(&scales[c]))
            figure_scale_widen(&scales[c], FIGURE_LOG2);
        else if (c < LOSS)
            choose_length(&scales[c], &ends[c]);
        figure_set_scale(data, variables[c].name, &scales[c]);
    }
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale scales[N_COLUMNS], ends[LOSS];
    for (size_t c = 0; c < N_COLUMNS; c++) scales[c] = figure_scale_none();
    for (size_t c = 0; c < LOSS; c++) ends[c] = figure_scale_none();
    for (size_t i = 0; i < panel->n_arms; i++) add_curve(data, scales, ends, panel, &panel->arms[i]);
    if (figure_varies(panel, figure_batch_of)) {
        stretch over = common(panel);
        for (size_t i = 0; i < panel->n_arms; i++) add_line(data, scales, panel, i, over);
    }
    set_scales(data, scales, ends);
    figure_set_ends(data, 0, LOSS, &scales[LOSS]);
}

static void set_batches(figure_data *data, const figure_layout *layout)
{
    bool varies = false;
    for (size_t i = 0; i < layout->n_panels; i++) varies |= figure_varies(&layout->panels[i], figure_batch_of);
    figure_set_number(data, "has_batches", varies);
}

const figure figure_progress = {
    .entry = { "progress",
               "Training loss of the selected trials by step, by example and by second of the run, whose seconds of "
               "evaluation are included; and what an example buys by batch size, down to the lowest loss that every "
               "arm reaches.",
               "Martens and Grosse 2015, figure 9" },
    .columns =
        "step, examples, seconds since the trial's start, training loss; then, in rows of their own, batch size, "
        "decrease of the loss's logarithm per million examples down to the lowest loss all arms reach; trial",
    .variables = variables,
    .mixes = FIGURE_MIXES_BATCHES,
    .refuse = refuse,
    .add = add,
    .set_once = set_batches,
};
