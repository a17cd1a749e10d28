/* Inclusions: is a rule that includes another at least as good, and if it is not, what did its search lack?
 *
 * A rule with a special case has all points of that special case among its own, so only a search can make it worse: one
 * over a space that leaves those points out, or one of too few trials. Where the special case is a limit (optimizer.h)
 * or its schedule acts through a buffer that remembers old rates, the rule comes near those points and no nearer.
 */
#include "base/memory.h"
#include "stats/axis.h"
#include "stats/gap.h"
#include "stats/holm.h"
#include "stats/inclusion.h"
#include "stats/looks.h"
#include "stats/permutation.h"
#include "stats/sample.h"
#include "summary/summary_parts.h"

#include <math.h>
#include <stdlib.h>

const char *fl_summary_finding_name(fl_summary_finding finding)
{
    static const char *const names[FL_SUMMARY_FINDINGS] = {
        [FL_SUMMARY_NOT_HERE] = "not an inclusion here",
        [FL_SUMMARY_NO_CLAIM] = "no claim",
        [FL_SUMMARY_NOT_SHOWN] = "not shown",
        [FL_SUMMARY_SHOWN] = "shown",
        [FL_SUMMARY_CONTRADICTED] = "contradicted",
    };
    return names[finding];
}

/* --- the list --- */

/* A schedule that gives absolute rates cannot scale them, which most mappings need. */
static bool includes(const fl_study_arm *general, const fl_study_arm *special)
{
    double mapped[FL_HYPER_MAX] = { 0 };
    const fl_trial_owners *g = &general->base.owners, *s = &special->base.owners;
    return fl_summary_comparable(general, special) && g->schedule == s->schedule && !g->schedule->absolute &&
           fl_optimizer_map(g->optimizer, s->optimizer, mapped, mapped);
}

static bool enough(const fl_summary_arm *arm)
{
    return arm->results->filled && arm->selected && arm->n_counted >= FL_SUMMARY_FEW_TRIALS;
}

/* One standard error of a rate on so many validation examples. */
static double margin_of(const fl_study *study, const fl_summary_arm *special)
{
    if (!fl_summary_score_rates(study, special->arm)) return 0;
    return fl_stats_rate_error(special->selected->figures.score, fl_trial_validation(&special->arm->base));
}

static fl_summary_inclusion inclusion_of(const fl_summary *summary, size_t special, size_t general)
{
    const fl_summary_arm *s = &summary->arms[special], *g = &summary->arms[general];
    fl_text never = { 0 };
    bool here = !fl_stats_mapped_never(g->arm, s->arm, &never), judged = here && enough(s) && enough(g);
    return (fl_summary_inclusion){
        .finding = here ? FL_SUMMARY_NO_CLAIM : FL_SUMMARY_NOT_HERE,
        .why = never.bytes,
        .special = special,
        .general = general,
        .k = fl_stats_fewer(s->k, g->k),
        .judged = judged,
        .difference = NAN,
        .low = NAN,
        .high = NAN,
        .margin = judged ? margin_of(summary->results->study, s) : NAN,
        .p_worse = NAN,
        .p_beyond = NAN,
    };
}

static void list_inclusions(fl_summary *summary)
{
    size_t n = summary->n_arms;
    summary->inclusions = fl_memory_new(n * (n - 1), sizeof *summary->inclusions);
    for (size_t s = 0; s < n; s++)
        for (size_t g = 0; g < n; g++)
            if (includes(summary->arms[g].arm, summary->arms[s].arm))
                summary->inclusions[summary->n_inclusions++] = inclusion_of(summary, s, g);
}

#define FOR_JUDGED(i, summary)                                                                                         \
    for (fl_summary_inclusion *i = (summary)->inclusions; i < (summary)->inclusions + (summary)->n_inclusions; i++)    \
        if (i->judged)

/* --- tests --- */

static void test(const fl_summary *summary, fl_summary_inclusion *i, size_t draws)
{
    const fl_study *study = summary->results->study;
    const fl_summary_arm *g = &summary->arms[i->general], *s = &summary->arms[i->special];
    fl_stats_trial *general = fl_summary_scored(study, g), *special = fl_summary_scored(study, s);
    fl_stats_arms arms = { general, special, g->n_counted, s->n_counted, i->k, false };
    fl_stats_gap gap = fl_stats_gap_of(&arms, i->margin, draws, FL_SUMMARY_SEED);
    i->difference = gap.difference;
    i->low = gap.low;
    i->high = gap.high;
    i->p_beyond = gap.p_beyond;
    i->p_worse = fl_stats_permutation(&arms, draws, FL_SUMMARY_SEED).p_worse;
    free(general);
    free(special);
}

static void test_all(fl_summary *summary)
{
    size_t n_tests = 0;
    double shuffled = 0;
    FOR_JUDGED(i, summary)
    {
        shuffled += fl_summary_shuffled(summary, i->general, i->special, i->k);
        n_tests++;
    }
    if (!n_tests) return;
    size_t draws = fl_summary_draws(n_tests, shuffled);
    FOR_JUDGED(i, summary) test(summary, i, draws);
}

static void adjust(fl_summary *summary)
{
    double *worse = fl_memory_new(summary->n_inclusions, sizeof *worse),
           *beyond = fl_memory_new(summary->n_inclusions, sizeof *beyond);
    size_t n = 0, next = 0;
    FOR_JUDGED(i, summary)
    {
        worse[n] = i->p_worse;
        beyond[n++] = i->p_beyond;
    }
    fl_stats_holm(worse, n, worse);
    fl_stats_holm(beyond, n, beyond);
    FOR_JUDGED(i, summary)
    {
        i->p_worse = worse[next];
        i->p_beyond = beyond[next++];
    }
    free(worse);
    free(beyond);
}

/* --- findings --- */

/* A difference that validation cannot resolve is none, however surely it is above zero. */
static fl_summary_finding find(const fl_summary_inclusion *i)
{
    if (!i->judged) return i->finding;
    if (i->p_beyond < FL_STATS_LEVEL) return FL_SUMMARY_SHOWN;
    return i->p_worse < FL_STATS_LEVEL && i->low > 0 ? FL_SUMMARY_CONTRADICTED : FL_SUMMARY_NOT_SHOWN;
}

/* Add the axes at whose end the arm's best trials crowd; returns how many. */
static size_t add_edges(const fl_summary_arm *arm, fl_text *text)
{
    for (size_t i = 0; i < arm->n_cut_offs; i++)
        fl_text_add(text, "%s%s", i ? " and " : "", arm->cut_offs[i].axis->name);
    return arm->n_cut_offs;
}

/* What the search of the general arm lacks, by what can be seen of it. */
static void add_lack(const fl_summary *summary, const fl_summary_inclusion *i, fl_text *why)
{
    const fl_summary_arm *g = &summary->arms[i->general], *s = &summary->arms[i->special];
    fl_text outside = { 0 }, edges = { 0 };
    if (fl_stats_mapped_outside(g->arm, s->arm, &s->record.values, &outside))
        fl_text_add(why, "its space is too narrow to hold what %s selected (%s)", s->said, outside.bytes);
    else if (add_edges(g, &edges))
        fl_text_add(why, "its space may be too narrow: its best trials lie at the end of %s", edges.bytes);
    else
        fl_text_add(why, "too few trials: its space holds what %s selected, but %zu trials along %zu axes %s", s->said,
                    g->n_counted, fl_search_space_dimensions(g->arm->space),
                    i->finding == FL_SUMMARY_CONTRADICTED ? "fall short of it" : "leave it open");
    fl_text_free(&outside);
    fl_text_free(&edges);
}

static char *why(const fl_summary *summary, const fl_summary_inclusion *i)
{
    const fl_summary_arm *g = &summary->arms[i->general], *s = &summary->arms[i->special];
    fl_text text = { 0 };
    if (i->finding == FL_SUMMARY_SHOWN) return NULL;
    if (i->finding != FL_SUMMARY_NO_CLAIM)
        add_lack(summary, i, &text);
    else if (!g->results->filled || !s->results->filled)
        fl_text_add(&text, "budget not filled");
    else
        fl_text_add(&text, "fewer than %d trials count", FL_SUMMARY_FEW_TRIALS);
    return text.bytes;
}

void fl_summary_include(fl_summary *summary)
{
    list_inclusions(summary);
    test_all(summary);
    adjust(summary);
    for (size_t n = 0; n < summary->n_inclusions; n++) {
        fl_summary_inclusion *i = &summary->inclusions[n];
        i->finding = find(i);
        if (i->finding != FL_SUMMARY_NOT_HERE) i->why = why(summary, i);
    }
}
