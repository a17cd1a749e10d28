/* Equal trials by their identity, arms by their name. */
#include "compare/compare_folders.h"
#include "base/memory.h"
#include "compare/compare_setups.h"
#include "stats/holm.h"
#include "stats/looks.h"
#include "stats/permutation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- equal trials --- */

/* How one arm of the base fared. */
typedef struct arm_counts {
    size_t n_equal, n_differ;
} arm_counts;

static int by_trial(const void *left, const void *right)
{
    const fl_results_entry *const *a = left, *const *b = right;
    return strcmp((*a)->trial, (*b)->trial);
}

static const fl_results_entry **sort_records(const fl_results *results)
{
    const fl_results_entry **sorted = fl_memory_new(results->n_records, sizeof *sorted);
    for (size_t i = 0; i < results->n_records; i++) sorted[i] = &results->records[i];
    qsort(sorted, results->n_records, sizeof *sorted, by_trial);
    return sorted;
}

/* A trial the machine failed says nothing about bits. */
static bool has_ended(const fl_results_entry *record)
{
    return record->status != FL_OUTCOME_FAILED;
}

static bool same_end(const fl_results *base, const fl_results_entry *a, const fl_results *now,
                     const fl_results_entry *b)
{
    fl_record first = fl_results_record(base, a), second = fl_results_record(now, b);
    bool same = first.status == second.status && !strcmp(first.state_hash, second.state_hash);
    fl_record_free(&first);
    fl_record_free(&second);
    return same;
}

static arm_counts *compare_trials(compare_folders *folders, const fl_results *base, const fl_results *now)
{
    arm_counts *counts = fl_memory_new(base->study->n_arms, sizeof *counts);
    const fl_results_entry **sorted = sort_records(now);
    folders->differing = fl_memory_new(base->n_records, sizeof *folders->differing);
    for (size_t i = 0; i < base->n_records; i++) {
        const fl_results_entry *record = &base->records[i];
        const fl_results_entry **other = bsearch(&record, sorted, now->n_records, sizeof *sorted, by_trial);
        if (!other || !has_ended(record) || !has_ended(*other)) continue;
        arm_counts *arm = &counts[record->slot.arm];
        arm->n_equal++;
        folders->n_equal++;
        if (same_end(base, record, now, *other)) continue;
        arm->n_differ++;
        folders->differing[folders->n_differ++] = record;
    }
    free(sorted);
    return counts;
}

/* --- arms --- */

static const fl_summary_arm *same_arm(const fl_summary *summary, const fl_study_arm *arm)
{
    for (size_t i = 0; i < summary->n_arms; i++) {
        const fl_study_arm *other = summary->arms[i].arm;
        if (!strcmp(other->name, arm->name) && other->base.owners.workload == arm->base.owners.workload)
            return &summary->arms[i];
    }
    return NULL;
}

static void match_arms(compare_folders *folders, const fl_summary *base, const fl_summary *now,
                       const arm_counts *counts)
{
    folders->arms = fl_memory_new(base->n_arms, sizeof *folders->arms);
    for (size_t i = 0; i < base->n_arms; i++) {
        const fl_summary_arm *arm = &base->arms[i], *other = same_arm(now, arm->arm);
        if (other)
            folders->arms[folders->n_arms++] = (compare_arm){ .base = arm,
                                                              .now = other,
                                                              .n_equal = counts[i].n_equal,
                                                              .n_differ = counts[i].n_differ,
                                                              .difference = NAN,
                                                              .p_adjusted = NAN };
    }
}

static void name_differences(compare_folders *folders, const fl_study *base, const fl_study *now)
{
    for (size_t i = 0; i < folders->n_arms; i++) {
        fl_text names = { 0 };
        compare_setups(base, folders->arms[i].base->arm, now, folders->arms[i].now->arm, &names);
        folders->arms[i].differs = names.bytes;
    }
}

static bool has_trials(const compare_arm *arm)
{
    return arm->base->n_counted && arm->now->n_counted;
}

static size_t n_records(const fl_summary_arm *arm)
{
    return arm->results->n_search + arm->results->n_reruns;
}

static bool all_same(const compare_arm *arm)
{
    return !arm->n_differ && arm->n_equal == n_records(arm->base) && arm->n_equal == n_records(arm->now);
}

static bool can_be_claimed(const compare_arm *arm)
{
    return has_trials(arm) && !arm->differs && arm->base->results->filled && arm->now->results->filled;
}

static double test_arm(compare_arm *arm, const fl_study *base, const fl_study *now)
{
    const fl_summary_arm *a = arm->now, *b = arm->base;
    fl_stats_trial *left = fl_summary_tested(now, a), *right = fl_summary_tested(base, b);
    size_t divisions = fl_summary_draws(1, (double)(a->n_counted + b->n_counted));
    fl_stats_arms arms = { left, right, a->n_counted, b->n_counted, fl_stats_fewer(a->k, b->k), false };
    fl_stats_difference found = fl_stats_permutation(&arms, divisions, FL_SUMMARY_SEED);
    free(left);
    free(right);
    arm->tested = true;
    arm->difference = found.difference;
    return found.p;
}

static void test_arms(compare_folders *folders, const fl_study *base, const fl_study *now)
{
    double *p = fl_memory_new(folders->n_arms, sizeof *p);
    size_t n = 0;
    for (size_t i = 0; i < folders->n_arms; i++) {
        compare_arm *arm = &folders->arms[i];
        if (can_be_claimed(arm) && !all_same(arm)) p[n++] = test_arm(arm, base, now);
    }
    fl_stats_holm(p, n, p);
    for (size_t i = folders->n_arms; i-- > 0;)
        if (folders->arms[i].tested) folders->arms[i].p_adjusted = p[--n];
    free(p);
}

static const char *verdict_of(const compare_arm *arm)
{
    if (!has_trials(arm)) return "nothing to compare";
    if (arm->differs) return "no claim: the studies differ";
    if (all_same(arm)) return "same bits";
    if (!can_be_claimed(arm)) return "no claim: budget not filled";
    if (arm->p_adjusted >= FL_STATS_LEVEL) return "no difference shown";
    return arm->difference < 0 ? "better" : "worse";
}

compare_folders compare_folders_make(const fl_summary *base, const fl_summary *now)
{
    compare_folders folders = { .base = base->results };
    arm_counts *counts = compare_trials(&folders, base->results, now->results);
    match_arms(&folders, base, now, counts);
    free(counts);
    name_differences(&folders, base->results->study, now->results->study);
    test_arms(&folders, base->results->study, now->results->study);
    for (size_t i = 0; i < folders.n_arms; i++) {
        compare_arm *arm = &folders.arms[i];
        arm->verdict = verdict_of(arm);
        folders.n_judged += arm->tested || (has_trials(arm) && all_same(arm));
        folders.n_worse += arm->tested && arm->p_adjusted < FL_STATS_LEVEL && arm->difference > 0;
    }
    return folders;
}

void compare_folders_free(compare_folders *folders)
{
    for (size_t i = 0; i < folders->n_arms; i++) free(folders->arms[i].differs);
    free(folders->arms);
    free(folders->differing);
    *folders = (compare_folders){ 0 };
}
