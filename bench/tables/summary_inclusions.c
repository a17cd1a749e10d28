/* Rules and their special cases within a group of arms, a line for each claim that was judged. */
#include "base/text.h"
#include "say/wrap.h"
#include "tables/table_parts.h"

/* "adam is not worse than momentum: contradicted, +0.90 points [0.30, 1.50]: its space is too narrow to ..." */
static void print_judged(const fl_summary *summary, const fl_summary_inclusion *i)
{
    const fl_study_arm *general = summary->arms[i->general].arm, *special = summary->arms[i->special].arm;
    bool rate = fl_summary_score_rates(summary->results->study, general);
    fl_text text = { 0 };
    fl_text_add(&text, "%s is not worse than %s: %s, %s%s %s", general->label, special->label,
                fl_summary_finding_name(i->finding), i->difference < 0 ? "-" : "+",
                summary_difference(rate, i->difference).text, summary_range(rate, i->low, i->high).text);
    if (i->why) fl_text_add(&text, ": %s", i->why);
    page_paragraph(4, "  -", text.bytes);
    fl_text_free(&text);
}

/* "no claim: momentum and sgd (budget not filled); ..." */
static void add_unjudged(fl_text *text, const fl_summary *summary, const fl_summary_inclusion *i)
{
    fl_text_add(text, "%s%s and %s (%s)", text->length ? "; " : "no claim: ", summary->arms[i->general].arm->label,
                summary->arms[i->special].arm->label, i->why);
}

static size_t count_here(const fl_summary *summary, size_t first)
{
    size_t n = 0;
    for (size_t i = 0; i < summary->n_inclusions; i++)
        n += summary_in_group(summary, first, summary->inclusions[i].special);
    return n;
}

void summary_print_inclusions(const fl_summary *summary, size_t first)
{
    fl_text unjudged = { 0 };
    if (!count_here(summary, first)) return;
    page_heading("a rule and its special cases, in the best of N/5 by %s with a 90 %% interval",
                 fl_trial_metric_name(summary->results->study->select));
    for (fl_summary_finding finding = FL_SUMMARY_FINDINGS; finding-- > 0;)
        for (const fl_summary_inclusion *i = summary->inclusions; i < summary->inclusions + summary->n_inclusions;
             i++) {
            if (i->finding != finding || !summary_in_group(summary, first, i->special)) continue;
            if (i->judged)
                print_judged(summary, i);
            else
                add_unjudged(&unjudged, summary, i);
        }
    if (unjudged.length) page_paragraph(2, "", unjudged.bytes);
    fl_text_free(&unjudged);
}
