/* Corrections: Holm over the tests of a study, or of all studies of one family. */
#include "base/memory.h"
#include "stats/holm.h"
#include "summary/summary_parts.h"

#include <stdlib.h>
#include <string.h>

/* Holm over the tests of all these summaries. */
static void adjust(fl_summary *const *summaries, size_t n_summaries)
{
    size_t n = 0, next = 0;
    for (size_t s = 0; s < n_summaries; s++) n += summaries[s]->n_tests;
    double *p = fl_memory_new(n, sizeof *p);
    for (size_t s = 0; s < n_summaries; s++)
        for (size_t i = 0; i < summaries[s]->n_pairs; i++)
            if (summaries[s]->pairs[i].tested) p[next++] = summaries[s]->pairs[i].p;
    fl_stats_holm(p, n, p);
    next = 0;
    for (size_t s = 0; s < n_summaries; s++)
        for (size_t i = 0; i < summaries[s]->n_pairs; i++)
            if (summaries[s]->pairs[i].tested) summaries[s]->pairs[i].p_adjusted = p[next++];
    free(p);
}

void fl_summary_correct(fl_summary *const *summaries, size_t n_summaries)
{
    bool again = false;
    adjust(summaries, n_summaries);
    for (size_t s = 0; s < n_summaries; s++)
        for (size_t i = 0; i < summaries[s]->n_pairs; i++)
            again |= fl_summary_draw_on(summaries[s], &summaries[s]->pairs[i]);
    if (again) adjust(summaries, n_summaries);
}

/* --- families --- */

static const char *family_of(const fl_summary *summary)
{
    return summary->results->study->claims.family;
}

/* Arms over the workloads of a whole family stand with its first study that declares it. */
static void compare_over_workloads(fl_summary *const *members, size_t n)
{
    fl_summary *first = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!members[i]->results->study->claims.workloads) continue;
        fl_summary_over_free(members[i]->over);
        members[i]->over = NULL;
        if (!first) first = members[i];
    }
    if (first) first->over = fl_summary_over_of(members, n);
}

/* What the whole family's correction leaves to be seen, and what trials are too few for. */
static void detect_together(fl_summary *const *members, size_t n)
{
    size_t n_tests = 0;
    for (size_t i = 0; i < n; i++) n_tests += members[i]->n_tests;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < members[i]->n_pairs; k++)
            fl_summary_detect_again(members[i], &members[i]->pairs[k], n_tests);
        fl_summary_warn_of_study(members[i], n_tests);
    }
}

void fl_summary_correct_families(fl_summary *const *summaries, size_t n)
{
    fl_summary **members = fl_memory_new(n, sizeof *members);
    for (size_t first = 0; first < n; first++) {
        size_t n_members = 0;
        for (size_t i = 0; family_of(summaries[first]) && i < n; i++)
            if (family_of(summaries[i]) && !strcmp(family_of(summaries[i]), family_of(summaries[first])))
                members[n_members++] = summaries[i];
        if (n_members < 2 || members[0] != summaries[first]) continue;
        fl_summary_correct(members, n_members);
        detect_together(members, n_members);
        fl_summary_judge_flips(members, n_members);
        compare_over_workloads(members, n_members);
        for (size_t i = 0; i < n_members; i++) {
            members[i]->n_family = n_members;
            fl_summary_judge(members[i]);
        }
    }
    free(members);
}
