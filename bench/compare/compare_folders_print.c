/* A comparison of result folders as a table and as JSON. */
#include "compare/compare_folders.h"
#include "say/wrap.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { MOST_NAMED = 10 }; /* trials named one by one */

static const page_column columns[] = {
    { "", "arm", true },
    { "equal", "trials", false },
    { "other", "bits", false },
    { "val error", "base", false },
    { "val error", "new", false },
    { "test error", "base", false },
    { "test error", "new", false },
    { "", "p", false },
    { "", "verdict", true },
};

/* Per cent where errors are rates, as in a summary. */
static void add_error(page_table *table, const compare_arm *arm, double error)
{
    if (!isfinite(error))
        page_table_cell(table, "-");
    else if (fl_summary_rates(arm->base->arm))
        page_table_cell(table, "%.2f %%", 100 * error);
    else
        page_table_cell(table, "%.4g", error);
}

static void add_row(page_table *table, const compare_arm *arm)
{
    page_table_cell(table, "%s", arm->base->arm->name);
    page_table_cell(table, "%zu", arm->n_equal);
    page_table_cell(table, "%zu", arm->n_differ);
    add_error(table, arm, arm->base->val_error.center);
    add_error(table, arm, arm->now->val_error.center);
    add_error(table, arm, arm->base->test_error.center);
    add_error(table, arm, arm->now->test_error.center);
    page_table_cell(table, arm->tested ? "%.2g" : "", arm->p_adjusted);
    page_table_cell(table, "%s", arm->verdict);
}

static void print_setups(const compare_folders *folders)
{
    for (size_t i = 0; i < folders->n_arms; i++)
        if (folders->arms[i].differs)
            printf("nothing is claimed of %s: the studies differ in %s\n", folders->arms[i].base->arm->name,
                   folders->arms[i].differs);
}

static void print_differing(const compare_folders *folders)
{
    for (size_t i = 0; i < folders->n_differ && i < MOST_NAMED; i++) {
        fl_record record = fl_results_record(folders->base, folders->differing[i]);
        printf("other bits: trial %s, index %" PRIu64 ": %s\n", record.trial, record.slot.index, record.repro);
        fl_record_free(&record);
    }
    if (folders->n_differ > MOST_NAMED) printf("other bits: %zu more trials\n", folders->n_differ - MOST_NAMED);
}

void compare_folders_print(const compare_folders *folders)
{
    page_table *table = page_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < folders->n_arms; i++) add_row(table, &folders->arms[i]);
    page_table_end(table);
    printf("\n%zu equal trials: %zu end in the same bits, %zu in others; %zu of %zu arms became worse\n",
           folders->n_equal, folders->n_equal - folders->n_differ, folders->n_differ, folders->n_worse,
           folders->n_judged);
    print_setups(folders);
    print_differing(folders);
}

/* JSON has no infinity: what has no figure is null. */
static json_t *figure(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *arm_json(const compare_arm *arm)
{
    return json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:s}", "arm", arm->base->arm->name,
                     "equal_trials", (int)arm->n_equal, "other_bits", (int)arm->n_differ, "base_val_error",
                     figure(arm->base->val_error.center), "new_val_error", figure(arm->now->val_error.center),
                     "base_test_error", figure(arm->base->test_error.center), "new_test_error",
                     figure(arm->now->test_error.center), "difference", figure(arm->difference), "p_adjusted",
                     figure(arm->p_adjusted), "differs", arm->differs, "verdict", arm->verdict);
}

json_t *compare_folders_json(const compare_folders *folders)
{
    json_t *arms = json_array(), *differing = json_array();
    for (size_t i = 0; i < folders->n_arms; i++) json_array_append_new(arms, arm_json(&folders->arms[i]));
    for (size_t i = 0; i < folders->n_differ; i++)
        json_array_append_new(differing, json_string(folders->differing[i]->trial));
    return json_pack("{s:i, s:i, s:i, s:o, s:o}", "equal_trials", (int)folders->n_equal, "other_bits",
                     (int)folders->n_differ, "worse", (int)folders->n_worse, "arms", arms, "differing", differing);
}
