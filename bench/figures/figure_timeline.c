/* Who computed and who waited: the first steps of each arm's selected trial by worker, where a run kept them
 * (timeline.jsonl). Of many workers the first ones are shown. */
#include "figures/figure.h"
#include "figures/figure_parallel.h"
#include "results/timeline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROW, FROM, TO, WAITS, WORKER, STEP, N_COLUMNS };
enum { MOST_WORKERS = 8 };

static const figure_variable variables[] = {
    { "x", FIGURE_PER_PANEL, FIGURE_HORIZONTAL },
    { "x_axis", FIGURE_PER_PANEL, FIGURE_TEXT },
    { "n_rows", FIGURE_PER_PANEL, FIGURE_NUMBER },
    { "first_row", FIGURE_PER_BLOCK, FIGURE_NUMBER },
    { "workers", FIGURE_PER_BLOCK, FIGURE_NUMBER },
    { "of", FIGURE_PER_BLOCK, FIGURE_NUMBER },
    { "method", FIGURE_PER_BLOCK, FIGURE_TEXT },
    { "roles", FIGURE_PER_BLOCK, FIGURE_TEXT },
    { .name = NULL },
};

/* The lines of the arm's selected trial; an empty array where it has none. New reference. */
static json_t *timeline_of(const figure_arm *arm)
{
    const fl_results_score *selected = arm->summary->selected;
    return selected ? fl_results_lines(arm->of->results, &fl_results_timelines, selected->record->trial) : json_array();
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static size_t workers_of(const json_t *lines)
{
    size_t i, n = 0;
    const json_t *line;
    json_array_foreach(lines, i, line) n = (size_t)fmax((double)n, number_of(line, "worker") + 1);
    return n;
}

static bool is_work(const char *what)
{
    static const char *const work[] = { "compute", "statistics", "inverse" };
    bool found = false;
    for (size_t i = 0; i < sizeof work / sizeof *work; i++) found |= !strcmp(what, work[i]);
    return found;
}

/* What a worker is called: beside those that share the batches a method may have others, which do one thing. */
static const char *role_of(const json_t *lines, size_t worker, double sharing)
{
    size_t i;
    const json_t *line;
    json_array_foreach(lines, i, line)
    {
        const json_t *span = json_array_get(json_object_get(line, "spans"), 0);
        const char *what = fl_results_text_of(span, "what");
        bool its = number_of(line, "worker") == (double)worker && (double)worker >= sharing;
        if (its && is_work(what) && strcmp(what, "compute")) return what;
    }
    return "worker";
}

static void add_spans(figure_data *data, const json_t *line, double row, const char *trial, figure_scale *x)
{
    size_t i;
    const json_t *span;
    json_array_foreach(json_object_get(line, "spans"), i, span)
    {
        bool waits = !is_work(fl_results_text_of(span, "what"));
        const double numbers[N_COLUMNS] = { row,   number_of(span, "from"),   number_of(span, "to"),
                                            waits, number_of(line, "worker"), number_of(line, "step") };
        figure_scale_add(x, numbers[FROM]);
        figure_scale_add(x, numbers[TO]);
        figure_add_row(data, numbers, N_COLUMNS, trial);
    }
}

/* A block of rows that follow the `rows` before them; returns how many. */
static size_t begin_arm(figure_data *data, const figure_arm *arm, const json_t *lines, size_t rows)
{
    const fl_study_arm *of = arm->summary->arm;
    size_t n = workers_of(lines), shown = n < MOST_WORKERS ? n : MOST_WORKERS;
    double sharing = figure_workers_of(arm);
    fl_text roles = { 0 };
    for (size_t w = 0; w < shown; w++) fl_text_add(&roles, "%s%s", w ? " " : "", role_of(lines, w, sharing));
    figure_begin_block(data, arm->slot, of->name);
    figure_set_number(data, "first_row", (double)rows + 1);
    figure_set_number(data, "workers", (double)shown);
    figure_set_number(data, "of", fmax((double)n, sharing));
    figure_set_text(data, "method", of->parallel ? of->parallel : "");
    figure_set_text(data, "roles", roles.bytes);
    fl_text_free(&roles);
    return shown;
}

/* Returns how many rows there are then. */
static size_t add_arm(figure_data *data, const figure_arm *arm, size_t rows, figure_scale *x)
{
    json_t *lines = timeline_of(arm);
    size_t i, n = workers_of(lines) ? begin_arm(data, arm, lines, rows) : 0;
    const json_t *line;
    json_array_foreach(lines, i, line)
    {
        double worker = number_of(line, "worker");
        if (worker < MOST_WORKERS)
            add_spans(data, line, (double)rows + 1 + worker, arm->summary->selected->record->trial, x);
    }
    json_decref(lines);
    return rows + n;
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->n_arms; i++) {
        json_t *lines = timeline_of(&panel->arms[i]);
        size_t n = workers_of(lines);
        json_decref(lines);
        if (n) return NULL;
    }
    return "no selected trial has a timeline; run with --timeline N";
}

static bool is_virtual(const figure_panel *panel)
{
    bool virtual = true;
    for (size_t i = 0; i < panel->n_arms; i++) {
        json_t *lines = timeline_of(&panel->arms[i]);
        for (size_t l = 0; l < json_array_size(lines); l++)
            virtual = virtual && strcmp(fl_results_text_of(json_array_get(lines, l), "clock"), "real");
        json_decref(lines);
    }
    return virtual;
}

static void add(figure_data *data, const figure_panel *panel)
{
    figure_scale x = figure_scale_none();
    size_t rows = 0;
    for (size_t i = 0; i < panel->n_arms; i++) rows = add_arm(data, &panel->arms[i], rows, &x);
    figure_scale_widen(&x, FIGURE_LINEAR);
    x.low = fmax(x.low, 0);
    figure_set_scale(data, "x", &x);
    figure_set_text(data, "x_axis", is_virtual(panel) ? "virtual seconds" : "seconds");
    figure_set_number(data, "n_rows", (double)rows);
}

const figure figure_timeline = {
    .entry = { "timeline",
               "The first steps of the selected trials by worker, the first 8 of each: full bars compute, pale ones "
               "wait for parameters or for a push to arrive.",
               "" },
    .columns = "row, begin and end of a span in seconds, 0 computes 1 waits, worker, step, trial",
    .variables = variables,
    .mixes = FIGURE_MIXES_PARALLELS,
    .refuse = refuse,
    .add = add,
};
