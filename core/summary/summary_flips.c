/* Flips: a comparison in a narrow space and in a wide one, told apart from a difference that merely changes. */
#include "base/memory.h"
#include "base/text.h"
#include "stats/holm.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

enum { SEED = 1, DRAWS = 4000, PER_AXIS = 10 };

const char *fl_summary_scope_name(fl_stats_scope_finding finding)
{
    static const char *const names[] = { "not shown", "flip", "no flip" };
    return names[finding];
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool is_ready(const fl_summary_arm *arm)
{
    return arm->results->filled && arm->selected;
}

static size_t tuned_of(const fl_summary *summary, const fl_study_pair *pair)
{
    size_t left = fl_search_space_dimensions(summary->arms[pair->left].arm->space),
           right = fl_search_space_dimensions(summary->arms[pair->right].arm->space);
    return left > right ? left : right;
}

static fl_summary_both sides_of(const fl_summary *summary, const fl_study_pair *pair)
{
    const fl_summary_arm *a = &summary->arms[pair->left], *b = &summary->arms[pair->right];
    return fl_summary_both_of(summary->results->study, (fl_summary_side){ a->scores, a->n_scores },
                              (fl_summary_side){ b->scores, b->n_scores }, fl_summary_paired(a->arm, b->arm));
}

static void judge(const fl_summary *summary, fl_summary_flip *flip)
{
    const fl_study_pair *narrow = &flip->arms.narrow, *wide = &flip->arms.wide;
    const size_t arms[] = { narrow->left, narrow->right, wide->left, wide->right };
    for (size_t i = 0; i < 4; i++) {
        if (!is_ready(&summary->arms[arms[i]])) return;
        flip->k = smaller(flip->k, summary->arms[arms[i]].k);
    }
    fl_summary_both in_narrow = sides_of(summary, narrow), in_wide = sides_of(summary, wide);
    in_narrow.arms.k = in_wide.arms.k = flip->k;
    double margin = summary->results->study->claims.margin;
    flip->judged = true;
    flip->scope = fl_stats_scope_of(&in_narrow.arms, &in_wide.arms, margin, DRAWS, SEED);
    flip->p = flip->scope.p_flip;
    fl_summary_both_free(&in_narrow);
    fl_summary_both_free(&in_wide);
}

static void adjust(fl_summary *summary)
{
    size_t n = 0, next = 0;
    double *p = fl_memory_new(summary->n_flips, sizeof *p);
    for (size_t i = 0; i < summary->n_flips; i++)
        if (summary->flips[i].judged) p[n++] = summary->flips[i].p;
    fl_stats_holm(p, n, p);
    for (size_t i = 0; i < summary->n_flips; i++)
        if (summary->flips[i].judged) summary->flips[i].p = p[next++];
    free(p);
}

/* --- words --- */

static void add_signs(const fl_summary *summary, const fl_summary_flip *flip, fl_text *text)
{
    const fl_study_pair *narrow = &flip->arms.narrow, *wide = &flip->arms.wide;
    size_t first = flip->scope.narrow < 0 ? narrow->left : narrow->right,
           second = flip->scope.wide < 0 ? wide->left : wide->right;
    fl_text_add(text, "%s is better in the narrow space, %s in the wide one", summary->arms[first].arm->label,
                summary->arms[second].arm->label);
}

static char *words_of(const fl_summary *summary, const fl_summary_flip *flip)
{
    fl_text text = { 0 };
    if (!flip->judged) {
        fl_text_add(&text, "no claim: a budget is not filled, or an arm diverged in every trial");
        return text.bytes;
    }
    if (flip->finding == FL_STATS_SCOPE_NOT_SHOWN)
        fl_text_add(&text, "not shown, the interval is wider than the margin");
    else
        fl_text_add(&text, "%s: ", fl_summary_scope_name(flip->finding));
    if (flip->finding == FL_STATS_SCOPE_NO_FLIP && flip->scope.p_same >= summary->level)
        fl_text_add(&text, "the smaller difference lies within the margin");
    else if (flip->finding != FL_STATS_SCOPE_NOT_SHOWN)
        add_signs(summary, flip, &text);
    return text.bytes;
}

static void warn(fl_summary *summary, const fl_summary_flip *flip)
{
    if (flip->k < PER_AXIS * flip->tuned)
        fl_summary_say(
            &summary->warnings, &summary->n_warnings,
            "the best of %zu along %zu tuned axes measures the space more than the optimizer: a flip needs K "
            "of %zu at least, and five times the trials",
            flip->k, flip->tuned, PER_AXIS * flip->tuned);
}

void fl_summary_find_flips(fl_summary *summary)
{
    const fl_study_claims *claims = &summary->results->study->claims;
    summary->flips = fl_memory_new(claims->n_flips, sizeof *summary->flips);
    summary->n_flips = claims->n_flips;
    for (size_t i = 0; i < claims->n_flips; i++) {
        fl_summary_flip *flip = &summary->flips[i];
        *flip = (fl_summary_flip){ .arms = claims->flips[i], .k = claims->k, .p = NAN };
        flip->tuned = tuned_of(summary, &flip->arms.wide);
        judge(summary, flip);
    }
    adjust(summary);
    for (size_t i = 0; i < summary->n_flips; i++) {
        fl_summary_flip *flip = &summary->flips[i];
        if (flip->judged) flip->finding = fl_stats_scope_find(&flip->scope, flip->p, summary->level);
        flip->verdict = words_of(summary, flip);
        warn(summary, flip);
    }
}
