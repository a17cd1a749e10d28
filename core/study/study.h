/* A study: one context, read from its JSON file, every default settled.
 *
 * Where `workload`, `backend`, `precision`, `batch_size` or `parallel` is a list, the study is their product: each arm
 * of the file becomes one fl_study_arm per combination, named "adam batch_size=64".
 */
#ifndef FL_STUDY_STUDY_H
#define FL_STUDY_STUDY_H

#include "trial/point.h"
#include "search/search.h"
#include "search/space.h"
#include "trial/trial.h"

enum { FL_STUDY_RERUN_REPEAT = 1000 }; /* repeats from here on are reruns of the selected trial */

typedef struct fl_study_arm {
    char *name;                   /* unique in the study; what records call it */
    char *label;                  /* as the file names it */
    char *parallel;               /* its entry of the study's `parallel` list, as far as that tells it from the others:
                                   * "local:4,every=8"; NULL: the study lists none */
    char *place;                  /* "file:line:column" of its `parallel`; of the arm where there is none */
    fl_trial base;                /* every choice but the search's and the seed */
    const fl_search_space *space; /* borrowed from the study */
} fl_study_arm;

/* Two arms to be compared, indices into fl_study.arms. */
typedef struct fl_study_pair {
    size_t left, right;
} fl_study_pair;

enum { FL_STUDY_MOST_RIVALS = 8 };

/* An arm, and those whose best it is compared with; indices into fl_study.arms. */
typedef struct fl_study_rivals {
    size_t arm, n, rivals[FL_STUDY_MOST_RIVALS];
} fl_study_rivals;

/* An arm and its rivals compared twice: with little tuned, and with everything. Does tuning more turn their order
 * round? */
typedef struct fl_study_flip {
    fl_study_rivals narrow, wide;
} fl_study_flip;

enum { FL_STUDY_TRIALS_PER_DRAW = 5 }; /* N / K: an interval of E[best of K] is claimed for K <= N / 5 alone */

/* What the study declares, before its first trial, that it will test. A pair names two arms of the file; where the
 * study is a product, it stands for one pair per combination of workload, backend, precision, batch size and parallel
 * method: arms of unlike combinations are never paired. A baseline is paired with every other arm of the file, and
 * stands to the right.
 */
typedef struct fl_study_claims {
    bool declared;        /* the file has `claims`; without them every pair is tested, and said to be undeclared */
    fl_study_pair *pairs; /* in the file's order, the combinations of one side by side */
    size_t n_pairs;       /* 0: all pairs of arms that can be compared */
    size_t baseline;      /* the baseline's first arm; SIZE_MAX: none */
    size_t k, trials;     /* the best of `k` of `trials` per arm; where the file leaves them open, a fifth of
                           * budget.trials (at least 1) and budget.trials, as they were at the first freeze:
                           * extending the folder changes neither */
    bool k_given, trials_given; /* in the file, rather than by default */
    fl_study_flip *flips;       /* one per combination and declared flip */
    size_t n_flips;
    bool effort;         /* the pairs' differences at every tuning effort */
    bool time_to_target; /* the ratio of the pairs' steps to the target */
    bool workloads;      /* the arms over all workloads, of this study or of its family */
    double margin;       /* a difference of the test error that does not matter; 0: none is declared */
    char *family;        /* studies of one name are corrected together; NULL: on its own */
} fl_study_claims;

typedef struct fl_study {
    char *name, *why;
    fl_study_arm *arms;
    size_t n_arms;
    fl_search_space *spaces; /* one per arm of the file */
    size_t n_spaces;
    size_t trials, max_trials; /* max_trials: only where feasible, else equal to trials */
    size_t steps;              /* per trial; where they depend on the batch, the most of any arm */
    size_t eval_every;         /* steps between evaluations; of the arm with the most steps where it depends on them */
    double eval_ratio;         /* as fl_trial.eval_ratio */
    bool test_scored;          /* the test set is evaluated only at points that may be scored */
    bool feasible;             /* `trials` counts feasible ones */
    double stop_above;
    size_t patience;        /* evaluations without a lower `select` metric; 0: not */
    size_t curvature_every; /* as fl_trial.curvature_every */
    fl_trial_averaging average;
    bool select_averaged; /* scores are those of the averaged weights */
    const fl_search *search;
    uint64_t search_seed;
    size_t points_per_axis;
    uint64_t first_seed;
    size_t repeats, rerun_best;
    fl_trial_metric select;
    bool select_best; /* score at the best evaluation rather than the last */
    bool has_target;
    fl_trial_metric target;
    double target_value;
    fl_study_claims claims;
    bool select_later, target_later, claims_later; /* chosen by an override, unlike what the study says */
    const json_t *narrowed_from; /* what the spaces were narrowed from, as the file has it; borrowed from `resolved`;
                                  * NULL: nothing */
    json_t *resolved;            /* the study with every default written out; owned */
} fl_study;

/* What the command line may change; the change becomes part of the frozen study. Zero or NULL: nothing. */
typedef struct fl_study_overrides {
    size_t trials, steps;
    const char *backend, *precision;
    bool has_seed;
    uint64_t seed;
    bool to_run;        /* here and now: also refuse what could only be read (study_runnable.c) */
    const char *select; /* by whoever reads the records of a study: what he chooses after the fact */
    const char *target; /* a metric, with the next */
    double target_value;
    const char *baseline; /* an arm; instead of the declared pairs */
} fl_study_overrides;

/* Load a study; every mistake has its place. NULL on error. */
fl_study *fl_study_load(const char *path, const fl_study_overrides *overrides, fl_error *error);
fl_study *fl_study_load_text(const char *name, const char *text, const fl_study_overrides *overrides, fl_error *error);
void fl_study_free(fl_study *study);

/* Trial `index`, repeat `repeat` of an arm: its hyperparameters by the search, its seed by (first_seed, index, repeat).
 * The caller frees it by fl_trial_free. */
fl_trial fl_study_trial(const fl_study *study, const fl_study_arm *arm, uint64_t index, uint64_t repeat);

/* 16 hex digits over names, optimizers, schedules and spaces of a study's `arms` (an array as a file has it), schedules
 * written out. */
void fl_study_axes_hash(const json_t *arms, char hash[17]);

/* When its trials are evaluated, in words: "every 50 steps", "every 2 to 10 steps", "at steps that grow by 1.1". */
void fl_study_evaluations_text(const fl_study *study, char text[80]);

/* Are both of one entry of a study's `parallel` list, or neither of any? An arm may have a method of its own: that is
 * one of its choices, as its optimizer is. */
bool fl_study_same_parallel(const fl_study_arm *a, const fl_study_arm *b);

/* The arm called `name`, or NULL. */
const fl_study_arm *fl_study_find_arm(const fl_study *study, const char *name);

/* True when `study` continues what `frozen` (a folder's study.json) began: equal but for larger budget.trials,
 * budget.max_trials and seeds.rerun_best. Else a message that names the fields that differ. */
bool fl_study_continues(const fl_study *study, const json_t *frozen, fl_error *error);

/* What the folder's study.json says once this study continues it: the resolved study, with the K and the number of
 * trials its claims had at the first freeze where the file leaves them open. New reference. */
json_t *fl_study_continued(const fl_study *study, const json_t *frozen);

#endif
