/* Two result folders: do equal trials end in the same bits, and did what the arms find become better or worse?
 *
 * Trials are equal when their identity is: everything that was chosen, nothing of the machine. Arms are matched by name
 * and workload. An arm whose trials are not all the same bits is judged by the permutation test of its E[best of K] of
 * the test error, with Holm's correction over such arms, p < .05: never where the studies differ in more than backend,
 * precision, seeds and numbers of trials (compare_setups.h), nor where a budget is not filled.
 */
#ifndef BENCH_COMPARE_COMPARE_FOLDERS_H
#define BENCH_COMPARE_COMPARE_FOLDERS_H

#include "summary/summary.h"

typedef struct compare_arm {
    const fl_summary_arm *base, *now; /* borrowed */
    size_t n_equal, n_differ;         /* trials in both folders; of these, how many end in other bits */
    bool tested;                      /* false: the same bits throughout, or no trials to compare */
    double difference;                /* E[best of K] of the test error, new minus base: below 0 is better */
    double p_adjusted;
    char *differs;       /* "batch size, steps": nothing is claimed; NULL where nothing does; owned */
    const char *verdict; /* "same bits", "better", "worse", "no difference shown", "nothing to compare", "no claim: the
                          * studies differ", "no claim: budget not filled" */
} compare_arm;

typedef struct compare_folders {
    compare_arm *arms; /* those in both folders, in the order of the base; owned */
    size_t n_arms;
    const fl_results *base;                      /* borrowed */
    const fl_results_entry **differing;          /* the base's trials that end in other bits; the array is owned */
    size_t n_equal, n_differ, n_worse, n_judged; /* trials, trials; arms, arms with any trials to compare */
} compare_folders;

compare_folders compare_folders_make(const fl_summary *base, const fl_summary *now);
void compare_folders_free(compare_folders *folders);

/* On stdout, for people; and as an object, new reference. */
void compare_folders_print(const compare_folders *folders);
json_t *compare_folders_json(const compare_folders *folders);

#endif
