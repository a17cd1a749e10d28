/* What was asked: budget, search, seeds, selection, and each arm's space. */
#include "base/memory.h"
#include "page/report_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- facts --- */

static void add_fact(fl_text *page, const char *name, const fl_text *value)
{
    html_element(page, "dt", name);
    html_element(page, "dd", value->bytes ? value->bytes : "");
    fl_text_add(page, "\n");
}

static void say_budget(fl_text *value, const fl_study *study)
{
    char evaluated[80];
    fl_study_evaluations_text(study, evaluated);
    fl_text_add(value, "%zu %strials per arm, %zu steps each, evaluated %s", study->trials,
                study->feasible ? "feasible " : "", study->steps, evaluated);
    if (study->feasible) fl_text_add(value, "; at most %zu trials to find them", study->max_trials);
    if (study->stop_above > 0)
        fl_text_add(value, "; a trial ends early above %g times its first loss", study->stop_above);
}

static void say_search(fl_text *value, const fl_study *study)
{
    fl_text_add(value, "%s, seed %" PRIu64, study->search->entry.name, study->search_seed);
}

static void say_seeds(fl_text *value, const fl_study *study)
{
    fl_text_add(value,
                "from %" PRIu64 ", the same in every arm; each trial run %zu time%s, %zu rerun%s of the selected one",
                study->first_seed, study->repeats, study->repeats == 1 ? "" : "s", study->rerun_best,
                study->rerun_best == 1 ? "" : "s");
}

static void say_selection(fl_text *value, const fl_study *study)
{
    fl_text_add(value, "lowest %s at the %s evaluation", fl_trial_metric_name(study->select),
                study->select_best ? "best" : "last");
}

static void say_target(fl_text *value, const fl_study *study)
{
    if (study->has_target)
        fl_text_add(value, "%s below %g", fl_trial_metric_name(study->target), study->target_value);
    else
        fl_text_add(value, "none");
}

static void say_training(fl_text *value, const fl_study *study)
{
    const fl_trial *base = &study->arms[0].base;
    fl_text_add(value, "%u thread%s; validation split from the %s of the training data", base->threads,
                base->threads == 1 ? "" : "s", fl_dataset_split_from_name(base->split.from));
}

static const struct {
    const char *name;
    void (*say)(fl_text *value, const fl_study *study);
} facts[] = {
    { "Budget", say_budget },       { "Search", say_search }, { "Seeds", say_seeds },
    { "Selection", say_selection }, { "Target", say_target }, { "Each trial", say_training },
};

/* The content of the data that an arm's trials were trained on, to be freed; NULL where it goes without saying. */
static char *data_of(const fl_summary *summary, size_t arm)
{
    const fl_results_arm *results = &summary->results->arms[arm];
    if (!results->n_search) return NULL;
    fl_record record = fl_results_record(summary->results, results->search);
    char *data = fl_memory_copy_text(record.data);
    fl_record_free(&record);
    return data;
}

/* Each content once. */
static void say_data(fl_text *value, const fl_summary *summary)
{
    for (size_t i = 0; i < summary->results->study->n_arms; i++) {
        char *data = data_of(summary, i);
        if (data && !(value->bytes && strstr(value->bytes, data)))
            fl_text_add(value, "%s%s", value->length ? "; " : "", data);
        free(data);
    }
}

static void add_facts(fl_text *page, const fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    fl_text data = { 0 };
    fl_text_add(page, "<dl class=\"facts\">\n");
    say_data(&data, summary);
    if (data.length) add_fact(page, "Data", &data);
    fl_text_free(&data);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        fl_text value = { 0 };
        facts[i].say(&value, study);
        add_fact(page, facts[i].name, &value);
        fl_text_free(&value);
    }
    fl_text_add(page, "</dl>\n");
}

/* --- spaces --- */

static void add_point(fl_text *page, const fl_search_axis *axis, double value)
{
    if (axis->setting.hyper->scale == FL_HYPER_CHOICE && !axis->setting.coupling)
        html_text(page, axis->setting.hyper->choices[(size_t)value]);
    else
        html_number(page, value);
}

/* A range "1e-04 to 10, log"; listed values; one fixed value. */
static void add_axis(fl_text *page, const fl_search_axis *axis)
{
    fl_text_add(page, "<span class=\"value\">");
    html_element(page, "code", axis->name);
    fl_text_add(page, " ");
    if (!axis->points) {
        html_number(page, axis->min);
        fl_text_add(page, " to ");
        html_number(page, axis->max);
        fl_text_add(page, axis->log ? ", log" : "");
    }
    for (size_t i = 0; i < axis->n_points; i++) {
        if (i) fl_text_add(page, ", ");
        add_point(page, axis, axis->points[i]);
    }
    fl_text_add(page, "</span> ");
}

static bool seen_before(const fl_study *study, size_t arm)
{
    for (size_t i = 0; i < arm; i++)
        if (!strcmp(study->arms[i].label, study->arms[arm].label)) return true;
    return false;
}

static void add_space(fl_text *page, const fl_study_arm *arm)
{
    const fl_search_space *space = arm->space;
    fl_text_add(page, "<tr><th scope=\"row\">");
    html_text(page, arm->label);
    fl_text_add(page, "<td class=\"words\">%s<td class=\"words\">%s<td class=\"words\">",
                arm->base.owners.optimizer->entry.name, arm->base.owners.schedule->entry.name);
    if (space->n_complete) fl_text_add(page, "%zu listed points: ", space->n_complete);
    for (size_t i = 0; i < space->n_axes; i++) add_axis(page, &space->axes[i]);
    if (space->n_rates) fl_text_add(page, "%zu rates given step by step", space->n_rates);
    fl_text_add(page, "\n");
}

static void add_spaces(fl_text *page, const fl_study *study)
{
    fl_text_add(
        page,
        "<div class=\"wide\" tabindex=\"0\"><table class=\"spaces\"><thead><tr><th>Arm<th class=\"words\">Optimizer"
        "<th class=\"words\">Schedule<th class=\"words\">Search space<tbody>\n");
    for (size_t i = 0; i < study->n_arms; i++)
        if (!seen_before(study, i)) add_space(page, &study->arms[i]);
    fl_text_add(page, "</table></div>\n");
}

void report_study(fl_text *page, const fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    char *resolved = json_dumps(study->resolved, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    fl_text_add(page, "<section><h2>Study</h2>\n");
    add_facts(page, summary);
    add_spaces(page, study);
    report_networks(page, summary);
    fl_text_add(page, "<details><summary>The study as it was run</summary><pre>");
    html_text(page, resolved);
    fl_text_add(page, "</pre></details></section>\n");
    free(resolved);
}
