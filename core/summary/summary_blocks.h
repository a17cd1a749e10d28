/* Arms of one name over the workloads of several studies: a block is what one study has on one workload. */
#ifndef FL_SUMMARY_SUMMARY_BLOCKS_H
#define FL_SUMMARY_SUMMARY_BLOCKS_H

#include "summary/summary_parts.h"

/* One workload: the arms of all labels. */
typedef struct fl_summary_block {
    const fl_results *results;
    const fl_summary_arm **arms;
} fl_summary_block;

typedef struct fl_summary_blocks {
    const char **labels; /* the caller's to free */
    fl_summary_block *of;
    size_t n, n_arms, k, n_left_out;
} fl_summary_blocks;

/* The workloads on which all arms of the first study are, with filled budgets and a feasible trial; `k` is the least of
 * any arm. */
fl_summary_blocks fl_summary_blocks_of(fl_summary *const *members, size_t n);
void fl_summary_blocks_free(fl_summary_blocks *all); /* all but the labels */

/* Profiles of arms over `all` workloads (summary_profiles.c) into `over`. */
void fl_summary_profile(const fl_summary_blocks *all, fl_summary_over *over);

#endif
