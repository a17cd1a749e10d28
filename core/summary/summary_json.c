/* A summary as JSON. What is infinite or not a number here is null there. */
#include "summary/summary_ledger.h"
#include "summary/summary_parts.h"

#include <math.h>

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *count(size_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *whole(double value)
{
    return isfinite(value) ? json_integer((json_int_t)value) : json_null();
}

/* --- arms --- */

static json_t *selected_json(const fl_study *study, const fl_summary_arm *arm)
{
    if (!arm->selected) return json_null();
    const fl_record *record = &arm->record;
    fl_trial trial = fl_record_trial(study, record);
    json_t *selected =
        json_pack("{s:s, s:I, s:I, s:I, s:o, s:s}", "trial", record->trial, "index", (json_int_t)record->slot.index,
                  "repeat", (json_int_t)record->slot.repeat, "seed", (json_int_t)record->seed, "hyperparameters",
                  fl_trial_hyperparameters(&trial), "repro", record->repro ? record->repro : "");
    fl_trial_free(&trial);
    return selected;
}

static json_t *distribution_json(const fl_stats_distribution *distribution)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "k", count(distribution->k), "mean", number(distribution->mean),
                     "low", number(distribution->low), "median", number(distribution->median), "high",
                     number(distribution->high), "finite", number(distribution->finite));
}

static json_t *distributions_json(const fl_summary_arm *arm)
{
    json_t *distributions = json_array();
    for (size_t i = 0; i < arm->n_distributions; i++)
        json_array_append_new(distributions, distribution_json(&arm->distributions[i]));
    return distributions;
}

static json_t *band_json(const fl_summary_band *band)
{
    return json_pack("{s:o, s:o}", "low", number(band->low), "high", number(band->high));
}

/* What resampling these N trials gives, by its name. */
static json_t *resampling_json(const fl_summary_arm *arm)
{
    json_t *resampling = json_pack("{s:o, s:o, s:o, s:o}", "n", count(arm->n_counted), "k", count(arm->n_counted),
                                   "percentiles", json_pack("[i, i]", 5, 95), "val_error", band_json(&arm->val_error));
    json_object_set_new(resampling, "test_error", band_json(&arm->test_error));
    json_object_set_new(resampling, "steps_to_target", band_json(&arm->steps));
    json_object_set_new(resampling, "reached", number(arm->reached_draws));
    json_object_set_new(resampling, "score_by_k", distributions_json(arm));
    return resampling;
}

static json_t *best_of_k_json(const fl_summary_arm *arm)
{
    const fl_stats_interval *interval = &arm->interval;
    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:s?}", "k", count(interval->k), "n", count(interval->n),
                     "test_error", number(interval->estimate), "finite", number(interval->finite), "claimed",
                     interval->claimed, "low", number(interval->low), "high", number(interval->high), "coverage",
                     number(interval->coverage), "reason", interval->reason);
}

static json_t *levels_json(const fl_summary_arm *arm)
{
    json_t *list = json_array();
    for (const fl_summary_level *level = arm->levels; level < arm->levels + arm->n_levels; level++)
        json_array_append_new(list, json_pack("{s:o, s:o, s:f}", "k", count(level->k), "test_error",
                                              number(level->test_error), "finite", level->finite));
    return list;
}

static json_t *reruns_json(const fl_summary_arm *arm)
{
    if (!arm->results->n_reruns) return json_null();
    return json_pack("{s:o, s:o, s:o, s:o}", "n", count(arm->results->n_reruns), "test_error", number(arm->rerun_mean),
                     "least", number(arm->rerun_low), "most", number(arm->rerun_high));
}

static void add_choices(json_t *object, const fl_study_arm *arm)
{
    json_object_set_new(object, "arm", json_string(arm->name));
    json_object_set_new(object, "workload", json_string(arm->base.owners.workload->entry.name));
    json_object_set_new(object, "optimizer", json_string(arm->base.owners.optimizer->entry.name));
    json_object_set_new(object, "schedule", json_string(arm->base.owners.schedule->entry.name));
    json_object_set_new(object, "backend", json_string(arm->base.backend->entry.name));
    json_object_set_new(object, "precision", json_string(fl_backend_precision_name(arm->base.precision)));
    json_object_set_new(object, "batch_size", count(arm->base.batch_size));
    json_object_set_new(object, "parallel", arm->parallel ? json_string(arm->parallel) : json_null());
}

static void add_counts(json_t *object, const fl_summary_arm *arm)
{
    json_object_set_new(object, "trials", count(arm->n_run));
    json_object_set_new(object, "complete", count(arm->results->n_complete));
    json_object_set_new(object, "infeasible", count(arm->results->n_infeasible));
    json_object_set_new(object, "failed", count(arm->results->n_failed));
    json_object_set_new(object, "filled", json_boolean(arm->results->filled));
}

static void add_figures(json_t *object, const fl_summary_arm *arm)
{
    json_object_set_new(object, "val_error", number(arm->val_error.center));
    json_object_set_new(object, "test_error", number(arm->test_error.center));
    json_object_set_new(object, "test_standard_error", number(arm->test_standard_error));
    json_object_set_new(object, "best_of_k", best_of_k_json(arm));
    json_object_set_new(object, "expected_by_k", levels_json(arm));
    json_object_set_new(object, "steps_to_target", whole(arm->steps.center));
    json_object_set_new(object, "reached", number(arm->reached));
    json_object_set_new(object, "resampling", resampling_json(arm));
    json_object_set_new(object, "median",
                        json_pack("{s:o, s:o, s:o}", "val_error", number(arm->median_val_error), "test_error",
                                  number(arm->median_test_error), "steps_to_target", number(arm->median_steps)));
    json_object_set_new(object, "reruns", reruns_json(arm));
}

/* The axes at whose end the best trials crowd. */
static json_t *cut_offs_json(const fl_summary_arm *arm)
{
    json_t *list = json_array();
    for (const fl_summary_cut_off *c = arm->cut_offs; c < arm->cut_offs + arm->n_cut_offs; c++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:f, s:f}", "axis", c->axis->name, "end",
                                              c->edge.upper ? "upper" : "lower", "bound", c->edge.bound, "widen_to",
                                              c->edge.wider));
    return list;
}

static json_t *arm_json(const fl_summary *summary, const fl_summary_arm *arm)
{
    const fl_study *study = summary->results->study;
    fl_summary_ledger ledger = fl_summary_ledger_of(summary->results, (size_t)(arm - summary->arms));
    json_t *object = json_object();
    add_choices(object, arm->arm);
    add_counts(object, arm);
    json_object_set_new(object, "selected", selected_json(study, arm));
    add_figures(object, arm);
    json_object_set_new(object, "cut_off", cut_offs_json(arm));
    json_object_set_new(object, "cost", fl_summary_ledger_json(&ledger));
    json_object_set_new(object, "defaults", fl_summary_messages_json(arm->defaults, arm->n_defaults));
    json_object_set_new(object, "warnings", fl_summary_messages_json(arm->warnings, arm->n_warnings));
    return object;
}

/* --- pairs --- */

static const char *const findings[FL_SUMMARY_VERDICTS] = {
    [FL_SUMMARY_UNFILLED] = "budget not filled",
    [FL_SUMMARY_DIVERGED] = "diverged",
    [FL_SUMMARY_NOTHING] = "no difference shown",
    [FL_SUMMARY_CUT_OFF] = "cut off",
    [FL_SUMMARY_BETTER] = "claimed",
};

/* The better arm's name; null where none has the lower expectation. */
static json_t *better_json(const fl_summary *summary, const fl_summary_pair *pair)
{
    if (!(fabs(pair->difference) > 0)) return json_null();
    return json_string(summary->arms[pair->worse == pair->a ? pair->b : pair->a].arm->name);
}

static json_t *pair_reruns_json(const fl_summary_reruns *reruns)
{
    if (isnan(reruns->difference)) return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "n", json_pack("[i, i]", (int)reruns->n_a, (int)reruns->n_b),
                     "difference", number(reruns->difference), "low", number(reruns->low), "high", number(reruns->high),
                     "p", number(reruns->p));
}

static json_t *pair_json(const fl_summary *summary, const fl_summary_pair *pair)
{
    bool declared = summary->results->study->claims.declared;
    json_t *object =
        json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "a", summary->arms[pair->a].arm->name, "b",
                  summary->arms[pair->b].arm->name, "k", count(pair->k), "permutations", count(pair->permutations),
                  "difference", number(pair->difference), "p", number(pair->p), "p_adjusted", number(pair->p_adjusted));
    json_object_update_new(
        object, json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "better", better_json(summary, pair), "low",
                          number(pair->low), "high", number(pair->high), "coverage", number(pair->coverage), "declared",
                          declared, "paired", pair->paired, "n", json_pack("[i, i]", (int)pair->n_a, (int)pair->n_b),
                          "left_out", count(pair->n_left_out), "detectable_difference", number(pair->detectable)));
    json_object_set_new(object, "method",
                        pair->tested ? json_string(pair->normal ? "normal limit" : "permutation") : json_null());
    json_object_set_new(object, "closed", json_boolean(!summary->arms[pair->worse].n_cut_offs));
    json_object_set_new(object, "reruns", pair_reruns_json(&pair->reruns));
    json_object_set_new(object, "effort", fl_summary_effort_json(&pair->effort));
    json_object_set_new(object, "time_to_target", fl_summary_steps_ratio_json(pair));
    json_object_set_new(object, "finding", json_string(findings[pair->found]));
    json_object_set_new(object, "claimed", json_boolean(pair->claimed));
    json_object_set_new(object, "verdict", json_string(pair->verdict));
    json_object_set_new(object, "remarks", fl_summary_messages_json(pair->remarks, pair->n_remarks));
    if (summary->results->study->has_target)
        json_object_set_new(object, "steps_equal", json_boolean(pair->steps_equal));
    return object;
}

static json_t *claims_json(const fl_summary *summary)
{
    const fl_study_claims *claims = &summary->results->study->claims;
    return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:f, s:s?, s:o}", "declared", claims->declared, "k",
                     count(claims->k), "trials", count(claims->trials), "tests", count(summary->n_tests), "looks",
                     count(summary->n_looks), "level", number(summary->level), "margin", claims->margin, "family",
                     claims->family, "studies_in_family", count(summary->n_family));
}

/* --- inclusions --- */

static json_t *inclusion_json(const fl_summary *summary, const fl_summary_inclusion *i)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s?}", "special",
                     summary->arms[i->special].arm->name, "general", summary->arms[i->general].arm->name, "k",
                     count(i->k), "difference", number(i->difference), "low", number(i->low), "high", number(i->high),
                     "margin", number(i->margin), "p_worse", number(i->p_worse), "p_beyond", number(i->p_beyond),
                     "finding", fl_summary_finding_name(i->finding), "why", i->why);
}

static json_t *inclusions_json(const fl_summary *summary)
{
    json_t *list = json_array();
    for (size_t i = 0; i < summary->n_inclusions; i++)
        json_array_append_new(list, inclusion_json(summary, &summary->inclusions[i]));
    return list;
}

/* --- the whole --- */

static json_t *target_json(const fl_study *study)
{
    if (!study->has_target) return json_null();
    return json_pack("{s:s, s:f, s:O?}", "metric", fl_trial_metric_name(study->target), "value", study->target_value,
                     "resolution", json_object_get(json_object_get(study->resolved, "budget"), "eval_every"));
}

json_t *fl_summary_json(const fl_summary *summary)
{
    const fl_study *study = summary->results->study;
    json_t *arms = json_array(), *pairs = json_array();
    for (size_t i = 0; i < summary->n_arms; i++) json_array_append_new(arms, arm_json(summary, &summary->arms[i]));
    for (size_t i = 0; i < summary->n_pairs; i++) json_array_append_new(pairs, pair_json(summary, &summary->pairs[i]));
    return json_pack("{s:i, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
                     FL_RECORD_SCHEMA, "folder", fl_json_any_text(summary->results->folder), "study", study->name,
                     "select", fl_trial_metric_name(study->select), "select_at", study->select_best ? "best" : "final",
                     "target", target_json(study), "claims", claims_json(summary), "arms", arms, "pairs", pairs,
                     "flips", fl_summary_flips_json(summary), "scaling", fl_summary_scalings_json(summary),
                     "over_workloads", fl_summary_over_json(summary), "inclusions", inclusions_json(summary),
                     "warnings", fl_summary_messages_json(summary->warnings, summary->n_warnings));
}
