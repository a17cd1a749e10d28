/* Remarks: what stands beside a verdict, because the verdict alone would be misread. Each function below looks at one
 * thing. */
#include "stats/looks.h"
#include "summary/summary_parts.h"
#include "summary/summary_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REMARK(of, ...) fl_summary_say(&(of)->remarks, &(of)->n_remarks, __VA_ARGS__)

static bool rates(const fl_summary *summary, const fl_summary_pair *pair)
{
    return fl_summary_rates(summary->arms[pair->a].arm);
}

/* --- how large a difference is --- */

/* A few very bad trials widen a bootstrap more than they blunt a studentized test. */
static void remark_on_tails(fl_summary_pair *pair)
{
    if (pair->size_open)
        REMARK(pair,
               "p shows which arm is better, but the interval includes 0: errors with so heavy tails leave open by "
               "how much");
}

/* What a shown difference says of the least that matters. */
static void compare_shown(const fl_summary *summary, fl_summary_pair *pair, double margin)
{
    fl_summary_figure matters = fl_summary_difference(rates(summary, pair), margin);
    double nearest = pair->worse == pair->a ? pair->low : -pair->high;
    if (fabs(pair->difference) < margin)
        REMARK(pair, "shown, but smaller than the %s declared to matter", matters.text);
    else if (isfinite(nearest))
        REMARK(pair,
               nearest < margin ? "shown is a difference, not that it is as large as the %s declared to matter: the "
                                  "interval begins below"
                                : "the whole interval is beyond the %s declared to matter",
               matters.text);
}

static void compare_not_shown(const fl_summary *summary, fl_summary_pair *pair, double margin)
{
    bool rate = rates(summary, pair), known = isfinite(pair->low);
    fl_summary_figure matters = fl_summary_difference(rate, margin);
    if (known && pair->low > -margin && pair->high < margin)
        REMARK(pair, "the whole interval is within the %s declared to matter", matters.text);
    else if (pair->detectable > margin)
        REMARK(pair,
               "a difference of the %s declared to matter may have been missed: one of %s would be found in 80 %%",
               matters.text, fl_summary_difference(rate, pair->detectable).text);
    else if (known)
        REMARK(pair, "the interval does not exclude the %s declared to matter", matters.text);
}

static void remark_on_margin(const fl_summary *summary, fl_summary_pair *pair)
{
    double margin = summary->results->study->claims.margin;
    if (!pair->tested || margin <= 0) return;
    if (pair->shown)
        compare_shown(summary, pair, margin);
    else
        compare_not_shown(summary, pair, margin);
}

/* --- paired arms --- */

/* The trials of a paired difference are not quite those of the arms' own levels. */
static void remark_on_pairing(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    fl_text text = { 0 };
    if (!pair->tested || !pair->paired || !(pair->n_worst + pair->n_left_out)) return;
    fl_text_add(&text, "over the %zu indices that both arms ran", pair->n_a);
    if (pair->n_worst)
        fl_text_add(&text, ", %zu of them with an infeasible trial, which counts as the worst of both%s", pair->n_worst,
                    summary->results->study->feasible ? " and in an unpaired difference not at all" : "");
    if (pair->n_left_out)
        fl_text_add(&text, "; %zu trial%s without a partner left out", pair->n_left_out,
                    pair->n_left_out == 1 ? "" : "s");
    double levels = a->interval.estimate - b->interval.estimate;
    if (a->interval.k == pair->k && b->interval.k == pair->k && isfinite(levels))
        fl_text_add(&text, "; by each arm's own trials %s is worse by %s", levels > 0 ? a->said : b->said,
                    fl_summary_difference(rates(summary, pair), levels).text);
    REMARK(pair, "%s", text.bytes);
    fl_text_free(&text);
}

/* Of an unfilled budget the best of fewer trials is compared. */
static void remark_on_few(const fl_summary *summary, fl_summary_pair *pair)
{
    if (!isnan(pair->difference) && pair->k && pair->k != summary->results->study->claims.k)
        REMARK(pair, "in the best of %zu: of so few trials no more can be said", pair->k);
}

/* --- reruns --- */

/* What the reruns say of a claim about searches. */
static const char *agreement(const fl_summary_pair *pair)
{
    const fl_summary_reruns *reruns = &pair->reruns;
    if (!pair->shown) return "";
    if (reruns->p >= FL_STATS_LEVEL)
        return ": not shown of these two points, so part of the difference may be lucky seeds";
    return reruns->difference * pair->difference < 0 ? ": these two points contradict it" : "";
}

/* "the two tuned points alone, 5 and 5 fresh seeds: ..." */
static void remark_on_reruns(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_summary_reruns *reruns = &pair->reruns;
    const char *a = summary->arms[pair->a].said, *b = summary->arms[pair->b].said;
    bool rate = rates(summary, pair), turned = reruns->difference < 0;
    if (isnan(reruns->difference)) return;
    REMARK(pair, "the two tuned points alone, %zu and %zu fresh seeds: %s worse than %s by %s %s; p = %.2g%s",
           reruns->n_a, reruns->n_b, turned ? b : a, turned ? a : b,
           fl_summary_difference(rate, reruns->difference).text,
           fl_summary_range(rate, turned ? -reruns->high : reruns->low, turned ? -reruns->low : reruns->high).text,
           reruns->p, agreement(pair));
}

/* --- schedules --- */

static const char *schedule_of(const fl_summary *summary, size_t arm)
{
    return summary->arms[arm].arm->base.owners.schedule->entry.name;
}

/* Does the arm's own name tell its schedule? */
static bool says_schedule(const fl_summary *summary, size_t arm)
{
    return strstr(summary->arms[arm].arm->label, schedule_of(summary, arm));
}

static void remark_on_schedules(const fl_summary *summary, fl_summary_pair *pair)
{
    const char *a = schedule_of(summary, pair->a), *b = schedule_of(summary, pair->b);
    if (strcmp(a, b) && !(says_schedule(summary, pair->a) && says_schedule(summary, pair->b)))
        REMARK(pair, "unlike schedules: %s has %s, %s has %s", summary->arms[pair->a].said, a,
               summary->arms[pair->b].said, b);
}

/* Each schedule of a space once, "constant and linear". */
static void add_schedules(fl_text *text, const fl_summary *summary, const fl_study_rivals *side)
{
    fl_text_add(text, "%s", schedule_of(summary, side->arm));
    for (size_t i = 0; i < side->n; i++)
        if (!strstr(text->bytes, schedule_of(summary, side->rivals[i])))
            fl_text_add(text, " and %s", schedule_of(summary, side->rivals[i]));
}

static void remark_on_spaces(const fl_summary *summary, fl_summary_flip *flip)
{
    fl_text narrow = { 0 }, wide = { 0 };
    add_schedules(&narrow, summary, &flip->arms.narrow);
    add_schedules(&wide, summary, &flip->arms.wide);
    if (strcmp(narrow.bytes, wide.bytes))
        REMARK(flip, "tuning is not all that differs: the narrow space has schedule %s, the wide one %s", narrow.bytes,
               wide.bytes);
    fl_text_free(&narrow);
    fl_text_free(&wide);
}

/* --- searches too small for a flip --- */

enum { PER_AXIS = 10 };

static void remark_on_k(fl_summary_flip *flip)
{
    if (flip->k < PER_AXIS * flip->tuned)
        REMARK(flip,
               "the best of %zu along %zu tuned ax%s measures the space more than the optimizer: a flip needs K of %zu "
               "at least, and five times K trials an arm, %zu",
               flip->k, flip->tuned, flip->tuned == 1 ? "is" : "es", PER_AXIS * flip->tuned,
               FL_STUDY_TRIALS_PER_DRAW * PER_AXIS * flip->tuned);
}

/* --- pairs and flips --- */

void fl_summary_remark_on_pair(const fl_summary *summary, fl_summary_pair *pair)
{
    fl_summary_unsay(pair->remarks, pair->n_remarks);
    pair->remarks = NULL;
    pair->n_remarks = 0;
    remark_on_tails(pair);
    remark_on_margin(summary, pair);
    remark_on_few(summary, pair);
    remark_on_pairing(summary, pair);
    remark_on_reruns(summary, pair);
    remark_on_schedules(summary, pair);
}

void fl_summary_remark_on_flip(const fl_summary *summary, fl_summary_flip *flip)
{
    remark_on_k(flip);
    remark_on_spaces(summary, flip);
}
