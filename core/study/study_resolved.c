/* A study with every default written out: what study.json in a result folder holds, and what a later run is compared
 * with. */
#include "own/own.h"
#include "study/study_reading.h"
#include "trial/default.h"
#include "trial/parallel.h"

#include <string.h>

/* The file's value where it has one, else `fallback` (taken over). */
static void copy_or(json_t *resolved, const json_t *file, const char *key, json_t *fallback)
{
    json_t *given = json_object_get(file, key);
    json_object_set(resolved, key, given ? given : fallback);
    json_decref(fallback);
}

/* The same, and nothing when the file has none. */
static void copy_if_given(json_t *resolved, const json_t *file, const char *key)
{
    json_t *given = json_object_get(file, key);
    if (given) json_object_set(resolved, key, given);
}

static json_t *resolved_budget(const fl_study *study, const json_t *file)
{
    const json_t *given = json_object_get(file, "budget");
    json_t *budget = json_pack("{s:I}", "trials", (json_int_t)study->trials);
    copy_or(budget, given, "steps", json_integer((json_int_t)study->steps));
    if (!json_is_object(json_object_get(given, "steps"))) /* else the default differs from batch to batch */
        json_object_set_new(budget, "eval_every", json_integer((json_int_t)study->eval_every));
    copy_if_given(budget, given, "eval_every");
    json_object_set_new(budget, "feasible", json_boolean(study->feasible));
    if (study->feasible) json_object_set_new(budget, "max_trials", json_integer((json_int_t)study->max_trials));
    if (study->stop_above > 0) json_object_set_new(budget, "stop_above", json_real(study->stop_above));
    if (study->patience) json_object_set_new(budget, "patience", json_integer((json_int_t)study->patience));
    if (study->test_scored) json_object_set_new(budget, "test", json_string("scored"));
    return budget;
}

static json_t *resolved_search(const fl_study *study)
{
    json_t *search =
        json_pack("{s:s, s:I}", "method", study->search->entry.name, "seed", (json_int_t)study->search_seed);
    if (study->points_per_axis)
        json_object_set_new(search, "points_per_axis", json_integer((json_int_t)study->points_per_axis));
    return search;
}

/* Its name where that says what it is, else the definition. */
static json_t *resolved_workload(const fl_workload *workload)
{
    return workload->by_name ? json_string(workload->entry.name) : json_incref(workload->definition);
}

/* One, or where the file has a list all of it: the first arm of the file has them in order. */
static json_t *resolved_workloads(const fl_study *study, const json_t *file)
{
    const fl_workload *last = NULL;
    json_t *list = json_array();
    for (const fl_study_arm *arm = study->arms; arm < study->arms + study->n_arms; arm++) {
        const fl_workload *workload = arm->base.owners.workload;
        if (strcmp(arm->label, study->arms->label)) break;
        if (workload != last) json_array_append_new(list, resolved_workload(last = workload));
    }
    if (json_is_array(json_object_get(file, "workload"))) return list;
    json_t *only = json_incref(json_array_get(list, 0));
    json_decref(list);
    return only;
}

/* Of an optimizer of a user's own the definition, which says what its name alone does not. */
static json_t *resolved_optimizer(const fl_study *study, const char *label)
{
    const fl_study_arm *arm = study->arms;
    while (strcmp(arm->label, label)) arm++;
    return fl_own_json(arm->base.owners.optimizer);
}

static json_t *resolved_arms(const fl_study *study, const json_t *file)
{
    json_t *arms = json_deep_copy(json_object_get(file, "arms"));
    size_t i;
    json_t *arm;
    json_array_foreach(arms, i, arm)
    {
        const char *label = json_string_value(json_object_get(arm, "arm"));
        json_object_set_new(arm, "optimizer", resolved_optimizer(study, label));
        fl_trial_trace_resolve(json_object_get(arm, "parallel"));
        if (!json_object_get(arm, "schedule"))
            json_object_set_new(arm, "schedule", json_string(FL_TRIAL_DEFAULT_SCHEDULE));
    }
    return arms;
}

json_t *fl_study_resolved(const fl_study *study, const json_t *file)
{
    json_t *resolved = json_pack("{s:s, s:s}", "study", study->name, "why", study->why);
    json_object_set_new(resolved, "workload", resolved_workloads(study, file));
    copy_if_given(resolved, file, "workload_options");
    copy_if_given(resolved, file, "split");
    copy_if_given(resolved, file, "init");
    copy_or(resolved, file, "backend", json_string(FL_TRIAL_DEFAULT_BACKEND));
    copy_or(resolved, file, "precision", json_string(fl_backend_precision_name(FL_TRIAL_DEFAULT_PRECISION)));
    copy_or(resolved, file, "threads", json_integer(FL_TRIAL_DEFAULT_THREADS));
    copy_if_given(resolved, file, "batch_size");
    copy_if_given(resolved, file, "micro_batch");
    json_t *parallel = json_deep_copy(json_object_get(file, "parallel"));
    if (parallel) fl_trial_trace_resolve(parallel);
    if (parallel) json_object_set_new(resolved, "parallel", parallel);
    json_object_set_new(resolved, "budget", resolved_budget(study, file));
    json_object_set_new(resolved, "search", resolved_search(study));
    json_object_set_new(resolved, "seeds",
                        json_pack("{s:I, s:I, s:I}", "first", (json_int_t)study->first_seed, "repeats",
                                  (json_int_t)study->repeats, "rerun_best", (json_int_t)study->rerun_best));
    json_object_set_new(resolved, "select", json_string(fl_trial_metric_name(study->select)));
    json_object_set_new(resolved, "select_at", json_string(study->select_best ? "best" : "final"));
    fl_trial_averaging_json(&study->average, resolved);
    copy_if_given(resolved, file, "curvature_every");
    if (study->select_averaged) json_object_set_new(resolved, "select_of", json_string("averaged"));
    if (study->has_target)
        json_object_set_new(
            resolved, "target",
            json_pack("{s:s, s:f}", "metric", fl_trial_metric_name(study->target), "value", study->target_value));
    json_t *claims = fl_study_claims_json(study, json_object_get(file, "claims"));
    if (claims) json_object_set_new(resolved, "claims", claims);
    copy_if_given(resolved, file, "narrowed_from");
    json_object_set_new(resolved, "arms", resolved_arms(study, file));
    return resolved;
}
