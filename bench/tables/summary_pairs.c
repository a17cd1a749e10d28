/* What differs within a group of arms, in words: what is claimed first, then what is not, a line each while they are
 * few. */
#include "base/text.h"
#include "say/wrap.h"
#include "tables/table_parts.h"

#include <math.h>
#include <stdio.h>

/* --- one pair --- */

/* The interval of worse minus better: of the difference with its sign turned to match. */
static fl_summary_figure worse_by_range(bool rate, const fl_summary_pair *pair)
{
    bool turned = pair->worse != pair->a;
    return fl_summary_range(rate, turned ? 0 - pair->high : pair->low, turned ? 0 - pair->low : pair->high);
}

/* "rmsprop worse than adam by 18.84 points [9.10, 25.00] 84 %; p = 0.0012, corrected 0.018" */
static void add_difference(fl_text *text, const fl_summary *summary, const fl_summary_pair *pair)
{
    size_t better = pair->worse == pair->a ? pair->b : pair->a;
    bool rate = fl_summary_rates(summary->arms[pair->a].arm);
    fl_summary_figure range = worse_by_range(rate, pair), covers = fl_summary_coverage(pair->coverage);
    if (pair->difference == 0)
        fl_text_add(text, "%s and %s do not differ at all; p = %.2g", summary->arms[pair->a].said,
                    summary->arms[pair->b].said, pair->p);
    else
        fl_text_add(text, "%s worse than %s by %s%s%s%s%s; p = %.2g, corrected %.2g%s", summary->arms[pair->worse].said,
                    summary->arms[better].said, fl_summary_difference(rate, pair->difference).text,
                    *range.text ? " " : "", range.text, *covers.text ? " " : "", covers.text, pair->p, pair->p_adjusted,
                    pair->paired ? "; paired" : "");
}

static void print_pair(const fl_summary *summary, const fl_summary_pair *pair)
{
    fl_text text = { 0 };
    if (pair->tested) add_difference(&text, summary, pair);
    if (pair->found == FL_SUMMARY_NOTHING) fl_text_add(&text, ": no difference shown");
    if (pair->found == FL_SUMMARY_CUT_OFF) fl_text_add(&text, "; not claimed: %s", pair->verdict);
    page_paragraph(4, pair->claimed ? "  *" : "  -", text.bytes);
    fl_text_free(&text);
}

/* What stands beside the verdict. */
static void print_remarks(const fl_summary_pair *pair)
{
    for (size_t i = 0; i < pair->n_remarks; i++) page_paragraph(4, "", pair->remarks[i]);
}

/* --- many --- */

#define FOR_PAIRS(pair, summary, first)                                                                                \
    for (const fl_summary_pair *pair = (summary)->pairs; pair < (summary)->pairs + (summary)->n_pairs; pair++)         \
        if (summary_in_group(summary, first, pair->a))

static size_t count_of(const fl_summary *summary, size_t first, fl_summary_verdict found)
{
    size_t n = 0;
    FOR_PAIRS(pair, summary, first) n += pair->found == found;
    return n;
}

static void print_each(const fl_summary *summary, size_t first, fl_summary_verdict found)
{
    FOR_PAIRS(pair, summary, first)
    {
        if (pair->found != found) continue;
        print_pair(summary, pair);
        print_remarks(pair);
    }
}

/* Undeclared pairs can be many; each stands in the JSON. */
static void print_nothing(const fl_summary *summary, size_t first)
{
    fl_text text = { 0 };
    size_t n = count_of(summary, first, FL_SUMMARY_NOTHING);
    if (summary->results->study->claims.declared || n <= SUMMARY_NAMED) {
        print_each(summary, first, FL_SUMMARY_NOTHING);
        return;
    }
    fl_text_add(&text, "no difference shown in %s%zu pairs",
                count_of(summary, first, FL_SUMMARY_BETTER) + count_of(summary, first, FL_SUMMARY_CUT_OFF)
                    ? "the other "
                    : "any of the ",
                n);
    page_paragraph(4, "  -", text.bytes);
    fl_text_free(&text);
}

/* What the study could have shown of the pairs of which nothing is shown. */
static void print_detectable(const fl_summary *summary, size_t first)
{
    fl_text text = { 0 };
    size_t n = count_of(summary, first, FL_SUMMARY_NOTHING);
    bool rate = fl_summary_rates(summary->arms[first].arm);
    double least = HUGE_VAL, most = -HUGE_VAL;
    size_t pilot = fl_stats_pilot(summary->results->study->claims.k);
    FOR_PAIRS(pair, summary, first)
    {
        if (pair->found != FL_SUMMARY_NOTHING) continue;
        least = fmin(least, pair->detectable); /* NaN is passed over */
        most = fmax(most, pair->detectable);
    }
    fl_text_add(&text, "detectable difference: ");
    if (isinf(least))
        fl_text_add(&text, "cannot be said of %zu test%s (too few, or all alike)", n, n == 1 ? "" : "s");
    else
        fl_text_add(&text, "%s", fl_summary_difference(rate, least).text);
    if (most > least) fl_text_add(&text, " to %s", fl_summary_difference(rate, most).text);
    fl_text_add(&text, "%s by the first %zu trials of each arm",
                isinf(least) ? "" : " would be found in 80 % of such studies, roughly,", pilot);
    page_paragraph(4, "  -", text.bytes);
    fl_text_free(&text);
}

/* Arms, not pairs: each is in every pair of its group. */
static void print_arms(const fl_summary *summary, size_t first, const char *what, bool (*is)(const fl_summary_arm *))
{
    fl_text text = { 0 };
    for (size_t i = first; i < summary->n_arms; i++)
        if (summary_in_group(summary, first, i) && is(&summary->arms[i]))
            fl_text_add(&text, "%s%s", text.length ? ", " : what, summary->arms[i].said);
    if (text.length) page_paragraph(4, "  -", text.bytes);
    fl_text_free(&text);
}

static bool is_unfilled(const fl_summary_arm *arm)
{
    return !arm->results->filled && !fl_summary_diverged(arm);
}

static void print_equal_steps(const fl_summary *summary, size_t first)
{
    fl_text text = { 0 };
    size_t n = 0;
    FOR_PAIRS(pair, summary, first)
    {
        const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
        if (!pair->steps_equal || !isfinite(a->steps.center)) continue; /* two that never got there are not equal */
        if (n++ < SUMMARY_NAMED) fl_text_add(&text, "%s%s and %s", n > 1 ? "; " : "", a->said, b->said);
    }
    summary_add_more(&text, n);
    fl_text line = { 0 };
    char evaluated[80];
    fl_study_evaluations_text(summary->results->study, evaluated);
    if (n) fl_text_add(&line, "steps to target: evaluations %s cannot tell apart %s", evaluated, text.bytes);
    if (n) page_paragraph(4, "  -", line.bytes);
    fl_text_free(&line);
    fl_text_free(&text);
}

/* --- the whole --- */

static void print_heading(const fl_summary *summary, const fl_summary_pair *pair)
{
    fl_text text = { 0 };
    const fl_study_claims *claims = &summary->results->study->claims;
    fl_text_add(&text, "%s differences in the best of %zu, with 90 %% intervals; %zu test%s",
                claims->declared ? "declared" : "undeclared", claims->declared ? claims->k : pair->k, summary->n_tests,
                summary->n_tests == 1 ? "" : "s");
    if (summary->n_family)
        fl_text_add(&text, ", corrected over %zu studies of %s", summary->n_family, claims->family);
    else if (claims->family)
        fl_text_add(&text, ", corrected without the other studies of %s", claims->family);
    if (summary->n_looks > 1)
        fl_text_add(&text, "; looked at %zu times, so tested at %.2g", summary->n_looks, summary->level);
    page_heading("%s", text.bytes);
    fl_text_free(&text);
}

void summary_print_pairs(const fl_summary *summary, size_t first)
{
    const fl_summary_pair *any = NULL;
    FOR_PAIRS(pair, summary, first) any = any ? any : pair;
    if (!any) return;
    print_heading(summary, any);
    print_each(summary, first, FL_SUMMARY_BETTER);
    print_each(summary, first, FL_SUMMARY_CUT_OFF);
    if (count_of(summary, first, FL_SUMMARY_NOTHING)) {
        print_nothing(summary, first);
        print_detectable(summary, first);
    }
    print_arms(summary, first, "diverged in every trial, so without a difference: ", fl_summary_diverged);
    print_arms(summary, first, "no claim, the budget is not filled: ", is_unfilled);
    print_equal_steps(summary, first);
}
