/* Answers beyond differences between two arms: flips, tuning effort, the time to a target, what holds over workloads,
 * as far as the study declares them; and how steps go with the batch size. */
#ifndef FL_SUMMARY_SUMMARY_FURTHER_H
#define FL_SUMMARY_SUMMARY_FURTHER_H

#include "stats/effort.h"
#include "stats/friedman.h"
#include "stats/profile.h"
#include "stats/scaling.h"
#include "stats/scope.h"
#include "stats/steps_ratio.h"
#include "study/study.h"

/* Does tuning more turn the order of two arms round? */
typedef struct fl_summary_flip {
    fl_study_flip arms;
    size_t k;
    size_t tuned; /* axes of the wide arm with the most */
    bool judged;  /* all four budgets are filled, and every arm has a feasible trial */
    fl_stats_scope scope;
    double p, p_none; /* of a flip, and of none: each after Holm's correction over the flips of the study, or of its
                         family; NaN unless judged */
    fl_stats_scope_finding finding;
    bool claimed;   /* a flip or none is shown, and no worse arm's search is cut off */
    char *verdict;  /* in words; owned */
    char **remarks; /* as of a pair; owned */
    size_t n_remarks;
} fl_summary_flip;

/* What more trials bring to a pair: the difference at K = 1, 2, 4, ..., and at unlike efforts. */
typedef struct fl_summary_effort {
    fl_stats_effort *equal, *unlike; /* owned; NULL where effort is not declared */
    size_t n_equal, n_unlike;
    size_t most;           /* a fifth of the smaller arm's trials: both areas reach so far */
    double area_a, area_b; /* mean expected test error over log2 K from 1 to that; NaN without */
} fl_summary_effort;

/* How an arm's steps to the target go with the batch size. */
typedef struct fl_summary_scaling {
    size_t arm;          /* its first product arm */
    size_t n_batches, k; /* batch sizes whose budget is filled; K */
    fl_stats_scaling of;
} fl_summary_scaling;

enum { FL_SUMMARY_TAUS = 4 };

/* All arms over all workloads on which each of them has a filled budget. */
typedef struct fl_summary_over {
    const char **arms; /* labels, borrowed from the studies */
    size_t n_arms, n_workloads, k;
    size_t n_left_out; /* workloads on which an arm is missing, unfilled or diverged in all trials */
    double *ranks, *ranks_low, *ranks_high; /* mean ranks by E[best of K], with 90 % intervals; by arm */
    fl_stats_friedman friedman;             /* p is NaN below FL_STATS_LEAST_WORKLOADS */
    double *win_rates;                      /* of each arm (row) against each, the mean over the workloads */
    bool has_profiles;                      /* the studies have a target */
    double taus[FL_SUMMARY_TAUS];
    fl_stats_profile_share *in_steps;     /* a row of arms per tau */
    fl_stats_profile_share *in_gradients; /* the same in gradient evaluations; NULL where a step is one in every arm */
    fl_stats_profile_share *in_seconds;   /* in seconds of training; NULL unless all ran on one quiet machine */
} fl_summary_over;

const char *fl_summary_scope_name(fl_stats_scope_finding finding); /* "flip", "no flip", "not shown" */

#endif
