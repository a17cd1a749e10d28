/* Of pairs of arms: what is claimed, what more trials bring, how much sooner a target is reached. */
#include "tables/answers_parts.h"
#include "tables/table_parts.h"

#include <math.h>

#define FOR_PAIRS(pair, summary)                                                                                       \
    for (const fl_summary_pair *pair = (summary)->pairs; pair < (summary)->pairs + (summary)->n_pairs; pair++)

#define COLUMNS(table) table, sizeof table / sizeof *table

static const fl_study_arm *arm_of(const fl_summary *summary, size_t arm)
{
    return summary->arms[arm].arm;
}

/* "adam minus sgd", and where in a product. */
static void add_arms(answer *a, const fl_summary *summary, const fl_summary_pair *pair)
{
    answer_cell(a, "%s minus %s", summary->arms[pair->a].said, summary->arms[pair->b].said);
    answer_where(a, arm_of(summary, pair->a));
}

/* --- differences --- */

/* What a verdict of "better" would let one misread. */
static void say_remarks(answer *a, const fl_summary *summary, const fl_summary_pair *pair)
{
    for (size_t i = 0; i < pair->n_remarks; i++) {
        fl_text text = { 0 };
        fl_text_add(&text, "%s minus %s: %s", summary->arms[pair->a].said, summary->arms[pair->b].said,
                    pair->remarks[i]);
        answer_say(a, false, &text);
    }
}

answer answer_of_pairs(const fl_summary *summary)
{
    static const page_column columns[] = {
        { "", "arms", true },         { "", "where", true }, { "difference,", "best of K", false },
        { "90 %", "interval", true }, { "", "p", false },    { "", "corrected", false },
        { "", "finding", true }
    };
    bool declared = summary->results->study->claims.declared;
    answer a = answer_new(COLUMNS(columns), "%s differences in the best of %zu", declared ? "Declared" : "Undeclared",
                          summary->n_pairs ? summary->pairs->k : 0);
    FOR_PAIRS(pair, summary)
    {
        bool rate = fl_summary_rates(arm_of(summary, pair->a));
        add_arms(&a, summary, pair);
        answer_signed(&a, rate, pair->difference);
        answer_range(&a, rate, pair->low, pair->high);
        answer_p(&a, pair->p);
        answer_p(&a, pair->p_adjusted);
        answer_cell(&a, "%s", pair->verdict);
        if (pair->shown) say_remarks(&a, summary, pair);
    }
    return a;
}

/* --- effort --- */

static void add_effort(answer *a, const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_summary_effort *effort = &pair->effort;
    bool rate = fl_summary_rates(arm_of(summary, pair->a));
    for (const fl_stats_effort *e = effort->equal; e < effort->equal + effort->n_equal; e++) {
        add_arms(a, summary, pair);
        answer_cell(a, "%zu", e->k_a);
        answer_signed(a, rate, e->difference);
        answer_range(a, rate, e->low, e->high);
    }
    if (effort->n_equal < 2) return;
    add_arms(a, summary, pair);
    answer_cell(a, "1 to %zu", effort->most);
    answer_signed(a, rate, effort->area_a - effort->area_b);
    answer_cell(a, "%s", "");
}

answer answer_of_effort(const fl_summary *summary)
{
    static const page_column columns[] = { { "", "arms", true },
                                           { "", "where", true },
                                           { "trials", "to choose from", false },
                                           { "", "difference", false },
                                           { "90 %", "interval", true } };
    answer a = answer_new(COLUMNS(columns), "What more tuning brings: the expected best of K trials");
    FOR_PAIRS(pair, summary) add_effort(&a, summary, pair);
    if (!a.n_cells) return a;
    fl_text text = { 0 };
    fl_text_add(&text, "a range of trials is the mean over log2 K, the area between two curves of the budget");
    answer_say(&a, false, &text);
    return a;
}

/* --- the time to the target --- */

/* Steps within the budget, and in how many draws the target was reached. */
static void add_steps(answer *a, double steps, double reached)
{
    answer_cell(a, isinf(steps) ? "> budget" : "%.0f", steps);
    answer_cell(a, "%.0f %%", 100 * reached);
}

static void add_ratio(answer *a, const fl_stats_steps_ratio *r)
{
    if (isnan(r->ratio)) {
        answer_cell(a, "%s", "");
        answer_cell(a, "%s", "");
        return;
    }
    answer_cell(a, isinf(r->ratio) ? "> budget" : "%.3g", r->ratio);
    if (isinf(r->low))
        answer_cell(a, "> budget");
    else
        answer_cell(a, isinf(r->high) ? "[%.3g, > budget]" : "[%.3g, %.3g]", r->low, r->high);
}

answer answer_of_time(const fl_summary *summary)
{
    static const page_column columns[] = { { "", "arms", true },          { "", "where", true },
                                           { "first,", "steps", false },  { "", "reached", false },
                                           { "second,", "steps", false }, { "", "reached", false },
                                           { "", "ratio", false },        { "90 %", "interval", true },
                                           { "", "finding", true } };
    answer a = answer_new(COLUMNS(columns),
                          "Time to the target: the median of the best of %zu, and in how many draws "
                          "it is reached",
                          summary->n_pairs ? summary->pairs->k : 0);
    FOR_PAIRS(pair, summary)
    {
        const fl_stats_steps_ratio *r = &pair->steps_ratio;
        if (!pair->has_steps_ratio) continue;
        answer_cell(&a, "%s to %s", summary->arms[pair->a].said, summary->arms[pair->b].said);
        answer_where(&a, arm_of(summary, pair->a));
        add_steps(&a, r->a, r->reached_a);
        add_steps(&a, r->b, r->reached_b);
        add_ratio(&a, r);
        answer_cell(&a, "%s",
                    isnan(r->ratio) ? "reached by neither"
                    : r->coarse     ? "evaluations too coarse to tell"
                                    : "");
    }
    return a;
}
