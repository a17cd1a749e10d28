/* What the study tests, before any figure of an arm: the question in numbers, what is claimed in words that have a
 * direction, then every pair. */
#include "page/report_parts.h"
#include "stats/detectable.h"
#include "summary/summary_words.h"

#include <math.h>
#include <string.h>

enum { FOLDED = 6 }; /* more pairs that show nothing are folded away, unless they were declared */

#define FOR_PAIRS(pair, summary, panel)                                                                                \
    for (const fl_summary_pair *pair = (summary)->pairs; pair < (summary)->pairs + (summary)->n_pairs; pair++)         \
        if (report_in_panel(summary, panel, pair->a))

/* --- the question --- */

static void add_difference(fl_text *page, bool rate, double difference)
{
    html_error(page, rate, difference);
    if (rate) fl_text_add(page, " points");
}

static void add_declared(fl_text *page, const fl_summary *summary)
{
    const fl_study_claims *claims = &summary->results->study->claims;
    bool rate = fl_summary_rates(summary->arms[0].arm);
    size_t n = summary->n_pairs;
    const char *what = fl_summary_error_word(summary->arms[0].arm);
    if (claims->declared)
        fl_text_add(page, "Declared before the first trial: %zu difference%s in", n, n == 1 ? "" : "s");
    else
        fl_text_add(page,
                    "<b>Nothing was declared</b> before the first trial: all pairs are compared, so take what is found "
                    "for a suggestion, to be tested in a study of its own. Compared is");
    fl_text_add(page, " the expected test %s of the best of %zu trials, out of %zu per arm.", what, claims->k,
                claims->trials);
    if (claims->margin > 0) {
        fl_text_add(page, " A difference below ");
        add_difference(page, rate, claims->margin);
        fl_text_add(page, " was declared not to matter.");
    }
}

static void add_level(fl_text *page, const fl_summary *summary)
{
    const fl_study_claims *claims = &summary->results->study->claims;
    fl_text_add(page, " A difference is claimed where p, after Holm’s correction over %zu test%s, is below %.2g",
                summary->n_tests, summary->n_tests == 1 ? "" : "s", summary->level);
    if (summary->n_looks > 1) fl_text_add(page, " (look number %zu at the growing study)", summary->n_looks);
    if (claims->family && summary->n_family > 1) {
        fl_text_add(page, ", corrected together with the %zu studies of the family ", summary->n_family);
        html_text(page, claims->family);
    } else if (claims->family) {
        fl_text_add(page, ", and that without the other studies of the family ");
        html_text(page, claims->family);
        fl_text_add(page, ", which were declared to be corrected together: a page of all of them has the last word");
    }
    fl_text_add(page,
                ", and the worse arm’s search is not cut off at an end of its space. It is p that decides: beside a "
                "p above the level an interval without 0 shows nothing, and beside one below it an interval with "
                "0 leaves open by how much.");
}

/* --- a pair --- */

/* The arms in the order in which the study names them, as everywhere. */
static void add_arms(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair)
{
    html_text(page, summary->arms[pair->a].said);
    fl_text_add(page, " − ");
    html_text(page, summary->arms[pair->b].said);
}

static void add_arm(fl_text *page, const fl_summary_arm *arm, bool where)
{
    html_text(page, arm->said);
    if (where) html_text(page, arm->arm->name + strlen(arm->arm->label));
}

void report_claim(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair, bool where)
{
    add_arm(page, &summary->arms[pair->worse], where);
    fl_text_add(page, " worse than ");
    add_arm(page, &summary->arms[pair->a + pair->b - pair->worse], where);
    fl_text_add(page, pair->size_open ? "; by how much is open" : " by ");
    if (!pair->size_open) add_difference(page, fl_summary_rates(summary->arms[pair->a].arm), fabs(pair->difference));
}

static void add_range(fl_text *page, bool rate, const fl_summary_pair *pair)
{
    fl_text_add(page, "<td class=\"range\">");
    if (!isfinite(pair->low)) return;
    html_signed(page, rate, pair->low);
    fl_text_add(page, " to ");
    html_signed(page, rate, pair->high);
    fl_summary_figure covers = fl_summary_coverage(pair->coverage);
    if (*covers.text) fl_text_add(page, "<small>covers %s</small>", covers.text);
}

static void add_verdict(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair)
{
    fl_text_add(page, "<td class=\"verdict\">");
    html_element(page, pair->claimed ? "b" : "span", pair->verdict);
}

/* In a row of their own, below the verdict's. */
static void add_remarks(fl_text *page, const fl_summary_pair *pair)
{
    if (!pair->n_remarks) return;
    fl_text_add(page, "<tr class=\"remarks%s\"><td class=\"prose\" colspan=\"7\"><ul>",
                pair->claimed ? " claimed" : "");
    for (size_t i = 0; i < pair->n_remarks; i++) {
        fl_text_add(page, "<li>");
        html_text(page, pair->remarks[i]);
    }
    fl_text_add(page, "</ul>\n");
}

static void add_pair(fl_text *page, const fl_summary *summary, const fl_summary_pair *pair)
{
    bool rate = fl_summary_rates(summary->arms[pair->a].arm);
    fl_text_add(page, pair->claimed ? "<tr class=\"claimed\"><th scope=\"row\">" : "<tr><th scope=\"row\">");
    add_arms(page, summary, pair);
    add_verdict(page, summary, pair);
    fl_text_add(page, "<td>");
    html_signed(page, rate, pair->difference);
    add_range(page, rate, pair);
    if (pair->tested)
        fl_text_add(page, "<td>%.2g<td>%.2g<td class=\"words\">%s\n", pair->p, pair->p_adjusted,
                    pair->paired ? "paired" : "unpaired");
    else
        fl_text_add(page, "<td>–<td>–<td class=\"words\">\n");
    add_remarks(page, pair);
}

/* --- a panel --- */

/* Pairs that show nothing, or the others. */
static size_t count_found(const fl_summary *summary, const figure_panel *panel, bool nothing)
{
    size_t n = 0;
    FOR_PAIRS(pair, summary, panel) n += (pair->found == FL_SUMMARY_NOTHING) == nothing;
    return n;
}

/* In the study's order: pairs that show nothing (`nothing`), the others (`others`), or both. */
static void add_table(fl_text *page, const fl_summary *summary, const figure_panel *panel, bool others, bool nothing)
{
    fl_text_add(
        page,
        "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Arms<th class=\"words\">Finding"
        "<th colspan=\"2\">First − second%s, and 90 %% interval<th>p<th>corrected<th class=\"words\">Compared<tbody>\n",
        fl_summary_rates(panel->arms[0].summary->arm) ? ", points" : "");
    FOR_PAIRS(pair, summary, panel)
    {
        if (pair->found == FL_SUMMARY_NOTHING ? nothing : others) add_pair(page, summary, pair);
    }
    fl_text_add(page, "</table></div>\n");
}

static void add_headline(fl_text *page, const fl_summary *summary, const figure_panel *panel)
{
    size_t n = 0, all = 0;
    FOR_PAIRS(pair, summary, panel)
    {
        all++;
        if (!pair->claimed) continue;
        fl_text_add(page, "%s<li>", n++ ? "" : "<ul class=\"claims\">\n");
        report_claim(page, summary, pair, false);
        fl_text_add(page, "\n");
    }
    if (n)
        fl_text_add(page, "</ul>\n");
    else
        fl_text_add(page, "<p class=\"claims\">No difference is claimed%s.</p>\n",
                    all == 1 ? "" : " in any of the pairs");
}

/* What this study could have shown, of the pairs of which nothing is shown if there are any. A difference of rates
 * beyond 1 is none at all. */
static void add_detectable(fl_text *page, const fl_summary *summary, const figure_panel *panel, bool found_all)
{
    bool rate = fl_summary_rates(panel->arms[0].summary->arm);
    double least = HUGE_VAL, most = -HUGE_VAL;
    FOR_PAIRS(pair, summary, panel)
    {
        if (!found_all && pair->found != FL_SUMMARY_NOTHING) continue;
        least = fmin(least, pair->detectable); /* NaN is passed over */
        most = fmax(most, pair->detectable);
    }
    if (isinf(least)) return;
    fl_text_add(page,
                "<p class=\"note\">%sGoing by the first %zu trials of each arm, a study like this finds, in roughly 80 "
                "%% of cases and after that correction, a difference of ",
                found_all ? "" : "That none is shown does not mean that there is none. ",
                fl_stats_pilot(summary->results->study->claims.k));
    add_difference(page, rate, least);
    if (rate && most >= 1)
        fl_text_add(page, " or more; for some pairs, only one beyond what errors can be");
    else if (most > least) {
        fl_text_add(page, " to ");
        add_difference(page, rate, most);
        fl_text_add(page, ", depending on the pair");
    }
    fl_text_add(page, ".</p>\n");
}

static void add_paired(fl_text *page, const fl_summary *summary, const figure_panel *panel)
{
    bool any = false;
    FOR_PAIRS(pair, summary, panel) any |= pair->tested && pair->paired;
    if (any)
        fl_text_add(page,
                    "<p class=\"note\">Paired: trial number i has the same point and seed in both arms, so the "
                    "two are compared number by number. Unpaired: all trials of one with all of the other.</p>\n");
}

/* Whoever sees all arms side by side ranks them, too. */
static void add_untested(fl_text *page, const figure_panel *panel, size_t n_tested)
{
    size_t others = panel->n_arms * (panel->n_arms - 1) / 2 - n_tested;
    if (others)
        fl_text_add(page,
                    "<p class=\"note\">Of the other %zu pair%s of arms nothing is claimed, whatever the tables and "
                    "figures below suggest: nothing was declared about %s.</p>\n",
                    others, others == 1 ? "" : "s", others == 1 ? "it" : "them");
}

/* Many undeclared pairs that show nothing are folded away. */
static void add_panel(fl_text *page, const figure_layout *layout, const fl_summary *summary, const figure_panel *panel)
{
    size_t n_nothing = count_found(summary, panel, true), n_others = count_found(summary, panel, false);
    bool whole = summary->results->study->claims.declared || n_nothing <= FOLDED;
    if (!n_nothing && !n_others) return;
    if (report_several_panels(layout, summary)) report_panel_name(page, panel);
    add_headline(page, summary, panel);
    if (whole || n_others) add_table(page, summary, panel, true, whole);
    if (!whole) {
        fl_text_add(page, "<details><summary>%zu pairs without a difference shown</summary>\n", n_nothing);
        add_table(page, summary, panel, false, true);
        fl_text_add(page, "</details>\n");
    }
    add_paired(page, summary, panel);
    add_detectable(page, summary, panel, !n_nothing);
    add_untested(page, panel, n_nothing + n_others);
}

void report_claims(fl_text *page, const figure_layout *layout, const fl_summary *summary)
{
    if (!summary->n_pairs) return;
    fl_text_add(page, "<section><h2>What is tested</h2>\n<p class=\"note\">");
    add_declared(page, summary);
    add_level(page, summary);
    fl_text_add(page, "</p>\n");
    for (size_t i = 0; i < layout->n_panels; i++)
        if (layout->panels[i].summary == summary) add_panel(page, layout, summary, &layout->panels[i]);
    report_answers(page, summary);
    fl_text_add(page, "</section>\n");
}
