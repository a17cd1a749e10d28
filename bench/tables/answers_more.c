/* Beyond pairs: flips, batch sizes, arms over workloads. */
#include "tables/answers_parts.h"
#include "tables/table_parts.h"

#include <math.h>
#include <string.h>

#define COLUMNS(table) table, sizeof table / sizeof *table

/* --- flips --- */

/* "narrow", "adam minus the best of sgd and momentum", the difference. */
static void add_side(answer *a, const fl_summary *summary, const char *space, const fl_study_rivals *side,
                     double difference)
{
    const fl_study_arm *arm = summary->arms[side->arm].arm;
    fl_text rivals = { 0 };
    fl_summary_add_rivals(&rivals, summary, side);
    answer_cell(a, "%s", space);
    answer_cell(a, "%s minus %s", summary->arms[side->arm].said, rivals.bytes);
    answer_where(a, arm);
    answer_signed(a, fl_summary_rates(arm), difference);
    for (size_t i = 0; i < 3; i++) answer_cell(a, "%s", "");
    fl_text_free(&rivals);
}

static void add_interaction(answer *a, const fl_summary *summary, const fl_summary_flip *flip)
{
    const fl_stats_scope *s = &flip->scope;
    const fl_study_arm *arm = summary->arms[flip->arms.narrow.arm].arm;
    answer_cell(a, "narrow minus wide");
    answer_cell(a, "%s", "");
    answer_where(a, arm);
    answer_signed(a, fl_summary_rates(arm), s->interaction);
    answer_range(a, fl_summary_rates(arm), s->low, s->high);
    answer_p(a, flip->p);
    answer_p(a, flip->p_none);
}

static void say_finding(answer *a, const fl_summary *summary, const fl_summary_flip *flip)
{
    const fl_study_arm *arm = summary->arms[flip->arms.narrow.arm].arm;
    fl_text text = { 0 };
    if (arm->name[strlen(arm->label)]) fl_text_add(&text, "%s: ", arm->name + strlen(arm->label) + 1);
    fl_text_add(&text, "%s%s", flip->verdict,
                !flip->judged           ? ""
                : flip->scope.interacts ? "; interaction"
                                        : "; no interaction shown");
    answer_say(a, flip->claimed, &text);
    for (size_t i = 0; i < flip->n_remarks; i++) {
        fl_text_add(&text, "%s", flip->remarks[i]);
        answer_say(a, false, &text);
    }
}

answer answer_of_flips(const fl_summary *summary)
{
    static const page_column columns[] = { { "", "space", true },
                                           { "", "arms", true },
                                           { "", "where", true },
                                           { "", "difference", false },
                                           { "90 %", "interval", true },
                                           { "p of a flip,", "corrected", false },
                                           { "p of none,", "corrected", false } };
    answer a =
        answer_new(COLUMNS(columns), "Declared flips in the best of %zu: whether tuning more turns an order round",
                   summary->n_flips ? summary->flips->k : 0);
    for (const fl_summary_flip *flip = summary->flips; flip < summary->flips + summary->n_flips; flip++) {
        say_finding(&a, summary, flip);
        if (!flip->judged) continue;
        add_side(&a, summary, "narrow", &flip->arms.narrow, flip->scope.narrow);
        add_side(&a, summary, "wide", &flip->arms.wide, flip->scope.wide);
        add_interaction(&a, summary, flip);
    }
    return a;
}

/* --- batch sizes --- */

/* Where it stands in a product, but for the batch size. */
static void add_where(answer *a, const fl_study_arm *arm)
{
    static const char batch[] = " batch_size=";
    const char *rest = arm->name + strlen(arm->label), *from = strstr(rest, batch);
    const char *to = from ? from + strlen(batch) + strcspn(from + strlen(batch), " ") : rest;
    fl_text text = { 0 };
    fl_text_add(&text, "%.*s%s", (int)(from ? from - rest : 0), rest, to);
    answer_cell(a, "%s", text.bytes + (*text.bytes == ' '));
    fl_text_free(&text);
}

answer answer_of_scalings(const fl_summary *summary)
{
    static const page_column columns[] = { { "", "arm", true },
                                           { "", "where", true },
                                           { "batch sizes", "reached", false },
                                           { "surely, so", "in the slope", false },
                                           { "", "slope", false },
                                           { "90 %", "interval", true },
                                           { "perfect scaling,", "slope -1", true } };
    answer a = answer_new(COLUMNS(columns),
                          "Steps to the target against the batch size, both in log2, by the median "
                          "best of %zu",
                          summary->n_scalings ? summary->scalings->k : 0);
    for (const fl_summary_scaling *s = summary->scalings; s < summary->scalings + summary->n_scalings; s++) {
        bool none = isnan(s->of.slope), open = isnan(s->of.low), perfect = s->of.low <= -1 && s->of.high >= -1;
        answer_cell(&a, "%s", summary->arms[s->arm].arm->label);
        add_where(&a, summary->arms[s->arm].arm);
        answer_cell(&a, "%zu of %zu", s->of.n_reached, s->n_batches);
        answer_cell(&a, "%zu", s->of.n_sure);
        answer_cell(&a, none ? "" : "%.2f", s->of.slope);
        answer_cell(&a, open ? "" : "[%.2f, %.2f]", s->of.low, s->of.high);
        answer_cell(&a, "%s", open ? "too few reach" : perfect ? "not excluded" : "excluded");
    }
    return a;
}

/* --- over workloads --- */

/* The mean of its win rates against each other arm, in per cent. */
static double wins_of(const fl_summary_over *over, size_t arm)
{
    double sum = 0;
    for (size_t i = 0; i < over->n_arms; i++)
        if (i != arm) sum += over->win_rates[arm * over->n_arms + i];
    return 100 * sum / (double)(over->n_arms - 1);
}

static void add_share(answer *a, const fl_summary_over *over, const fl_stats_profile_share *profile, size_t tau,
                      size_t arm)
{
    fl_stats_profile_share s = profile ? profile[tau * over->n_arms + arm] : (fl_stats_profile_share){ 0 };
    answer_cell(a, profile ? "%.0f [%.0f, %.0f]" : "", 100 * s.share, 100 * s.low, 100 * s.high);
}

static void add_arms(answer *a, const fl_summary_over *over)
{
    enum { FASTEST = 0, TWICE = 2 }; /* of the taus */
    for (size_t i = 0; i < over->n_arms; i++) {
        answer_cell(a, "%s", over->arms[i]);
        answer_cell(a, "%.2f", over->ranks[i]);
        answer_cell(a, "[%.2f, %.2f]", over->ranks_low[i], over->ranks_high[i]);
        answer_cell(a, "%.0f", wins_of(over, i));
        add_share(a, over, over->in_steps, FASTEST, i);
        add_share(a, over, over->in_steps, TWICE, i);
        add_share(a, over, over->in_gradients, FASTEST, i);
        add_share(a, over, over->in_gradients, TWICE, i);
        if (over->in_seconds) add_share(a, over, over->in_seconds, FASTEST, i);
        if (over->in_seconds) add_share(a, over, over->in_seconds, TWICE, i);
    }
}

static void say_test(answer *a, const fl_summary *summary, const fl_summary_over *over)
{
    fl_text text = { 0 };
    bool claimed = over->friedman.p < summary->level;
    if (over->n_workloads < FL_STATS_LEAST_WORKLOADS)
        fl_text_add(&text, "no claim: %zu workload%s, fewer than %d", over->n_workloads,
                    over->n_workloads == 1 ? "" : "s", FL_STATS_LEAST_WORKLOADS);
    else
        fl_text_add(&text, "%s over %zu workloads: Friedman's test, %s, p = %.2g",
                    claimed ? "the arms differ" : "no difference shown", over->n_workloads,
                    over->friedman.exact ? "exact" : "drawn", over->friedman.p);
    if (over->n_left_out)
        fl_text_add(&text, " (%zu left out: an arm is missing, unfilled or diverged there)", over->n_left_out);
    if (over->in_steps && !over->in_gradients)
        fl_text_add(&text, "; a step is one gradient evaluation in every arm, so both profiles are the same");
    answer_say(a, claimed, &text);
}

answer answer_of_workloads(const fl_summary *summary)
{
    static const page_column columns[] = {
        { "", "arm", true },
        { "mean", "rank", false },
        { "90 %", "interval", true },
        { "wins against", "the rest %", false },
        { "fewest", "steps %", true },
        { "within", "twice %", true },
        { "fewest", "gradients %", true },
        { "within", "twice %", true },
        { "fewest", "seconds %", true },
        { "within", "twice %", true },
    };
    enum { N_COLUMNS = sizeof columns / sizeof *columns, OF_SECONDS = 2 };
    const fl_summary_over *over = summary->over;
    answer a = answer_new(columns, over && over->in_seconds ? N_COLUMNS : N_COLUMNS - OF_SECONDS,
                          "Over %zu workload%s, by the expected best of %zu%s", over ? over->n_workloads : 0,
                          over && over->n_workloads == 1 ? "" : "s", over ? over->k : 0,
                          over && over->has_profiles ? "; steps to the target beside the fewest of any arm" : "");
    if (!over) return a;
    if (over->n_workloads) add_arms(&a, over);
    say_test(&a, summary, over);
    return a;
}
