/* A summary: what the records of a result folder prove, and what they do not.
 *
 * Computed once from what was read; the table, the JSON, the figures and the page all show it and compute nothing themselves.
 */
#ifndef FL_STATS_SUMMARY_H
#define FL_STATS_SUMMARY_H

#include "record/results.h"
#include "stats/best_of.h"
#include "stats/expected_best.h"

/* Five numbers of one reported figure, as the figures draw it. */
typedef struct fl_band {
    double center, low, high; /* at the selected trial; 5th and 95th percentile of resampling these N trials */
} fl_band;

typedef struct fl_arm_summary {
    const fl_arm *arm;             /* borrowed from the study */
    const fl_arm_results *results; /* borrowed */
    fl_score *scores;              /* trials in index order; owned */
    size_t n_scores;
    const fl_score *selected;      /* among `scores`; NULL when none is feasible */
    size_t k;                      /* K of the interval and of the comparisons: n_scores / 5, at least 1 */
    fl_band val_error, test_error; /* of the selected trial, with K = N resampling */
    fl_band steps;                 /* fewest steps to the target; infinite where not reached */
    double reached;                /* share of trials that reached the target */
    double test_standard_error;    /* binomial, of the selected trial's test error */
    fl_stats_law laws[FL_STATS_LAWS]; /* best-of-K of the validation score, K = 1, 2, 4, ..., N */
    size_t n_laws;
    fl_stats_interval interval;    /* E[best of K] of the test error; claimed only for K <= N/5 */
    double rerun_mean, rerun_low, rerun_high; /* test error of the reruns: mean, least, most; NaN without reruns */
    char **defaults;               /* hyperparameters left at their default, "beta2 = 0.999"; owned */
    size_t n_defaults;
    char **warnings;               /* sentences; owned */
    size_t n_warnings;
} fl_arm_summary;

/* Two arms of one workload compared on E[best of K] of the test error. */
typedef struct fl_pair_summary {
    size_t a, b;          /* indices into arms */
    size_t k;
    double difference;    /* a minus b: negative where a is better */
    double p, p_adjusted; /* permutation test; Holm over the study's pairs */
    bool claimed;         /* p_adjusted < .05 and both budgets filled */
    bool steps_equal;     /* steps to target lie within one evaluation interval; false without a target */
    const char *verdict;  /* "a is better", "b is better", "no difference shown", "no claim: budget not filled" */
} fl_pair_summary;

typedef struct fl_summary {
    const fl_results *results; /* borrowed */
    fl_arm_summary *arms;      /* one per arm of the study, in its order */
    size_t n_arms;
    fl_pair_summary *pairs;    /* all pairs that share workload, backend, precision and batch size */
    size_t n_pairs;
    char **warnings;           /* about the whole study; owned */
    size_t n_warnings;
} fl_summary;

fl_summary *fl_summary_make(const fl_results *results);
void fl_summary_free(fl_summary *summary);

/* The summary as `fairlead summary --json` prints it. New reference. */
json_t *fl_summary_json(const fl_summary *summary);

#endif
