/* fairlead plan: what a study will cost on this machine and what it can show, before it is run. */
#include "command/folders.h"
#include "command/plan_line.h"
#include "command/plugins.h"
#include "command/study_file.h"
#include "command/verbs.h"
#include "record/host.h"
#include "say/wrap.h"

#include <stdio.h>
#include <stdlib.h>

static const usage plan_usage = {
    "fairlead plan STUDY [options]",
    "Says before a run what the study will cost: core-hours, disk, and evaluation's\n"
    "share, from steps and evaluations that are timed now. And the detectable\n"
    "difference: how far apart two arms must be for this study to show it in 80 % of\n"
    "cases, from the trials of a pilot: the records of another study with arms of these\n"
    "names, or the first 10 trials of each arm where the study was begun.",
    "fairlead plan quick",
};

static const double SECONDS = 0.2; /* of training per kind of arm: the clock's and the scheduler's grain average out */

typedef struct request {
    const char *pilot, *folder;
    size_t workers;
    bool json;
    words plugins;
    fl_study_overrides overrides;
} request;

static const page_column columns[] = {
    { "", "arm", true },   { "setup", "ms", false },   { "step", "ms", false },        { "evaluation", "ms", false },
    { "", "runs", false }, { "core", "hours", false }, { "evalu-", "ation %", false },
};

/* What is planned for each difference that will be tested. */
static const page_column pair_columns[] = {
    { "", "arm", true },
    { "", "and", true },
    { "", "paired", true },
    { "pilot", "trials", false },
    { "detectable", "difference", false },
};

static void print_arm(page_table *table, const fl_plan_arm *arm)
{
    page_table_cell(table, "%s", arm->arm->name);
    page_table_cell(table, "%.3g", 1000 * arm->speed.setup);
    page_table_cell(table, "%.3g", 1000 * arm->speed.step);
    page_table_cell(table, "%.3g", 1000 * arm->speed.evaluation);
    page_table_cell(table, "%zu", arm->runs);
    page_table_cell(table, "%.3g", arm->seconds / 3600);
    page_table_cell(table, "%.0f", arm->seconds > 0 ? 100 * arm->evaluate / arm->seconds : 0);
}

static void print_pair(page_table *table, const fl_plan *plan, const fl_plan_pair *pair)
{
    fl_text difference = { 0 };
    plan_line_difference(plan, pair->detectable, &difference);
    page_table_cell(table, "%s", plan->arms[pair->arms.left].arm->name);
    page_table_cell(table, "%s", plan->arms[pair->arms.right].arm->name);
    page_table_cell(table, "%s", pair->paired ? "yes" : "no");
    page_table_cell(table, "%zu", pair->n_pilot);
    page_table_cell(table, "%s", difference.bytes);
    fl_text_free(&difference);
}

static bool has_pilot(const fl_plan *plan)
{
    for (size_t i = 0; i < plan->n_pairs; i++)
        if (plan->pairs[i].n_pilot) return true;
    return false;
}

static void print_pairs(const fl_plan *plan)
{
    if (!has_pilot(plan)) return;
    putchar('\n');
    page_table *table = page_table_new(pair_columns, sizeof pair_columns / sizeof *pair_columns);
    for (size_t i = 0; i < plan->n_pairs; i++) print_pair(table, plan, &plan->pairs[i]);
    page_table_end(table);
}

static void print(const fl_plan *plan, size_t workers)
{
    fl_text cost = { 0 }, detectable = { 0 };
    page_table *table = page_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < plan->n_arms; i++) print_arm(table, &plan->arms[i]);
    page_table_end(table);
    print_pairs(plan);
    putchar('\n');
    plan_line_cost(plan, workers, &cost);
    plan_line_detectable(plan, &detectable);
    page_paragraph(0, "", cost.bytes);
    page_paragraph(0, "", detectable.bytes);
    fl_text_free(&cost);
    fl_text_free(&detectable);
}

static void print_json(const fl_plan *plan)
{
    json_t *object = fl_plan_json(plan);
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(object);
}

/* The records to plan from: the pilot that was named, or what the study has recorded so far. False on error. */
static bool read_pilot(const request *asked, const fl_study *study, fl_results **pilot, fl_error *error)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    *pilot = NULL;
    if (asked->pilot) return (*pilot = fl_results_read(asked->pilot, error)) != NULL;
    study_folder(study, asked->folder, folder);
    fl_file_path_join(path, folder, "study.json");
    return !fl_file_exists(path) || (*pilot = fl_results_read(folder, error)) != NULL;
}

static int plan_study(const fl_study *study, const request *asked)
{
    fl_error error;
    fl_results *pilot;
    if (!read_pilot(asked, study, &pilot, &error)) return complain(&error);
    fl_plan *plan = fl_plan_new(study, SECONDS, &error);
    if (plan) {
        if (pilot) fl_plan_detect(plan, pilot, !asked->pilot);
        if (asked->json)
            print_json(plan);
        else
            print(plan, asked->workers);
    }
    fl_results_free(pilot);
    int code = plan ? 0 : complain(&error);
    fl_plan_free(plan);
    return code;
}

int verb_plan(int argc, char **argv)
{
    request asked = { .pilot = NULL };
    const option options[] = {
        { "--pilot", NULL, OPTION_TEXT, "DIR", "records to plan from, by the names of arms", &asked.pilot },
        { "--output", "-o", OPTION_TEXT, "DIR", "the study's own folder (default results/NAME)", &asked.folder },
        { "--jobs", "-j", OPTION_CORES, "N", "processes (default: the physical cores)", &asked.workers },
        STUDY_OVERRIDES(asked.overrides),
        PLUGIN_OPTION(asked.plugins),
        { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &asked.json },
    };
    words rest;
    fl_error error;
    int code = options_read(&plan_usage, options, sizeof options / sizeof *options, argc, argv, 1, 1, &rest);
    if (code != GO_ON) return code;
    asked.overrides.to_run = true;
    fl_study *study =
        !plugins_load(&asked.plugins, &error) ? NULL : study_load(rest.items[0], &asked.overrides, &error);
    free(rest.items);
    if (!study) return complain(&error);
    if (!asked.workers) asked.workers = fl_record_host_cores();
    code = plan_study(study, &asked);
    fl_study_free(study);
    return code;
}
