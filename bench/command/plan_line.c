/* Sentences of a plan. */
#include "command/plan_line.h"
#include "summary/summary.h"

#include <math.h>

void plan_line_duration(double seconds, fl_text *text)
{
    unsigned long whole = (unsigned long)(seconds + 0.5);
    if (whole < 60)
        fl_text_add(text, "%lu s", whole);
    else if (whole < 3600)
        fl_text_add(text, "%lu min %02lu s", whole / 60, whole % 60);
    else
        fl_text_add(text, "%lu h %02lu min", whole / 3600, whole / 60 % 60);
}

static void add_bytes(double bytes, fl_text *text)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    size_t unit = 0;
    for (; bytes >= 1000 && unit < 4; unit++) bytes /= 1000;
    fl_text_add(text, "%.3g %s", bytes, units[unit]);
}

static size_t n_runs(const fl_plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n_arms; i++) n += plan->arms[i].runs;
    return n;
}

void plan_line_cost(const fl_plan *plan, size_t workers, fl_text *text)
{
    fl_text_add(text, "%zu runs%s, %.3g core-hours, %.0f %% of them for evaluation; ", n_runs(plan),
                plan->study->feasible ? " and one for every infeasible trial" : "", plan->seconds / 3600,
                plan->seconds > 0 ? 100 * plan->evaluate / plan->seconds : 0);
    plan_line_duration(plan->seconds / (double)workers, text);
    fl_text_add(text, " on %zu core%s, ", workers, workers == 1 ? "" : "s");
    add_bytes(plan->bytes, text);
    if (plan->study->curvature_every)
        fl_text_add(text, ", without the curvature, which is measured every %zu steps", plan->study->curvature_every);
}

static bool rates(const fl_plan *plan)
{
    for (size_t i = 0; i < plan->n_arms; i++)
        if (!fl_summary_rates(plan->arms[i].arm)) return false;
    return true;
}

void plan_line_difference(const fl_plan *plan, double difference, fl_text *text)
{
    if (isnan(difference))
        fl_text_add(text, "-");
    else if (rates(plan))
        fl_text_add(text, "%.2g points", 100 * difference);
    else
        fl_text_add(text, "%.2g", difference);
}

void plan_line_detectable(const fl_plan *plan, fl_text *text)
{
    const fl_study_claims *claims = &plan->study->claims;
    if (!plan->n_pairs) {
        fl_text_add(text, "nothing is compared");
    } else if (plan->n_pairs > FL_SUMMARY_MOST_DETECTABLE) {
        fl_text_add(text, "detectable difference: not worked out for %zu comparisons; declare the claims that matter",
                    plan->n_pairs);
    } else if (isnan(plan->detectable)) {
        fl_text_add(text, "detectable difference: cannot be said yet; it needs a pilot of %zu trials an arm",
                    fl_stats_pilot(claims->k));
    } else {
        fl_text_add(text, "detectable difference: ");
        plan_line_difference(plan, plan->detectable, text);
        fl_text_add(text, " in the best of %zu of %zu trials, in 80 %% of such studies, with %zu comparison%s%s",
                    claims->k, claims->trials, plan->n_pairs, plan->n_pairs == 1 ? "" : "s",
                    claims->declared ? "" : ", undeclared");
        if (claims->family) fl_text_add(text, ", corrected without the other studies of %s", claims->family);
    }
}
