/* Verdicts: what a pair's test, its worse arm's search and its budget let one say. */
#include "stats/steps.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

static fl_summary_verdict find(const fl_summary *summary, const fl_summary_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    if (a->n_run && b->n_run && (fl_summary_diverged(a) || fl_summary_diverged(b))) return FL_SUMMARY_DIVERGED;
    if (!pair->tested) return FL_SUMMARY_UNFILLED;
    if (!pair->shown) return FL_SUMMARY_NOTHING;
    return summary->arms[pair->worse].n_cut_offs ? FL_SUMMARY_CUT_OFF : FL_SUMMARY_BETTER;
}

static char *words_of(const fl_summary *summary, const fl_summary_pair *pair)
{
    fl_text text = { 0 };
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b],
                         *worse = &summary->arms[pair->worse];
    const char *better = pair->worse == pair->a ? b->said : a->said;
    switch (pair->found) {
    case FL_SUMMARY_UNFILLED:
        fl_text_add(&text, "no claim: budget not filled");
        break;
    case FL_SUMMARY_DIVERGED:
        if (!a->selected && !b->selected)
            fl_text_add(&text, "both diverged in every trial");
        else
            fl_text_add(&text, "%s diverged", a->selected ? b->said : a->said);
        break;
    case FL_SUMMARY_NOTHING:
        fl_text_add(&text, "no difference shown");
        break;
    case FL_SUMMARY_CUT_OFF:
        fl_text_add(&text, "%s is better in this space; the space of %s is cut off at", better, worse->said);
        for (size_t i = 0; i < worse->n_cut_offs; i++)
            fl_text_add(&text, "%s %s", i ? " and" : "", worse->cut_offs[i].axis->name);
        break;
    default:
        fl_text_add(&text, "%s is better%s", better, pair->size_open ? ", by how much is open" : "");
    }
    return text.bytes;
}

static void judge(const fl_summary *summary, fl_summary_pair *pair)
{
    const fl_study *study = summary->results->study;
    const fl_summary_arm *a = &summary->arms[pair->a], *b = &summary->arms[pair->b];
    double apart = fabs(a->test_error.center - b->test_error.center);
    pair->worse = pair->difference > 0 ? pair->a : pair->b;
    pair->shown = pair->tested && pair->p_adjusted < summary->level;
    pair->size_open = pair->shown && pair->low <= 0 && pair->high >= 0;
    const fl_summary_arm *later = a->steps.center > b->steps.center ? a : b;
    double resolution = fl_trial_resolution(&later->arm->base, later->steps.center);
    pair->steps_equal = study->has_target && fl_stats_steps_equal(a->steps.center, b->steps.center, resolution);
    pair->within_error = apart < fmax(a->test_standard_error, b->test_standard_error);
    pair->found = find(summary, pair);
    pair->claimed = pair->found == FL_SUMMARY_BETTER;
    free(pair->verdict);
    pair->verdict = words_of(summary, pair);
    fl_summary_remark_on_pair(summary, pair);
}

void fl_summary_judge(fl_summary *summary)
{
    for (size_t i = 0; i < summary->n_pairs; i++) judge(summary, &summary->pairs[i]);
}
