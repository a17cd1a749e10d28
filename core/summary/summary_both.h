/* Two arms as they are compared: which pairs of arms are, whether they are paired, and the trials that are. */
#ifndef FL_SUMMARY_SUMMARY_BOTH_H
#define FL_SUMMARY_SUMMARY_BOTH_H

#include "results/results.h"
#include "stats/arms.h"

/* True when two arms can be compared: everything but optimizer, schedule, space and a parallel method of its own is the
 * same. */
bool fl_summary_comparable(const fl_study_arm *a, const fl_study_arm *b);

/* Have both arms the same axes in the same order? Then trial i has the same point and the same seed in both. */
bool fl_summary_paired(const fl_study_arm *a, const fl_study_arm *b);

/* The pairs that a study tests: those it declares, in its order; else all that can be compared, by the first arm, then
 * the second. To be freed; returns how many. */
size_t fl_summary_tested_pairs(const fl_study *study, fl_study_pair **pairs);

/* One arm's scores (results.h), borrowed. */
typedef struct fl_summary_side {
    const fl_results_score *scores;
    size_t n;
} fl_summary_side;

/* The trials of both arms that are compared; `a` and `b` are owned. */
typedef struct fl_summary_both {
    fl_stats_trial *a, *b;
    fl_stats_arms arms; /* without its k */
    size_t n_left_out;  /* of paired arms: trials without a partner */
    size_t n_worst;     /* of paired arms: indices at which a trial is infeasible, and counts as the worst of both */
} fl_summary_both;

/* Paired: trials of one index side by side, infeasible ones too. Else those of each arm that count. */
fl_summary_both fl_summary_both_of(const fl_study *study, fl_summary_side a, fl_summary_side b, bool paired);
void fl_summary_both_free(fl_summary_both *both);

/* A feasible budget grants every infeasible trial another draw, so there those do not count. */
bool fl_summary_counts(const fl_study *study, const fl_results_score *score);

/* A figure of a trial, by which trials are ranked or which is reported of them. */
typedef double fl_summary_figure_of(const fl_results_score *score);
double fl_summary_score_of(const fl_results_score *score);
double fl_summary_test_error_of(const fl_results_score *score);

/* Those of one arm's trials that count, in the order of its scores; `trials` has room for all. Returns how many. */
size_t fl_summary_take_counted(const fl_study *study, fl_summary_side side, fl_summary_figure_of *rank,
                               fl_summary_figure_of *value, fl_stats_trial *trials);

#endif
