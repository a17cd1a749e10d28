/* A summary: what the records of a result folder prove, and what they do not.
 *
 * Computed once from what was read; the table, the JSON, the figures and the page all show it and compute nothing
 * themselves.
 *
 * The trials that count are those that selection saw: all of an arm's trials, infeasible ones with infinite figures;
 * only the feasible ones where the study's budget counts feasible trials. Failed trials have no figures: they are
 * counted and warned of. Reruns of the selected trial stand beside the rest and enter nothing else.
 *
 * The cost is linear in the number of trials: above 100,000 trials per arm the interval is drawn from fewer resamples,
 * and permutation tests share a fixed amount of work. A study whose tests drew fewer divisions than planned is told so.
 */
#ifndef FL_SUMMARY_SUMMARY_H
#define FL_SUMMARY_SUMMARY_H

#include "results/results.h"
#include "stats/best_of.h"
#include "stats/expected_best.h"

/* One reported figure as the figures draw it: at the selected trial, and the 5th and 95th percentile of resampling
 * these N trials with K = N. A band, not a confidence interval (best_of.h). Infinite where there is no figure. */
typedef struct fl_summary_band {
    double center, low, high;
} fl_summary_band;

typedef struct fl_summary_arm {
    const fl_study_arm *arm;       /* borrowed from the study */
    const fl_results_arm *results; /* borrowed */
    fl_results_score *scores;      /* trials in index order, failed ones left out; owned */
    size_t n_scores;
    size_t n_run;                          /* trials with a record, failed ones too */
    size_t n_counted;                      /* N: the trials that count */
    const fl_results_score *selected;      /* among `scores`; NULL when none is feasible */
    fl_record record;                      /* the selected trial's, whole; owned; empty without one */
    size_t k;                              /* K of the interval: N / 5, at least 1 */
    fl_summary_band val_error, test_error; /* of the selected trial */
    double test_standard_error; /* binomial, of the selected trial's test error; NaN where errors are no rates */
    double median_val_error, median_test_error, median_steps; /* over the trials that count */
    fl_summary_band steps;                              /* center: the fewest steps to the target among the trials */
    double reached;                                     /* share of the trials that count which reached the target */
    double reached_draws;                               /* share of the resampled sets in which a trial did */
    fl_stats_distribution laws[FL_STATS_DISTRIBUTIONS]; /* best of K by the study's score, K = 1, 2, 4, ..., N */
    size_t n_laws;
    fl_stats_interval interval; /* E[best of K] of the test error; claimed only for K <= N/5 */
    double rerun_mean, rerun_low,
        rerun_high;  /* test error of the feasible reruns: mean, least, most; NaN without any */
    char **defaults; /* hyperparameters left at their default, "beta2 = 0.999"; owned */
    size_t n_defaults;
    char **warnings; /* sentences without the arm's name; owned */
    size_t n_warnings;
} fl_summary_arm;

/* Two arms that share workload, backend, precision and batch size, compared on E[best of K] of the test error. */
typedef struct fl_summary_pair {
    size_t a, b;          /* indices into arms */
    size_t k;             /* a fifth of the smaller arm's trials, at least 1 */
    bool tested;          /* both budgets are filled */
    size_t permutations;  /* divisions the test drew; 0 where it was not made */
    double difference;    /* a minus b: negative where a is better; NaN where an arm has no trial that counts */
    double p, p_adjusted; /* permutation test; Holm over the study's pairs; NaN where it was not made */
    bool claimed;         /* p_adjusted < FL_SUMMARY_LEVEL */
    bool steps_equal;     /* steps to target lie within one evaluation interval; false without a target */
    bool within_error;    /* the selected trials' test errors lie closer than a binomial standard error */
    const char *verdict;  /* "a is better", "b is better", "no difference shown", "no claim: budget not filled" */
} fl_summary_pair;

typedef enum fl_summary_finding {
    FL_SUMMARY_NO_CLAIM,     /* too few trials, or a budget is not filled */
    FL_SUMMARY_NOT_SHOWN,    /* neither of the next two */
    FL_SUMMARY_SHOWN,        /* the difference lies below the margin */
    FL_SUMMARY_CONTRADICTED, /* it lies above zero: the search of the general arm fell short */
    FL_SUMMARY_FINDINGS
} fl_summary_finding;

const char *fl_summary_finding_name(fl_summary_finding finding); /* "not shown" */

/* Two arms of one schedule, the optimizer of one a special case of the other's: a thorough search of the general one is
 * never worse (Choi et al. 2019). Judged on E[best of K] of the study's score, which is what the searches minimise.
 * Among equal arms .05 at most are contradicted, by permutation.h's test and with the interval above zero; shown is
 * what stays below the margin by the same interval. Both after Holm's correction over the study's inclusions. */
typedef struct fl_summary_inclusion {
    size_t special, general; /* indices into arms */
    size_t k;                /* a fifth of the smaller arm's trials, at least 1 */
    bool judged;             /* both budgets are filled, with FL_SUMMARY_FEW_TRIALS trials or more */
    double difference;       /* general minus special: negative where the general arm is better; NaN unless judged */
    double low, high;        /* 5th and 95th percentile of resampling the trials of both arms */
    double margin;           /* what validation cannot resolve: the standard error of a rate; 0 where errors are none */
    double p_worse;          /* of a general arm that is no worse; corrected */
    double p_beyond;         /* of a difference beyond the margin; corrected */
    fl_summary_finding finding;
    char *why; /* a sentence: what kept it from being shown, and what the search lacks; NULL when shown; owned */
} fl_summary_inclusion;

typedef struct fl_summary {
    const fl_results *results; /* borrowed */
    fl_summary_arm *arms;      /* one per arm of the study, in its order */
    size_t n_arms;
    fl_summary_pair *pairs; /* by the first arm, then the second */
    size_t n_pairs;
    fl_summary_inclusion *inclusions; /* by the special arm, then the general one */
    size_t n_inclusions;
    char **warnings; /* about the whole study; owned */
    size_t n_warnings;
} fl_summary;

/* Differences are claimed below it, after Holm's correction. */
#define FL_SUMMARY_LEVEL 0.05

fl_summary *fl_summary_make(const fl_results *results);
void fl_summary_free(fl_summary *summary);

/* True when two arms can be compared: everything but optimizer, schedule and space is the same. */
bool fl_summary_comparable(const fl_study_arm *a, const fl_study_arm *b);

/* True when an arm's errors are rates of wrong answers; else they are losses. */
bool fl_summary_rates(const fl_study_arm *arm);

/* True when the study's score is such a rate. */
bool fl_summary_score_rates(const fl_study *study, const fl_study_arm *arm);

/* The summary as `fairlead summary --json` prints it; what has no figure is null. New reference. */
json_t *fl_summary_json(const fl_summary *summary);

#endif
