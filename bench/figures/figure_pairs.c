/* What is tested, as a forest plot: a row per compared pair with the difference of its expected best, the interval of
 * that, and the verdict. */
#include "base/memory.h"
#include "figures/figure.h"
#include "figures/figure_rows.h"
#include "figures/figure_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A study that declares nothing compares all its pairs, more than can be read: those with the smallest p are shown. */
enum { MOST_ROWS = 40 };
enum { ARM_WIDTH = 24, VERDICT_WIDTH = 48 }; /* columns of names and verdicts */

static const figure_variable variables[] = { FIGURE_ROW_VARIABLES, { .name = NULL } };

static const figure_arm *arm_of(const figure_panel *panel, size_t index)
{
    for (const figure_arm *arm = panel->arms; arm < panel->arms + panel->n_arms; arm++)
        if (arm->summary == &panel->summary->arms[index]) return arm;
    return NULL;
}

static bool belongs(const figure_panel *panel, const fl_summary_pair *pair)
{
    return arm_of(panel, pair->a) && isfinite(pair->difference);
}

static int by_p(const void *a, const void *b)
{
    const fl_summary_pair *x = *(const fl_summary_pair *const *)a, *y = *(const fl_summary_pair *const *)b;
    double p = isnan(x->p) ? 2 : x->p, q = isnan(y->p) ? 2 : y->p;
    if (p != q) return p < q ? -1 : 1;
    return (x > y) - (x < y);
}

/* The panel's pairs in their order, or the clearest ones; *all counts those there are. */
static size_t choose(const figure_panel *panel, const fl_summary_pair **chosen, size_t *all)
{
    const fl_summary *summary = panel->summary;
    *all = 0;
    for (size_t i = 0; i < summary->n_pairs; i++)
        if (belongs(panel, &summary->pairs[i])) chosen[(*all)++] = &summary->pairs[i];
    if (*all <= MOST_ROWS) return *all;
    qsort(chosen, *all, sizeof *chosen, by_p);
    return MOST_ROWS;
}

static void add_pair(figure_data *data, const figure_panel *panel, const fl_summary_pair *pair, double factor,
                     figure_rows *rows)
{
    const fl_summary_arm *a = &panel->summary->arms[pair->a], *b = &panel->summary->arms[pair->b];
    fl_text left = { 0 }, right = { 0 };
    const double range[3] = { factor * pair->difference, factor * pair->low, factor * pair->high };
    const char *const trials[2] = { a->selected->record->trial, b->selected->record->trial };
    figure_text_add_cut(&left, a->said, ARM_WIDTH);
    fl_text_add(&left, " − ");
    figure_text_add_cut(&left, b->said, ARM_WIDTH);
    figure_text_add_cut(&right, pair->verdict, VERDICT_WIDTH);
    figure_rows_add(rows, data, arm_of(panel, pair->a)->slot, left.bytes, right.bytes, range,
                    pair->claimed ? FIGURE_ROW_CLAIMED : FIGURE_ROW_OPEN);
    figure_add_trials(data, trials, 2);
    fl_text_free(&right);
    fl_text_free(&left);
}

static const char *refuse(const figure_panel *panel)
{
    for (size_t i = 0; i < panel->summary->n_pairs; i++)
        if (belongs(panel, &panel->summary->pairs[i])) return NULL;
    return "no two arms with a feasible trial are compared";
}

static void add(figure_data *data, const figure_panel *panel)
{
    const fl_summary_pair **chosen = fl_memory_new(panel->summary->n_pairs, sizeof *chosen);
    size_t all, n = choose(panel, chosen, &all);
    figure_unit unit = figure_unit_of(panel, FL_TRIAL_TEST_ERROR);
    figure_rows rows = figure_rows_new();
    fl_text axis = { 0 };
    for (size_t i = 0; i < n; i++) add_pair(data, panel, chosen[i], unit.factor, &rows);
    fl_text_add(&axis, "first minus second: expected %s %s, best of %zu%s", unit.split, unit.kind, chosen[0]->k,
                *unit.percent ? " (points)" : "");
    if (n < all) fl_text_add(&axis, " (the %zu smallest p of %zu pairs)", n, all);
    figure_rows_end(&rows, data, axis.bytes);
    fl_text_free(&axis);
    free(chosen);
}

const figure figure_pairs = {
    .entry = { "pairs",
               "What is tested: the difference between the expected best of two arms, its 90 % interval and the "
               "verdict. Left of zero the first arm is the better one; filled marks are claimed.",
               "" },
    .columns = "row, expected test error of the first arm's best of K minus the second's, 5th and 95th percentile of "
               "its interval (rates in %), 0 claimed 1 not, the selected trials of both",
    .variables = variables,
    .arrangement = "rows",
    .shows_claims = true,
    .refuse = refuse,
    .add = add,
};
