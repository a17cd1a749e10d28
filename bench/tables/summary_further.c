/* What a study declares beyond its pairs, in words: tuning effort and the time to the target of each pair, flips, and
 * arms over workloads. */
#include "base/text.h"
#include "say/wrap.h"
#include "tables/table_parts.h"

#include <math.h>
#include <stdio.h>

/* --- a pair --- */

static const char *name(const fl_summary *summary, size_t arm)
{
    return summary->arms[arm].arm->label;
}

/* "-0.30 points", with its sign. */
static void add_signed(fl_text *text, bool rate, double difference)
{
    fl_text_add(text, "%s%s", difference < 0 ? "-" : "+", summary_difference(rate, difference).text);
}

/* "adam minus sgd in the best of 1: +1.20 points [0.30, 2.10]; of 2: ..." */
static void print_effort(const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_summary_effort *effort = &pair->effort;
    bool rate = fl_summary_rates(summary->arms[pair->a].arm);
    fl_text text = { 0 };
    fl_text_add(&text, "%s minus %s in the best of ", name(summary, pair->a), name(summary, pair->b));
    for (size_t i = 0; i < effort->n_equal; i++) {
        const fl_stats_effort *e = &effort->equal[i];
        fl_text_add(&text, "%s%zu: ", i ? "; of " : "", e->k_a);
        add_signed(&text, rate, e->difference);
        fl_text_add(&text, " %s", summary_range(rate, e->low, e->high).text);
    }
    fl_text_add(&text, "; mean over log2 K from 1 to %zu: %s and %s%s", effort->most,
                summary_error(rate, effort->area_a).text, summary_error(rate, effort->area_b).text, rate ? " %" : "");
    page_paragraph(4, "  effort:", text.bytes);
    fl_text_free(&text);
}

/* A figure that does not end within the budget. */
static void add_ratio(fl_text *text, double ratio)
{
    if (isinf(ratio))
        fl_text_add(text, "> budget");
    else
        fl_text_add(text, "%.3g", ratio);
}

static void add_steps(fl_text *text, const char *arm, double steps, double reached)
{
    fl_text_add(text, isinf(steps) ? "%s > budget" : "%s %.0f steps", arm, steps);
    fl_text_add(text, " (reached in %.0f %% of the draws)", 100 * reached);
}

/* "a 300 steps (reached in 98 % of the draws), b 600 (...): ratio 0.5, from 0.42 to 0.55" */
static void print_time(const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_stats_steps_ratio *r = &pair->steps_ratio;
    fl_text text = { 0 };
    fl_text_add(&text, "in the median of the best of %zu, ", pair->k);
    add_steps(&text, name(summary, pair->a), r->a, r->reached_a);
    fl_text_add(&text, ", ");
    add_steps(&text, name(summary, pair->b), r->b, r->reached_b);
    if (!isnan(r->ratio)) {
        fl_text_add(&text, ": ratio ");
        add_ratio(&text, r->ratio);
        fl_text_add(&text, ", 90 %% interval from ");
        add_ratio(&text, r->low);
        fl_text_add(&text, " to ");
        add_ratio(&text, r->high);
    }
    if (r->coarse) fl_text_add(&text, "; evaluations every %.0f steps are too coarse to tell", pair->resolution);
    page_paragraph(4, "  time to target:", text.bytes);
    fl_text_free(&text);
}

void summary_print_further(const fl_summary *summary, const fl_summary_pair *pair)
{
    if (pair->effort.n_equal) print_effort(summary, pair);
    if (pair->has_steps_ratio) print_time(summary, pair);
}

/* --- flips --- */

/* "adam minus the best of sgd and momentum: -0.30 points" */
static void add_side(fl_text *text, const fl_summary *summary, const fl_study_rivals *side, bool rate,
                     const double *difference)
{
    fl_text_add(text, "%s minus ", name(summary, side->arm));
    fl_summary_add_rivals(text, summary, side);
    if (!difference) return;
    fl_text_add(text, ": ");
    add_signed(text, rate, *difference);
}

/* "adam minus sgd: +0.80 points; wide adam minus wide sgd: -1.20 points; p of a flip .., interaction ..: flip: ..." */
static void print_flip(const fl_summary *summary, const fl_summary_flip *flip)
{
    const fl_stats_scope *s = &flip->scope;
    bool rate = fl_summary_rates(summary->arms[flip->arms.narrow.arm].arm);
    fl_text text = { 0 };
    add_side(&text, summary, &flip->arms.narrow, rate, flip->judged ? &s->narrow : NULL);
    if (flip->judged) {
        fl_text_add(&text, "; ");
        add_side(&text, summary, &flip->arms.wide, rate, &s->wide);
        fl_text_add(&text, "; p of a flip %.2g, corrected %.2g; %s, ", s->p_flip, flip->p,
                    s->interacts ? "interaction" : "no interaction shown");
        add_signed(&text, rate, s->interaction);
        fl_text_add(&text, " %s", summary_range(rate, s->low, s->high).text);
    }
    fl_text_add(&text, ": %s", flip->verdict);
    page_paragraph(4, flip->claimed && flip->finding == FL_STATS_SCOPE_FLIP ? "  *" : "  -", text.bytes);
    fl_text_free(&text);
}

void summary_print_flips(const fl_summary *summary, size_t first)
{
    size_t n = 0;
    for (const fl_summary_flip *f = summary->flips; f < summary->flips + summary->n_flips; f++) {
        if (!summary_in_group(summary, first, f->arms.narrow.arm)) continue;
        if (!n++) page_heading("declared flips in the best of %zu, with 90 %% intervals", f->k);
        print_flip(summary, f);
    }
}

/* --- batch sizes --- */

/* "sgd: slope -0.93 [-1.05, -0.80], perfect scaling (-1) lies within" */
void summary_print_scalings(const fl_summary *summary)
{
    if (summary->n_scalings)
        page_heading(
            "log2 steps to the target against log2 batch size, by the median best of %zu, with 90 %% intervals",
            summary->scalings->k);
    for (const fl_summary_scaling *s = summary->scalings; s < summary->scalings + summary->n_scalings; s++) {
        fl_text text = { 0 };
        fl_text_add(&text, "%s: ", name(summary, s->arm));
        if (isnan(s->of.slope))
            fl_text_add(&text, "the target is reached at %zu of %zu batch sizes: no slope", s->of.n_reached,
                        s->n_batches);
        else
            fl_text_add(&text, "slope %.2f [%.2f, %.2f] over %zu of %zu batch sizes; perfect scaling, -1, %s",
                        s->of.slope, s->of.low, s->of.high, s->of.n_reached, s->n_batches,
                        s->of.low <= -1 && s->of.high >= -1 ? "is not excluded" : "is excluded");
        page_paragraph(4, "  -", text.bytes);
        fl_text_free(&text);
    }
}

/* --- over workloads --- */

static const page_column columns[] = {
    { "", "arm", true },          { "mean", "rank", false },
    { "90 %", "interval", true }, { "wins against", "the rest %", false },
    { "fastest %", "", true },    { "within", "twice %", true },
};

/* The mean of its win rates against each other arm. */
static double wins_of(const fl_summary_over *over, size_t arm)
{
    double sum = 0;
    for (size_t i = 0; i < over->n_arms; i++)
        if (i != arm) sum += over->win_rates[arm * over->n_arms + i];
    return 100 * sum / (double)(over->n_arms - 1);
}

static void add_share(page_table *table, const fl_summary_over *over, size_t tau, size_t arm)
{
    if (!over->in_steps) {
        page_table_cell(table, "%s", "");
        return;
    }
    const fl_stats_profile_share *s = &over->in_steps[tau * over->n_arms + arm];
    page_table_cell(table, "%.0f [%.0f, %.0f]", 100 * s->share, 100 * s->low, 100 * s->high);
}

static void print_arms(const fl_summary_over *over)
{
    enum { FASTEST = 0, TWICE = 2 }; /* of the taus */
    page_table *table = page_table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < over->n_arms; i++) {
        page_table_cell(table, "%s", over->arms[i]);
        page_table_cell(table, "%.2f", over->ranks[i]);
        page_table_cell(table, "[%.2f, %.2f]", over->ranks_low[i], over->ranks_high[i]);
        page_table_cell(table, "%.0f", wins_of(over, i));
        add_share(table, over, FASTEST, i);
        add_share(table, over, TWICE, i);
    }
    page_table_end(table);
}

static void print_test(const fl_summary *summary, const fl_summary_over *over)
{
    fl_text text = { 0 };
    if (over->n_workloads < FL_STATS_LEAST_WORKLOADS)
        fl_text_add(&text, "no claim: %zu workloads are fewer than %d", over->n_workloads, FL_STATS_LEAST_WORKLOADS);
    else
        fl_text_add(&text, "%s over %zu workloads: Friedman's test, %s, p = %.2g",
                    over->friedman.p < summary->level ? "the arms differ" : "no difference shown", over->n_workloads,
                    over->friedman.exact ? "exact" : "drawn", over->friedman.p);
    if (over->n_left_out)
        fl_text_add(&text, " (%zu left out: an arm is missing, unfilled or diverged there)", over->n_left_out);
    page_paragraph(4, over->friedman.p < summary->level ? "  *" : "  -", text.bytes);
    fl_text_free(&text);
}

void summary_print_over(const fl_summary *summary)
{
    const fl_summary_over *over = summary->over;
    if (!over) return;
    page_heading("over %zu workloads, by the expected best of %zu%s", over->n_workloads, over->k,
                 over->has_profiles ? "; steps to the target beside the fewest of any arm" : "");
    if (over->n_workloads) print_arms(over);
    print_test(summary, over);
    if (over->in_steps && !over->in_gradients)
        page_paragraph(4, "  -", "a step is one gradient evaluation in every arm: both profiles are the same");
    if (over->in_gradients) page_paragraph(4, "  -", "profiles in gradient evaluations stand in the JSON");
}
