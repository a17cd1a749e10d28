/* A summary: what the records of a result folder prove, and what they do not.
 *
 * Computed once from what was read; the table, the JSON, the figures and the page all show it and compute nothing
 * themselves.
 *
 * The trials that count are those that selection saw: all of an arm's trials, infeasible ones with infinite figures;
 * only the feasible ones where the study's budget counts feasible trials. Failed trials have no figures: they are
 * counted and warned of. Reruns of the selected trial stand beside the rest and enter nothing else.
 *
 * The cost is linear in the number of trials: permutation tests and intervals share a fixed amount of work, and above
 * 10,000 trials per arm touch only the ranks that have weight, or use the normal limit. A study whose tests drew fewer
 * divisions than planned says so.
 */
#ifndef FL_SUMMARY_SUMMARY_H
#define FL_SUMMARY_SUMMARY_H

#include "base/text.h"
#include "results/results.h"
#include "stats/axis.h"
#include "stats/best_of.h"
#include "stats/expected_best.h"
#include "summary/summary_both.h"
#include "summary/summary_further.h"

/* One reported figure as the figures draw it: at the selected trial, and the 5th and 95th percentile of resampling
 * these N trials with K = N. A band, not a confidence interval (best_of.h). Infinite where there is no figure. */
typedef struct fl_summary_band {
    double center, low, high;
} fl_summary_band;

/* An axis at whose end an arm's best trials crowd (stats/axis.h). */
typedef struct fl_summary_cut_off {
    const fl_search_axis *axis; /* borrowed from the study */
    fl_stats_edge edge;
} fl_summary_cut_off;

/* What is expected of the best of so many trials. */
typedef struct fl_summary_level {
    size_t k;
    double test_error; /* over the subsets with a feasible trial; infinite where there are none */
    double finite;     /* the share of such subsets */
} fl_summary_level;

typedef struct fl_summary_arm {
    const fl_study_arm *arm;       /* borrowed from the study */
    char *said;                    /* its label within a sentence (summary_words.h); owned */
    const fl_results_arm *results; /* borrowed */
    fl_results_score *scores;      /* trials in index order, failed ones left out; owned */
    size_t n_scores;
    size_t n_run;                     /* trials with a record, failed ones too */
    size_t n_counted;                 /* N: the trials that count */
    const fl_results_score *selected; /* among `scores`; NULL when none is feasible */
    fl_record record;                 /* the selected trial's, whole; owned; empty without one */
    size_t k;                         /* K of the interval: the study's, and a fifth of its own trials at most */
    fl_summary_cut_off *cut_offs;     /* owned */
    size_t n_cut_offs;
    bool alike; /* half of its feasible trials score as the best tenth do: there is no end for those to crowd */
    fl_summary_band val_error, test_error; /* of the selected trial */
    double test_standard_error; /* binomial, of the selected trial's test error; NaN where errors are no rates */
    double median_val_error, median_test_error, median_steps; /* over the trials that count */
    fl_summary_band steps; /* center: the fewest steps to the target among the trials */
    double reached;        /* share of the trials that count which reached the target */
    double reached_draws;  /* share of the resampled sets in which a trial did */
    fl_stats_distribution
        distributions[FL_STATS_DISTRIBUTIONS]; /* best of K by the study's score, K = 1, 2, 4, ..., N */
    size_t n_distributions;
    fl_stats_interval interval; /* E[best of K] of the test error; claimed only for K <= N/5 */
    fl_summary_level *levels;   /* E[best of K] at K = 1, 2, 4, ..., a fifth of the trials that count; owned */
    size_t n_levels;
    double rerun_mean, rerun_low,
        rerun_high;  /* test error of the feasible reruns: mean, least, most; NaN without any */
    char **defaults; /* hyperparameters left at their default, "beta2 = 0.999"; owned */
    size_t n_defaults;
    char **warnings; /* messages without the arm's name; owned */
    size_t n_warnings;
} fl_summary_arm;

/* Why a pair is claimed, or is not. */
typedef enum fl_summary_verdict {
    FL_SUMMARY_UNFILLED, /* a budget is not filled, so nothing is tested */
    FL_SUMMARY_DIVERGED, /* an arm has no feasible trial, so there is no difference */
    FL_SUMMARY_NOTHING,  /* no difference shown */
    FL_SUMMARY_CUT_OFF,  /* a difference in this space, but the worse arm's search is cut off at an end of it */
    FL_SUMMARY_BETTER,   /* claimed */
    FL_SUMMARY_VERDICTS
} fl_summary_verdict;

/* Two tuned points compared by their runs with fresh seeds: a comparison of its own, which says nothing about searches.
 * Uncorrected; NaN with fewer than FL_SUMMARY_LEAST_RERUNS feasible reruns of either. */
typedef struct fl_summary_reruns {
    size_t n_a, n_b;
    double difference; /* of the mean test errors, a minus b */
    double low, high;  /* 90 % interval */
    double p;          /* permutation test of the studentized difference */
} fl_summary_reruns;

enum { FL_SUMMARY_LEAST_RERUNS = 5 };

/* Two arms of one combination of workload, backend, precision, batch size and parallel method, compared on E[best of K]
 * of the test error. */
typedef struct fl_summary_pair {
    size_t a, b;          /* indices into arms */
    size_t k;             /* the study's; of an unfilled budget a fifth of the smaller arm's trials at most */
    bool paired;          /* the arms' axes are the same, so trials of one index are compared with each other */
    size_t n_a, n_b;      /* trials compared */
    size_t n_left_out;    /* of paired arms: trials without a partner */
    size_t n_worst;       /* of paired arms: indices at which a trial is infeasible, and counts as the worst of both */
    bool tested;          /* both budgets are filled, and both arms have a feasible trial */
    bool normal;          /* of so many trials that the normal limit is used (stats/arms.h), for p and interval */
    size_t permutations;  /* divisions the test drew; 0 where it was not made, or is the normal limit's */
    double difference;    /* a minus b: negative where a is better; NaN where an arm has no feasible trial */
    double low, high;     /* its 90 % interval (stats/gap.h); NaN where K is more than a fifth of the trials */
    double coverage;      /* how often such an interval holds the truth in simulated studies */
    double p, p_adjusted; /* permutation test; Holm over the tests of the study; NaN where it was not made */
    double detectable;    /* as planned from the first trials of each arm (fl_stats_pilot); NaN: not known */
    bool shown;           /* p_adjusted is below the summary's level */
    bool size_open;       /* shown, but the interval includes 0 */
    bool claimed;         /* shown, and the worse arm's search is not cut off */
    size_t worse;         /* the arm with the larger E[best of K]; an index into arms */
    fl_summary_reruns reruns;
    fl_summary_effort effort;         /* where the study declares it */
    bool has_steps_ratio;             /* the study declares time_to_target */
    fl_stats_steps_ratio steps_ratio; /* a over b, in the median of the best of k */
    double resolution;                /* steps before these medians without an evaluation, the more of both */
    bool steps_equal;  /* the fewest steps to the target lie within one interval between evaluations, the later arm's;
                          false without a target */
    bool within_error; /* the selected trials' test errors lie closer than a binomial standard error */
    fl_summary_verdict found;
    char *verdict;  /* in words, with the arms' names: "a is better"; owned */
    char **remarks; /* what the verdict alone would let one misread, messages (summary_remarks.c); owned */
    size_t n_remarks;
} fl_summary_pair;

typedef enum fl_summary_finding {
    FL_SUMMARY_NOT_HERE,     /* no inclusion: the general arm's space holds no point of its special case */
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
    bool judged;             /* the space can hold a mapped point, and both budgets are filled, with enough trials */
    double difference;       /* general minus special: negative where the general arm is better; NaN unless judged */
    double low, high;        /* 5th and 95th percentile of resampling the trials of both arms */
    double margin;           /* what validation cannot resolve: the standard error of a rate; 0 where errors are none */
    double p_worse;          /* of a general arm that is no worse; corrected */
    double p_beyond;         /* of a difference beyond the margin; corrected */
    fl_summary_finding finding;
    char *why; /* a message: what kept it from being shown, and what the search lacks; NULL when shown; owned */
} fl_summary_inclusion;

typedef struct fl_summary {
    const fl_results *results; /* borrowed */
    fl_summary_arm *arms;      /* one per arm of the study, in its order */
    size_t n_arms;
    fl_summary_pair *pairs; /* those the study declares, in its order; else all, by the first arm, then the second */
    size_t n_pairs, n_tests;
    fl_summary_flip *flips; /* as declared */
    size_t n_flips;
    fl_summary_scaling *scalings; /* of a study with a target and three batch sizes or more; owned */
    size_t n_scalings;
    fl_summary_over *over; /* over workloads; of a family with its first study; NULL where it is not declared; owned */
    size_t n_looks;        /* at the declared claims, this one included: they set the level (stats/looks.h) */
    double level;
    size_t n_family;                  /* studies corrected together with this one, itself included; 0: on its own */
    fl_summary_inclusion *inclusions; /* by the special arm, then the general one */
    size_t n_inclusions;
    char **warnings; /* about the whole study; owned */
    size_t n_warnings;
} fl_summary;

enum { FL_SUMMARY_SEED = 1 }; /* any fixed number: what is said of records is a pure function of them */

/* A detectable difference simulates thousands of studies; beyond so many tests a study is to declare fewer. */
enum { FL_SUMMARY_MOST_DETECTABLE = 30 };

/* How many divisions or resamples each of `n_tests` draws when together they shuffle so many trials per draw: as many
 * as are wanted, or as that can afford. */
size_t fl_summary_draws(size_t n_tests, double shuffled);

fl_summary *fl_summary_make(const fl_results *results);
void fl_summary_free(fl_summary *summary);

/* Correct the declared tests of studies of one family together, those of the `n` summaries that name the same one. */
void fl_summary_correct_families(fl_summary *const *summaries, size_t n);

/* The trials of an arm that count, n_counted of them, as selection sees them, each with the test error to report. The
 * caller frees them. */
fl_stats_trial *fl_summary_tested(const fl_study *study, const fl_summary_arm *arm);

/* The same by their steps to the study's target, infinite where it was not reached. */
fl_stats_trial *fl_summary_stepped(const fl_study *study, const fl_summary_arm *arm);

/* The same with the study's score to report. */
fl_stats_trial *fl_summary_scored(const fl_study *study, const fl_summary_arm *arm);

/* True when pairs that the study declares were tested: whoever is shown them has looked (record/log.h). */
bool fl_summary_shows_claims(const fl_summary *summary);

/* True when every trial of an arm that ran diverged; of a feasible budget none of them counts. */
bool fl_summary_diverged(const fl_summary_arm *arm);

/* True when an arm's errors are rates of wrong answers; else they are numbers, called "error" or, where they are the
 * loss, "loss". */
bool fl_summary_rates(const fl_study_arm *arm);
const char *fl_summary_error_word(const fl_study_arm *arm);

/* True when the study's score is such a rate. */
bool fl_summary_score_rates(const fl_study *study, const fl_study_arm *arm);

/* "momentum", or "the best of sgd and momentum". */
void fl_summary_add_rivals(fl_text *text, const fl_summary *summary, const fl_study_rivals *side);

/* The summary as `fairlead summary --json` prints it; what has no figure is null. New reference. */
json_t *fl_summary_json(const fl_summary *summary);

#endif
