/* What differs within a group of arms, in words. */
#include "base/text.h"
#include "say/wrap.h"
#include "tables/table_parts.h"

#include <math.h>
#include <stdio.h>

/* --- figures --- */

summary_figure summary_error(bool rate, double error)
{
    summary_figure f = { "-" };
    if (isinf(error)) return (summary_figure){ "diverged" };
    if (!isnan(error)) snprintf(f.text, sizeof f.text, rate ? "%.2f" : "%.4g", rate ? 100 * error : error);
    return f;
}

summary_figure summary_range(bool rate, double low, double high)
{
    summary_figure f = { "" };
    bool none = isnan(low) || isinf(low);
    if (!none)
        snprintf(f.text, sizeof f.text, "[%.20s, %.20s]", summary_error(rate, low).text,
                 summary_error(rate, high).text);
    return f;
}

summary_figure summary_difference(bool rate, double difference)
{
    summary_figure f;
    snprintf(f.text, sizeof f.text, rate ? "%.2f points" : "%.4g", rate ? 100 * fabs(difference) : fabs(difference));
    return f;
}

bool summary_in_group(const fl_summary *summary, size_t first, size_t i)
{
    return fl_summary_comparable(summary->arms[first].arm, summary->arms[i].arm);
}

/* --- pairs --- */

/* A pair about which something is claimed, or that could not be tested: a line of its own. */
static void print_pair(const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    const char *first = a->arm->label, *second = b->arm->label;
    summary_figure apart = summary_difference(fl_summary_rates(a->arm), pair->difference);
    fl_text text = { 0 };
    if (pair->tested)
        fl_text_add(&text, "%s is better than %s by %s (p = %.2g)", pair->difference < 0 ? first : second,
                    pair->difference < 0 ? second : first, apart.text, pair->p_adjusted);
    else
        fl_text_add(&text, "%s and %s: %s", first, second, pair->verdict);
    page_paragraph(2, "", text.bytes);
    fl_text_free(&text);
}

static bool shows_nothing(const fl_summary_pair *pair)
{
    return pair->tested && !pair->claimed;
}

/* "; sgd and adam (0.25 points, p = 1)" */
static void add_no_difference(fl_text *text, const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    summary_figure apart = summary_difference(fl_summary_rates(a->arm), pair->difference);
    fl_text_add(text, "%s%s and %s (%s, p = %.2g)", text->length ? "; " : "no difference shown: ", a->arm->label,
                b->arm->label, apart.text, pair->p_adjusted);
}

static void add_equal_steps(fl_text *text, const fl_summary *summary, const fl_summary_pair *pair)
{
    if (!text->length)
        fl_text_add(text,
                    "equal in steps to target, within the resolution of %zu: ", summary->results->study->eval_every);
    else
        fl_text_add(text, "; ");
    fl_text_add(text, "%s and %s", summary->arms[pair->a].arm->label, summary->arms[pair->b].arm->label);
}

/* What is claimed first, a line each; then in one paragraph each the pairs that show no difference and those equal in
 * speed. */
void summary_print_pairs(const fl_summary *summary, size_t first)
{
    fl_text nothing = { 0 }, equal = { 0 };
    bool any = false;
    for (size_t i = 0; i < summary->n_pairs; i++) {
        const fl_summary_pair *pair = &summary->pairs[i];
        if (!summary_in_group(summary, first, pair->a)) continue;
        if (!any) page_heading("differences in the best of N/5 (permutation test, p after Holm's correction)");
        any = true;
        if (shows_nothing(pair))
            add_no_difference(&nothing, summary, pair);
        else
            print_pair(summary, pair);
        bool reached =
            isfinite(summary->arms[pair->a].steps.center); /* two arms that never got there are not called equal */
        if (reached && pair->steps_equal) add_equal_steps(&equal, summary, pair);
    }
    if (nothing.length) page_paragraph(2, "", nothing.bytes);
    if (equal.length) page_paragraph(2, "", equal.bytes);
    fl_text_free(&nothing);
    fl_text_free(&equal);
}
