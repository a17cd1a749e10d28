/* A study's normal form: what study.json in a result folder holds, and what a later run is compared with. */
#include "study/study_reading.h"
#include "trial/default.h"

#include <string.h>

/* The file's value where it has one, else `standard` (taken over). */
static void keep(json_t *normal, const json_t *file, const char *key, json_t *standard)
{
    json_t *given = json_object_get(file, key);
    json_object_set(normal, key, given ? given : standard);
    json_decref(standard);
}

/* As `keep`, and nothing when the file has none. */
static void keep_if_there(json_t *normal, const json_t *file, const char *key)
{
    json_t *given = json_object_get(file, key);
    if (given) json_object_set(normal, key, given);
}

static json_t *normal_budget(const fl_study *study, const json_t *file)
{
    const json_t *given = json_object_get(file, "budget");
    json_t *budget = json_pack("{s:I}", "trials", (json_int_t)study->trials);
    keep(budget, given, "steps", json_integer((json_int_t)study->steps));
    if (!json_is_object(json_object_get(given, "steps"))) /* else the default differs from batch to batch */
        json_object_set_new(budget, "eval_every", json_integer((json_int_t)study->eval_every));
    keep_if_there(budget, given, "eval_every");
    json_object_set_new(budget, "feasible", json_boolean(study->feasible));
    if (study->feasible) json_object_set_new(budget, "max_trials", json_integer((json_int_t)study->max_trials));
    if (study->stop_above > 0) json_object_set_new(budget, "stop_above", json_real(study->stop_above));
    if (study->test_scored) json_object_set_new(budget, "test", json_string("scored"));
    return budget;
}

static json_t *normal_search(const fl_study *study)
{
    json_t *search =
        json_pack("{s:s, s:I}", "method", study->search->entry.name, "seed", (json_int_t)study->search_seed);
    if (study->points_per_axis)
        json_object_set_new(search, "points_per_axis", json_integer((json_int_t)study->points_per_axis));
    return search;
}

static json_t *normal_arms(const json_t *file)
{
    json_t *arms = json_deep_copy(json_object_get(file, "arms"));
    size_t i;
    json_t *arm;
    json_array_foreach(arms, i, arm) if (!json_object_get(arm, "schedule"))
        json_object_set_new(arm, "schedule", json_string(FL_TRIAL_DEFAULT_SCHEDULE));
    return arms;
}

json_t *fl_study_normal(const fl_study *study, const json_t *file)
{
    json_t *normal = json_pack("{s:s, s:s}", "study", study->name, "why", study->why);
    keep_if_there(normal, file, "workload");
    keep_if_there(normal, file, "workload_options");
    keep_if_there(normal, file, "split");
    keep_if_there(normal, file, "init");
    keep(normal, file, "backend", json_string(FL_TRIAL_DEFAULT_BACKEND));
    keep(normal, file, "precision", json_string(fl_backend_precision_name(FL_TRIAL_DEFAULT_PRECISION)));
    keep(normal, file, "threads", json_integer(FL_TRIAL_DEFAULT_THREADS));
    keep_if_there(normal, file, "batch_size");
    json_object_set_new(normal, "budget", normal_budget(study, file));
    json_object_set_new(normal, "search", normal_search(study));
    json_object_set_new(normal, "seeds",
                        json_pack("{s:I, s:I, s:I}", "first", (json_int_t)study->first_seed, "repeats",
                                  (json_int_t)study->repeats, "rerun_best", (json_int_t)study->rerun_best));
    json_object_set_new(normal, "select", json_string(fl_trial_metric_name(study->select)));
    json_object_set_new(normal, "select_at", json_string(study->select_best ? "best" : "final"));
    if (study->has_target)
        json_object_set_new(
            normal, "target",
            json_pack("{s:s, s:f}", "metric", fl_trial_metric_name(study->target), "value", study->target_value));
    json_t *claims = fl_study_claims_json(study, json_object_get(file, "claims"));
    if (claims) json_object_set_new(normal, "claims", claims);
    keep_if_there(normal, file, "narrowed_from");
    json_object_set_new(normal, "arms", normal_arms(file));
    return normal;
}
