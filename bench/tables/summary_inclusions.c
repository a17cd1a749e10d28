/* Rules and their special cases within a group of arms, a line for each claim that was judged. */
#include "base/text.h"
#include "say/wrap.h"
#include "tables/table_parts.h"

/* "adam is not worse than momentum: contradicted, +0.90 points [0.30, 1.50]: its space is too narrow to ..." */
static void print_judged(const fl_summary *summary, const fl_summary_inclusion *i)
{
    const fl_summary_arm *general = &summary->arms[i->general], *special = &summary->arms[i->special];
    bool rate = fl_summary_score_rates(summary->results->study, general->arm);
    fl_text text = { 0 };
    fl_text_add(&text, "%s is not worse than %s: %s, %s%s %s", general->said, special->said,
                fl_summary_finding_name(i->finding), i->difference < 0 ? "-" : "+",
                fl_summary_difference(rate, i->difference).text, fl_summary_range(rate, i->low, i->high).text);
    if (i->why) fl_text_add(&text, ": %s", i->why);
    page_paragraph(4, "  -", text.bytes);
    fl_text_free(&text);
}

static bool is_unjudged(const fl_summary *summary, size_t first, const fl_summary_inclusion *i,
                        fl_summary_finding finding)
{
    return !i->judged && i->finding == finding && summary_in_group(summary, first, i->special);
}

/* "momentum and sgd (budget not filled); ...; and 394 more pairs". Each stands in the JSON. Returns how many. */
static size_t add_unjudged(fl_text *text, const fl_summary *summary, size_t first, fl_summary_finding finding)
{
    size_t n = 0;
    for (const fl_summary_inclusion *i = summary->inclusions; i < summary->inclusions + summary->n_inclusions; i++) {
        if (!is_unjudged(summary, first, i, finding) || n++ >= SUMMARY_NAMED) continue;
        fl_text_add(text, "%s%s and %s (%s)", n > 1 ? "; " : "", summary->arms[i->general].said,
                    summary->arms[i->special].said, i->why);
    }
    summary_add_more(text, n);
    return n;
}

/* "no claim: momentum and sgd (budget not filled); ..." */
static void print_unjudged(const fl_summary *summary, size_t first, fl_summary_finding finding)
{
    fl_text line = { 0 };
    fl_text_add(&line, "%s: ", fl_summary_finding_name(finding));
    if (add_unjudged(&line, summary, first, finding)) page_paragraph(4, "  -", line.bytes);
    fl_text_free(&line);
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
    if (!count_here(summary, first)) return;
    page_heading("a rule and its special cases, in the best of K by %s with 90 %% intervals",
                 fl_trial_metric_name(summary->results->study->select));
    for (fl_summary_finding finding = FL_SUMMARY_FINDINGS; finding-- > 0;)
        for (const fl_summary_inclusion *i = summary->inclusions; i < summary->inclusions + summary->n_inclusions;
             i++) {
            if (i->judged && i->finding == finding && summary_in_group(summary, first, i->special))
                print_judged(summary, i);
        }
    print_unjudged(summary, first, FL_SUMMARY_NO_CLAIM);
    print_unjudged(summary, first, FL_SUMMARY_NOT_HERE);
}
