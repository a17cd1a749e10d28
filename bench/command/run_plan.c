/* Planned beside real. */
#include "command/run_plan.h"
#include "base/capacity.h"
#include "base/file.h"
#include "command/plan_line.h"
#include "say/wrap.h"
#include "summary/summary_ledger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double SECONDS = 0.02; /* of training per kind of arm: a run should begin at once */

static bool is_filled(const fl_results *results)
{
    for (size_t i = 0; i < results->study->n_arms; i++)
        if (!results->arms[i].filled) return false;
    return true;
}

/* What earlier runs recorded; NULL where there is nothing, or nothing that can be read. */
static fl_results *read_earlier(const char *folder)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    fl_file_path_join(path, folder, "study.json");
    return fl_file_exists(path) ? fl_results_read(folder, &error) : NULL;
}

void run_plan_say(const fl_plan *plan, size_t workers)
{
    fl_text line = { 0 };
    fl_text_add(&line, "plan: ");
    plan_line_cost(plan, workers, &line);
    fl_text_add(&line, "; ");
    plan_line_detectable(plan, &line);
    fprintf(stderr, "%s\n", line.bytes);
    fl_text_free(&line);
}

/* So many trials run at once, and each must fit beside the others. */
static fl_plan *make_for(const fl_study *study, size_t workers, fl_error *error)
{
    size_t trials = study->trials * study->repeats * study->n_arms;
    fl_capacity_divide(workers < trials ? workers : trials);
    fl_plan *plan = fl_plan_new(study, SECONDS, error);
    fl_capacity_divide(1);
    return plan;
}

bool run_plan_make(const fl_study *study, const char *folder, size_t workers, fl_plan **plan, fl_error *error)
{
    fl_results *earlier = read_earlier(folder);
    bool done = earlier && is_filled(earlier) && earlier->study->trials >= study->trials;
    bool wanted = !done && !fl_plan_runs_own(study);
    *plan = wanted ? make_for(study, workers, error) : NULL;
    if (*plan && earlier && study->claims.declared) fl_plan_detect(*plan, earlier, true);
    fl_results_free(earlier);
    return !wanted || *plan;
}

static void add_cost(const fl_plan *plan, const fl_results *results, fl_text *text)
{
    fl_summary_ledger real = fl_summary_ledger_total(results);
    double hours = real.core_hours - real.wide_core_hours;
    fl_text_add(text, "%.3g core-hours planned, %.3g used (%.0f %% and %.0f %% of them for evaluation)",
                plan->seconds / 3600, hours, plan->seconds > 0 ? 100 * plan->evaluate / plan->seconds : 0,
                100 * real.evaluation);
}

/* Its name, and which of a product's arms it is. */
static void add_arm(fl_text *text, const fl_summary_arm *arm)
{
    fl_text_add(text, "%s%s", arm->said, arm->arm->name + strlen(arm->arm->label));
}

/* What was to be detectable from the first trials of both arms, and the interval of what was found. */
static void print_pair(const fl_plan *plan, const fl_summary *summary, const fl_summary_pair *pair)
{
    fl_text text = { 0 };
    add_arm(&text, &summary->arms[pair->a]);
    fl_text_add(&text, " and ");
    add_arm(&text, &summary->arms[pair->b]);
    fl_text_add(&text, ": detectable, by the first %zu trials of each, ", fl_stats_pilot(pair->k));
    plan_line_difference(plan, pair->detectable, &text);
    fl_text_add(&text, "; found ");
    plan_line_difference(plan, pair->difference, &text);
    fl_text_add(&text, ", from ");
    plan_line_difference(plan, pair->low, &text);
    fl_text_add(&text, " to ");
    plan_line_difference(plan, pair->high, &text);
    page_paragraph(9, "", text.bytes);
    fl_text_free(&text);
}

void run_plan_end(const fl_plan *plan, const fl_summary *summary)
{
    fl_text text = { 0 };
    if (!plan) return;
    add_cost(plan, summary->results, &text);
    putchar('\n');
    page_paragraph(9, "plan", text.bytes);
    fl_text_free(&text);
    for (size_t i = 0; i < summary->n_pairs && plan->study->claims.declared; i++)
        if (summary->pairs[i].tested) print_pair(plan, summary, &summary->pairs[i]);
}
