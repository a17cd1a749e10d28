/* The rows about a study, its arms and what is claimed of them. */
#include "base/text.h"
#include "export/sqlite_tables.h"
#include "summary/summary_ledger.h"

#include <math.h>
#include <stdlib.h>

static void add_study(sqlite_database *database, const fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    char *frozen = json_dumps(study->resolved, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    sqlite_insert row = sqlite_insert_into(database, "studies", 14);
    sqlite_count(&row, 1);
    sqlite_text(&row, study->name);
    sqlite_text(&row, study->why);
    sqlite_text(&row, summary->results->folder);
    sqlite_count(&row, study->trials);
    sqlite_count(&row, study->steps);
    sqlite_count(&row, study->eval_every);
    sqlite_count(&row, study->feasible);
    sqlite_count(&row, study->repeats);
    sqlite_text(&row, fl_trial_metric_name(study->select));
    sqlite_text(&row, study->select_best ? "best" : "final");
    sqlite_text(&row, study->has_target ? fl_trial_metric_name(study->target) : NULL);
    sqlite_number(&row, study->has_target ? study->target_value : NAN);
    sqlite_text(&row, frozen);
    sqlite_row(&row);
    sqlite_insert_end(&row);
    free(frozen);
}

/* The axes at whose ends the best trials crowd, separated by commas; NULL where the search is closed. */
static void add_cut_offs(sqlite_insert *row, const fl_summary_arm *arm)
{
    fl_text names = { 0 };
    for (size_t i = 0; i < arm->n_cut_offs; i++)
        fl_text_add(&names, "%s%s", i ? ", " : "", arm->cut_offs[i].axis->name);
    sqlite_text(row, names.bytes);
    fl_text_free(&names);
}

static void add_arm(sqlite_insert *row, const fl_summary *summary, size_t i)
{
    const fl_summary_arm *arm = &summary->arms[i];
    const char *names[FL_TRIAL_NAMES];
    bool target = summary->results->study->has_target;
    const fl_method *method = arm->arm->base.owners.method;
    fl_summary_ledger cost = fl_summary_ledger_of(summary->results, i);
    fl_trial_names(&arm->arm->base, names);
    sqlite_count(row, i + 1);
    sqlite_count(row, 1);
    sqlite_text(row, arm->arm->name);
    for (size_t n = 0; n < FL_TRIAL_NAMES; n++) sqlite_text(row, names[n]);
    sqlite_count(row, arm->arm->base.batch_size);
    sqlite_text(row, method ? method->entry.name : NULL);
    sqlite_count(row, arm->arm->base.workers);
    sqlite_count(row, arm->n_run);
    sqlite_count(row, arm->n_counted);
    sqlite_count(row, arm->results->filled);
    sqlite_count(row, arm->k);
    sqlite_number(row, arm->interval.estimate);
    sqlite_number(row, arm->interval.low);
    sqlite_number(row, arm->interval.high);
    sqlite_number(row, arm->interval.coverage);
    sqlite_number(row, arm->median_test_error);
    sqlite_number(row, target ? arm->steps.center : NAN);
    sqlite_number(row, target ? arm->reached : NAN);
    add_cut_offs(row, arm);
    sqlite_count(row, cost.runs);
    sqlite_number(row, cost.steps);
    sqlite_number(row, cost.core_hours);
    sqlite_number(row, cost.evaluation);
    sqlite_number(row, cost.wide_core_hours);
    sqlite_row(row);
}

static void add_resampled(sqlite_insert *row, const fl_summary_arm *arm, size_t arm_id)
{
    for (size_t i = 0; i < arm->n_distributions; i++) {
        const fl_stats_distribution *distribution = &arm->distributions[i];
        sqlite_count(row, arm_id);
        sqlite_count(row, distribution->k);
        sqlite_number(row, distribution->mean);
        sqlite_number(row, distribution->low);
        sqlite_number(row, distribution->median);
        sqlite_number(row, distribution->high);
        sqlite_number(row, distribution->finite);
        sqlite_row(row);
    }
}

static void add_arms(sqlite_database *database, const fl_summary *summary)
{
    sqlite_insert arms = sqlite_insert_into(database, "arms", 28);
    sqlite_insert resampled = sqlite_insert_into(database, "resampled", 7);
    for (size_t i = 0; i < summary->n_arms; i++) {
        add_arm(&arms, summary, i);
        add_resampled(&resampled, &summary->arms[i], i + 1);
    }
    sqlite_insert_end(&arms);
    sqlite_insert_end(&resampled);
}

static void add_pairs(sqlite_database *database, const fl_summary *summary)
{
    sqlite_insert row = sqlite_insert_into(database, "pairs", 14);
    for (const fl_summary_pair *pair = summary->pairs; pair < summary->pairs + summary->n_pairs; pair++) {
        sqlite_count(&row, 1);
        sqlite_count(&row, pair->a + 1);
        sqlite_count(&row, pair->b + 1);
        sqlite_count(&row, pair->k);
        sqlite_count(&row, pair->paired);
        sqlite_number(&row, pair->difference);
        sqlite_number(&row, pair->low);
        sqlite_number(&row, pair->high);
        sqlite_number(&row, pair->p);
        sqlite_number(&row, pair->p_adjusted);
        sqlite_number(&row, pair->detectable);
        sqlite_count(&row, pair->claimed);
        sqlite_text(&row, pair->verdict);
        sqlite_texts(&row, pair->remarks, pair->n_remarks);
        sqlite_row(&row);
    }
    sqlite_insert_end(&row);
}

static void add_warning(sqlite_insert *row, size_t arm_id, const char *warning)
{
    sqlite_count(row, 1);
    if (arm_id)
        sqlite_count(row, arm_id);
    else
        sqlite_null(row);
    sqlite_text(row, warning);
    sqlite_row(row);
}

static void add_warnings(sqlite_database *database, const fl_summary *summary)
{
    sqlite_insert row = sqlite_insert_into(database, "warnings", 3);
    for (size_t w = 0; w < summary->n_warnings; w++) add_warning(&row, 0, summary->warnings[w]);
    for (size_t i = 0; i < summary->n_arms; i++)
        for (size_t w = 0; w < summary->arms[i].n_warnings; w++) add_warning(&row, i + 1, summary->arms[i].warnings[w]);
    sqlite_insert_end(&row);
}

static const char *text_of(const json_t *facts, const char *object, const char *key)
{
    return json_string_value(json_object_get(object ? json_object_get(facts, object) : facts, key));
}

static void add_hosts(sqlite_database *database, const fl_results *results)
{
    const char *key;
    json_t *facts;
    sqlite_insert row = sqlite_insert_into(database, "hosts", 8);
    json_object_foreach(results->hosts, key, facts)
    {
        char *all = fl_json_line(facts);
        sqlite_text(&row, key);
        sqlite_text(&row, text_of(facts, "machine", "processor"));
        sqlite_number(&row, json_number_value(json_object_get(json_object_get(facts, "machine"), "cores")));
        sqlite_text(&row, text_of(facts, NULL, "backend"));
        sqlite_text(&row, text_of(facts, NULL, "library"));
        sqlite_text(&row, text_of(facts, "build", "version"));
        sqlite_text(&row, text_of(facts, "build", "commit"));
        sqlite_text(&row, all);
        sqlite_row(&row);
        free(all);
    }
    sqlite_insert_end(&row);
}

void sqlite_add_summary(sqlite_database *database, const fl_summary *summary)
{
    add_study(database, summary);
    add_arms(database, summary);
    add_pairs(database, summary);
    add_warnings(database, summary);
    add_hosts(database, summary->results);
}
