/* Flips: a comparison in a narrow space and in a wide one, told apart from a difference that merely changes. */
#include "base/memory.h"
#include "base/text.h"
#include "stats/holm.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

enum { DRAWS = 4000 };

#define FOR_JUDGED(f, summaries, n)                                                                                    \
    for (fl_summary *const *of = (summaries); of < (summaries) + (n); of++)                                            \
        for (fl_summary_flip *f = (*of)->flips; f < (*of)->flips + (*of)->n_flips; f++)                                \
            if (f->judged)

const char *fl_summary_scope_name(fl_stats_scope_finding finding)
{
    static const char *const names[] = { "not shown", "flip", "no flip" };
    return names[finding];
}

static bool is_ready(const fl_summary_arm *arm)
{
    return arm->results->filled && arm->selected;
}

/* Axes of the side's arm with the most. */
static size_t tuned_of(const fl_summary *summary, const fl_study_rivals *side)
{
    size_t most = fl_search_space_dimensions(summary->arms[side->arm].arm->space);
    for (size_t i = 0; i < side->n; i++) {
        size_t n = fl_search_space_dimensions(summary->arms[side->rivals[i]].arm->space);
        if (n > most) most = n;
    }
    return most;
}

/* --- the trials of a space --- */

typedef struct space {
    fl_summary_both both[FL_STUDY_MOST_RIVALS];
    fl_stats_arms against[FL_STUDY_MOST_RIVALS];
    fl_stats_scope_space of;
} space;

static void fill(const fl_summary *summary, const fl_study_rivals *side, size_t k, space *into)
{
    const fl_summary_arm *a = &summary->arms[side->arm];
    into->of = (fl_stats_scope_space){ into->against, side->n };
    for (size_t i = 0; i < side->n; i++) {
        const fl_summary_arm *b = &summary->arms[side->rivals[i]];
        into->both[i] =
            fl_summary_both_of(summary->results->study, (fl_summary_side){ a->scores, a->n_scores },
                               (fl_summary_side){ b->scores, b->n_scores }, fl_summary_paired(a->arm, b->arm));
        into->against[i] = into->both[i].arms;
        into->against[i].k = k;
    }
}

static void space_free(space *of)
{
    for (size_t i = 0; i < of->of.n; i++) fl_summary_both_free(&of->both[i]);
}

/* K that every arm of the side can bear; 0 where one is not ready. */
static size_t bearable(const fl_summary *summary, const fl_study_rivals *side, size_t k)
{
    if (!is_ready(&summary->arms[side->arm])) return 0;
    k = fl_stats_fewer(k, summary->arms[side->arm].k);
    for (size_t i = 0; i < side->n; i++) {
        const fl_summary_arm *rival = &summary->arms[side->rivals[i]];
        k = is_ready(rival) ? fl_stats_fewer(k, rival->k) : 0;
    }
    return k;
}

static void measure(const fl_summary *summary, fl_summary_flip *flip)
{
    size_t k = bearable(summary, &flip->arms.wide, bearable(summary, &flip->arms.narrow, flip->k));
    if (!k) return;
    space narrow, wide;
    fill(summary, &flip->arms.narrow, k, &narrow);
    fill(summary, &flip->arms.wide, k, &wide);
    flip->k = k;
    flip->judged = true;
    flip->scope =
        fl_stats_scope_of(&narrow.of, &wide.of, summary->results->study->claims.margin, DRAWS, FL_SUMMARY_SEED);
    space_free(&narrow);
    space_free(&wide);
}

/* Holm over the flips of all these summaries, and over their absence. */
static void adjust(fl_summary *const *summaries, size_t n_summaries)
{
    size_t n = 0, next = 0;
    for (size_t s = 0; s < n_summaries; s++) n += summaries[s]->n_flips;
    double *flip = fl_memory_new(n, sizeof *flip), *none = fl_memory_new(n, sizeof *none);
    n = 0;
    FOR_JUDGED(f, summaries, n_summaries)
    {
        flip[n] = f->scope.p_flip;
        none[n++] = f->scope.p_none;
    }
    fl_stats_holm(flip, n, flip);
    fl_stats_holm(none, n, none);
    FOR_JUDGED(f, summaries, n_summaries)
    {
        f->p = flip[next];
        f->p_none = none[next++];
    }
    free(flip);
    free(none);
}

/* --- closed searches --- */

/* The first arm on the worse side whose search is cut off; NULL where all are closed. */
static const fl_summary_arm *cut_off(const fl_summary *summary, const fl_study_rivals *side, double difference)
{
    const fl_summary_arm *arm = &summary->arms[side->arm];
    if (difference > 0) return arm->n_cut_offs ? arm : NULL;
    for (size_t i = 0; i < side->n; i++)
        if (summary->arms[side->rivals[i]].n_cut_offs) return &summary->arms[side->rivals[i]];
    return NULL;
}

/* Does the finding rest on who is worse in each space? A margin is named where the signs, corrected as much, are not
 * shown. */
static bool rests_on_signs(const fl_summary *summary, const fl_summary_flip *flip)
{
    const fl_stats_scope *s = &flip->scope;
    return flip->finding == FL_STATS_SCOPE_FLIP ||
           (flip->finding == FL_STATS_SCOPE_NO_FLIP &&
            (s->p_same <= s->p_within || s->p_same / s->p_none * flip->p_none < summary->level));
}

static const fl_summary_arm *open_arm(const fl_summary *summary, const fl_summary_flip *flip)
{
    if (!rests_on_signs(summary, flip)) return NULL;
    const fl_summary_arm *narrow = cut_off(summary, &flip->arms.narrow, flip->scope.narrow);
    return narrow ? narrow : cut_off(summary, &flip->arms.wide, flip->scope.wide);
}

/* --- words --- */

void fl_summary_add_rivals(fl_text *text, const fl_summary *summary, const fl_study_rivals *side)
{
    fl_text_add(text, "%s", side->n > 1 ? "the best of " : "");
    for (size_t i = 0; i < side->n; i++)
        fl_text_add(text, "%s%s", !i ? "" : i + 1 < side->n ? ", " : " and ", summary->arms[side->rivals[i]].said);
}

static void add_better(fl_text *text, const fl_summary *summary, const fl_study_rivals *side, double difference)
{
    if (difference < 0)
        fl_text_add(text, "%s", summary->arms[side->arm].said);
    else
        fl_summary_add_rivals(text, summary, side);
}

static void add_signs(fl_text *text, const fl_summary *summary, const fl_summary_flip *flip)
{
    const fl_summary_arm *open = open_arm(summary, flip);
    add_better(text, summary, &flip->arms.narrow, flip->scope.narrow);
    fl_text_add(text, " is better in the narrow space, ");
    add_better(text, summary, &flip->arms.wide, flip->scope.wide);
    fl_text_add(text, " in the wide one");
    if (open)
        fl_text_add(text, "; not claimed, the space of %s is cut off at %s", open->said, open->cut_offs->axis->name);
}

static char *words_of(const fl_summary *summary, const fl_summary_flip *flip)
{
    fl_text text = { 0 };
    if (!flip->judged)
        fl_text_add(&text, "no claim: a budget is not filled, or an arm diverged in every trial");
    else if (flip->finding == FL_STATS_SCOPE_NOT_SHOWN)
        fl_text_add(&text, "not shown, the interval is wider than the margin");
    else
        fl_text_add(&text, "%s: ", fl_summary_scope_name(flip->finding));
    if (flip->judged && rests_on_signs(summary, flip))
        add_signs(&text, summary, flip);
    else if (flip->judged && flip->finding == FL_STATS_SCOPE_NO_FLIP)
        fl_text_add(&text, "the smaller difference lies within the margin");
    return text.bytes;
}

/* --- the whole --- */

static void judge(const fl_summary *summary, fl_summary_flip *flip)
{
    if (flip->judged) flip->finding = fl_stats_scope_find(flip->p, flip->p_none, summary->level);
    flip->claimed = flip->judged && flip->finding != FL_STATS_SCOPE_NOT_SHOWN && !open_arm(summary, flip);
    free(flip->verdict);
    flip->verdict = words_of(summary, flip);
}

void fl_summary_judge_flips(fl_summary *const *summaries, size_t n)
{
    adjust(summaries, n);
    for (size_t s = 0; s < n; s++)
        for (size_t i = 0; i < summaries[s]->n_flips; i++) judge(summaries[s], &summaries[s]->flips[i]);
}

void fl_summary_find_flips(fl_summary *summary)
{
    const fl_study_claims *claims = &summary->results->study->claims;
    summary->flips = fl_memory_new(claims->n_flips, sizeof *summary->flips);
    summary->n_flips = claims->n_flips;
    for (size_t i = 0; i < claims->n_flips; i++) {
        fl_summary_flip *flip = &summary->flips[i];
        *flip = (fl_summary_flip){ .arms = claims->flips[i], .k = claims->k, .p = NAN, .p_none = NAN };
        flip->tuned = tuned_of(summary, &flip->arms.wide);
        measure(summary, flip);
        fl_summary_remark_on_flip(summary, flip);
    }
    fl_summary_judge_flips(&summary, 1);
}
