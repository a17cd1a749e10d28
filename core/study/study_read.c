/* A study file read from top to bottom: budget, search, seeds, selection; the arms are study_arms.c's. */
#include "base/entry.h"
#include "base/memory.h"
#include "study/study_reading.h"
#include "trial/default.h"

#include <string.h>

/* --- budget, search, seeds, selection --- */

static bool read_stop(fl_json_node budget, fl_study *study, fl_error *error)
{
    fl_json_node child;
    if (!fl_json_get(budget, "stop_above", &child)) return true;
    if (!fl_json_number(child, &study->stop_above, error)) return false;
    return study->stop_above > 1 ||
           fl_json_fail(child, error, "stop_above = %.10g must be above 1, a multiple of the first loss",
                        study->stop_above);
}

static bool read_test(fl_json_node budget, fl_study *study, fl_error *error)
{
    fl_json_node child;
    const char *which;
    if (!fl_json_get(budget, "test", &child)) return true;
    if (!fl_json_string(child, &which, error)) return false;
    study->test_scored = !strcmp(which, "scored");
    return study->test_scored || !strcmp(which, "all") ||
           fl_json_fail(child, error, "'test' is all or scored, not '%s'", which);
}

static bool read_budget(fl_json_node root, fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "trials",     "steps", "eval_every", "feasible", "max_trials",
                                        "stop_above", "test",  "patience",   NULL };
    fl_json_node budget, child;
    if (!fl_json_need(root, "budget", &budget, error) || !fl_json_is_object(budget, error)) return false;
    if (!fl_json_only(budget, keys, error)) return false;
    if (!fl_json_need(budget, "trials", &child, error) || !fl_json_need(budget, "steps", &child, error)) return false;
    if (!fl_json_optional_whole(budget, "trials", 1, 100000000, &study->trials, error)) return false;
    if (!fl_study_read_steps(root, 0, &study->steps, error) ||
        !fl_study_read_evaluations(budget, study->steps, &study->eval_every, &study->eval_ratio, error))
        return false;
    if (fl_json_get(budget, "feasible", &child) && !fl_json_bool(child, &study->feasible, error)) return false;
    study->max_trials = study->feasible ? 3 * study->trials : study->trials;
    if (fl_json_get(budget, "max_trials", &child)) {
        if (!study->feasible)
            return fl_json_fail_key(child, error,
                                    "'max_trials' caps a feasible budget; set \"feasible\": true or leave it out");
        if (!fl_json_optional_whole(budget, "max_trials", study->trials, 1000000000, &study->max_trials, error))
            return false;
    }
    return read_stop(budget, study, error) && read_test(budget, study, error) &&
           fl_json_optional_whole(budget, "patience", 1, FL_TRIAL_SEED_MAX, &study->patience, error);
}

static bool read_search(fl_json_node root, fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "method", "seed", "points_per_axis", NULL };
    fl_json_node search, child;
    const char *method = "halton";
    fl_error why;
    study->search_seed = 1;
    study->search = fl_search_find(method, NULL);
    if (!fl_json_get(root, "search", &search)) return true;
    if (!fl_json_is_object(search, error) || !fl_json_only(search, keys, error)) return false;
    if (fl_json_get(search, "method", &child)) {
        if (!fl_json_string(child, &method, error)) return false;
        if (!(study->search = fl_search_find(method, &why))) return fl_json_fail_with(child, error, &why);
    }
    if (fl_json_get(search, "points_per_axis", &child) && strcmp(method, "grid"))
        return fl_json_fail_key(child, error, "'points_per_axis' is for search 'grid', not for '%s'", method);
    return fl_json_optional_whole(search, "seed", 0, FL_TRIAL_SEED_MAX, &study->search_seed, error) &&
           fl_json_optional_whole(search, "points_per_axis", 2, 1000000, &study->points_per_axis, error);
}

static bool read_seeds(fl_json_node root, fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "first", "repeats", "rerun_best", NULL };
    fl_json_node seeds;
    study->first_seed = FL_TRIAL_DEFAULT_SEED;
    study->repeats = 1;
    if (!fl_json_get(root, "seeds", &seeds)) return true;
    return fl_json_is_object(seeds, error) && fl_json_only(seeds, keys, error) &&
           fl_json_optional_whole(seeds, "first", 0, FL_TRIAL_SEED_MAX, &study->first_seed, error) &&
           fl_json_optional_whole(seeds, "repeats", 1, FL_STUDY_RERUN_REPEAT, &study->repeats, error) &&
           fl_json_optional_whole(seeds, "rerun_best", 0, 1000000, &study->rerun_best, error);
}

static bool read_metric(fl_json_node node, fl_trial_metric from, fl_trial_metric *metric, fl_error *error)
{
    const char *name, *usable[] = { "val_loss", "val_error", NULL, NULL, NULL };
    char meant[FL_ENTRY_MEANT];
    if (from == FL_TRIAL_TRAIN_LOSS) usable[2] = "train_loss", usable[3] = "train_error";
    if (!fl_json_string(node, &name, error)) return false;
    *metric = fl_trial_metric_find(name);
    if (*metric >= from && *metric <= FL_TRIAL_VAL_ERROR) return true;
    if (*metric == FL_TRIAL_TEST_LOSS || *metric == FL_TRIAL_TEST_ERROR)
        return fl_json_fail(node, error, "'%s' cannot be used: the test set is only reported for what validation chose",
                            name);
    return fl_json_fail(node, error, "metric '%s' cannot be used here%s; use %sval_loss or val_error", name,
                        fl_entry_meant(usable, name, meant),
                        from == FL_TRIAL_TRAIN_LOSS ? "train_loss, train_error, " : "");
}

static bool read_selection(fl_json_node root, fl_study *study, fl_error *error)
{
    fl_json_node child;
    const char *at;
    study->select = FL_TRIAL_VAL_ERROR;
    if (fl_json_get(root, "select", &child) && !read_metric(child, FL_TRIAL_VAL_LOSS, &study->select, error))
        return false;
    if (!fl_json_get(root, "select_at", &child)) return true;
    if (!fl_json_string(child, &at, error)) return false;
    study->select_best = !strcmp(at, "best");
    return study->select_best || !strcmp(at, "final") ||
           fl_json_fail(child, error, "'select_at' is final or best, not '%s'", at);
}

/* Which weights are scored: the last, or the averaged ones of a study that averages them. */
static bool read_average(fl_json_node root, fl_study *study, fl_error *error)
{
    fl_json_node child;
    const char *of;
    if (!fl_trial_averaging_read(root, &study->average, error)) return false;
    if (!fl_json_get(root, "select_of", &child)) return true;
    if (!fl_json_string(child, &of, error)) return false;
    study->select_averaged = !strcmp(of, "averaged");
    if (study->select_averaged && !study->average.method)
        return fl_json_fail(
            child, error, "'select_of' is averaged, but nothing is; set \"average\" to ema or tail, or \"snapshots\"");
    return study->select_averaged || !strcmp(of, "last") ||
           fl_json_fail(child, error, "'select_of' is last or averaged, not '%s'", of);
}

static bool read_target(fl_json_node root, fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "metric", "value", NULL };
    fl_json_node target, metric, value;
    if (!fl_json_get(root, "target", &target)) return true;
    study->has_target = true;
    return fl_json_is_object(target, error) && fl_json_only(target, keys, error) &&
           fl_json_need(target, "metric", &metric, error) &&
           read_metric(metric, FL_TRIAL_TRAIN_LOSS, &study->target, error) &&
           fl_json_need(target, "value", &value, error) && fl_json_number(value, &study->target_value, error);
}

/* --- the whole --- */

static bool read_name(fl_json_node root, fl_study *study, fl_error *error)
{
    fl_json_node child;
    const char *name, *why = "";
    if (!fl_json_need(root, "study", &child, error) || !fl_study_read_label(child, "a study's name", &name, error))
        return false;
    if (strchr(name, '/') || *name == '.')
        return fl_json_fail(child, error, "a study's name must be a word that can name a folder");
    study->name = fl_memory_copy_text(name);
    if (fl_json_get(root, "why", &child) && !fl_study_read_prose(child, &why, error)) return false;
    study->why = fl_memory_copy_text(why);
    return true;
}

static bool read_study(fl_json_node root, fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "study",         "why",
                                        "workload",      "workload_options",
                                        "split",         "init",
                                        "backend",       "precision",
                                        "threads",       "batch_size",
                                        "budget",        "search",
                                        "seeds",         "select",
                                        "select_at",     "target",
                                        "claims",        "narrowed_from",
                                        "arms",          "average",
                                        "average_decay", "average_from",
                                        "select_of",     "micro_batch",
                                        "snapshots",     "curvature_every",
                                        "parallel",      NULL };
    return fl_json_is_object(root, error) && fl_json_only(root, keys, error) && read_name(root, study, error) &&
           fl_json_optional_whole(root, "curvature_every", 1, FL_TRIAL_SEED_MAX, &study->curvature_every, error) &&
           read_budget(root, study, error) && read_search(root, study, error) && read_seeds(root, study, error) &&
           read_selection(root, study, error) && read_average(root, study, error) && read_target(root, study, error) &&
           fl_study_read_arms(root, study, error) && fl_study_read_claims(root, study, error) &&
           fl_study_read_narrowed(root, study, error);
}

fl_study *fl_study_read(const fl_json *document, fl_error *error)
{
    fl_study *study = fl_memory_new(1, sizeof *study);
    if (read_study(fl_json_root(document), study, error)) return study;
    fl_study_free(study);
    return NULL;
}
