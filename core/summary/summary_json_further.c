/* What a study declares beyond its pairs, as JSON. What is infinite or not a number here is null there. */
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

json_t *fl_summary_messages_json(char *const *list, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(array, json_string(list[i]));
    return array;
}

/* --- pairs --- */

static void add_efforts(json_t *list, const fl_stats_effort *efforts, size_t n)
{
    for (const fl_stats_effort *e = efforts; e < efforts + n; e++)
        json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o}", "k_a", count(e->k_a), "k_b", count(e->k_b),
                                              "difference", number(e->difference), "low", number(e->low), "high",
                                              number(e->high)));
}

json_t *fl_summary_effort_json(const fl_summary_effort *effort)
{
    json_t *differences = json_array();
    if (!effort->equal) return json_decref(differences), json_null();
    add_efforts(differences, effort->equal, effort->n_equal);
    add_efforts(differences, effort->unlike, effort->n_unlike);
    return json_pack("{s:o, s:o, s:o, s:o}", "most", count(effort->most), "mean_a", number(effort->area_a), "mean_b",
                     number(effort->area_b), "differences", differences);
}

json_t *fl_summary_steps_ratio_json(const fl_summary_pair *pair)
{
    const fl_stats_steps_ratio *r = &pair->steps_ratio;
    if (!pair->has_steps_ratio) return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "a", number(r->a), "b", number(r->b), "ratio",
                     number(r->ratio), "low", number(r->low), "high", number(r->high), "reached_a",
                     number(r->reached_a), "reached_b", number(r->reached_b), "resolution", number(pair->resolution),
                     "coarse", r->coarse);
}

/* --- flips --- */

static json_t *name_json(const fl_summary *summary, size_t arm)
{
    return json_string(summary->arms[arm].arm->name);
}

/* As a study names them: an arm, and its rival or the list of its rivals. */
static json_t *names_json(const fl_summary *summary, const fl_study_rivals *side)
{
    json_t *rivals = json_array();
    for (size_t i = 0; i < side->n; i++) json_array_append_new(rivals, name_json(summary, side->rivals[i]));
    if (side->n == 1) {
        json_decref(rivals);
        rivals = name_json(summary, side->rivals[0]);
    }
    return json_pack("[o, o]", name_json(summary, side->arm), rivals);
}

static json_t *scope_json(const fl_summary_flip *flip)
{
    const fl_stats_scope *s = &flip->scope;
    if (!flip->judged) return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "difference_narrow", number(s->narrow), "difference_wide",
                     number(s->wide), "interaction", number(s->interaction), "low", number(s->low), "high",
                     number(s->high), "interacts", s->interacts);
}

json_t *fl_summary_flips_json(const fl_summary *summary)
{
    json_t *list = json_array();
    for (const fl_summary_flip *f = summary->flips; f < summary->flips + summary->n_flips; f++)
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:s, s:o}", "narrow",
                            names_json(summary, &f->arms.narrow), "wide", names_json(summary, &f->arms.wide), "k",
                            count(f->k), "scope", scope_json(f), "p_adjusted", number(f->p), "p_none_adjusted",
                            number(f->p_none), "finding", f->judged ? fl_summary_scope_name(f->finding) : "no claim",
                            "claimed", f->claimed, "verdict", f->verdict, "remarks",
                            fl_summary_messages_json(f->remarks, f->n_remarks)));
    return list;
}

/* --- batch sizes --- */

json_t *fl_summary_scalings_json(const fl_summary *summary)
{
    json_t *list = json_array();
    for (const fl_summary_scaling *s = summary->scalings; s < summary->scalings + summary->n_scalings; s++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "arm",
                                              summary->arms[s->arm].arm->label, "workload",
                                              summary->arms[s->arm].arm->base.owners.workload->entry.name, "parallel",
                                              summary->arms[s->arm].arm->parallel, "batch_sizes", count(s->n_batches),
                                              "reached", count(s->of.n_reached), "surely_reached", count(s->of.n_sure),
                                              "k", count(s->k), "slope", number(s->of.slope), "low", number(s->of.low),
                                              "high", number(s->of.high)));
    return list;
}

/* --- over workloads --- */

static json_t *profile_json(const fl_summary_over *over, const fl_stats_profile_share *shares, size_t arm)
{
    json_t *list = json_array();
    for (size_t t = 0; shares && t < FL_SUMMARY_TAUS; t++) {
        const fl_stats_profile_share *s = &shares[t * over->n_arms + arm];
        json_array_append_new(list, json_pack("{s:f, s:f, s:f, s:f}", "tau", over->taus[t], "share", s->share, "low",
                                              s->low, "high", s->high));
    }
    return shares ? list : (json_decref(list), json_null());
}

static json_t *arm_json(const fl_summary_over *over, size_t arm)
{
    json_t *wins = json_array();
    for (size_t i = 0; i < over->n_arms; i++)
        json_array_append_new(wins, number(over->win_rates[arm * over->n_arms + i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "arm", over->arms[arm], "mean_rank",
                     number(over->ranks[arm]), "low", number(over->ranks_low[arm]), "high",
                     number(over->ranks_high[arm]), "win_rates", wins, "profile_steps",
                     profile_json(over, over->in_steps, arm), "profile_gradient_evaluations",
                     profile_json(over, over->in_gradients ? over->in_gradients : over->in_steps, arm),
                     "profile_seconds", profile_json(over, over->in_seconds, arm));
}

json_t *fl_summary_over_json(const fl_summary *summary)
{
    const fl_summary_over *over = summary->over;
    if (!over) return json_null();
    json_t *arms = json_array();
    for (size_t i = 0; i < over->n_arms && over->n_workloads; i++) json_array_append_new(arms, arm_json(over, i));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "workloads", count(over->n_workloads), "left_out",
                     count(over->n_left_out), "k", count(over->k), "statistic", number(over->friedman.statistic), "p",
                     number(over->friedman.p), "exact", over->friedman.exact, "claimed",
                     over->friedman.p < summary->level, "arms", arms);
}
