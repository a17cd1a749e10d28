/* A study: one question, read from its JSON file, every default settled.
 *
 * Where `workload`, `backend`, `precision` or `batch_size` is a list, the study is their product: each arm of the file
 * becomes one fl_study_arm per combination, named "adam batch_size=64".
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
    fl_trial base;                /* every choice but the search's and the seed */
    const fl_search_space *space; /* borrowed from the study */
} fl_study_arm;

typedef struct fl_study {
    char *name, *why;
    fl_study_arm *arms;
    size_t n_arms;
    fl_search_space *spaces; /* one per arm of the file */
    size_t n_spaces;
    size_t trials, max_trials, steps, eval_every; /* max_trials: only where feasible, else equal to trials */
    bool feasible;                                /* `trials` counts feasible ones */
    double stop_above;
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
    json_t *frozen; /* normal form: every default written out; owned */
} fl_study;

/* What the command line may change; the change becomes part of the frozen study. Zero or NULL: nothing. */
typedef struct fl_study_overrides {
    size_t trials, steps;
    const char *backend, *precision;
    bool has_seed;
    uint64_t seed;
    bool to_run; /* here and now: also refuse what could only be read (study_runnable.c) */
} fl_study_overrides;

/* Load a study; every mistake has its place. NULL on error. */
fl_study *fl_study_load(const char *path, const fl_study_overrides *overrides, fl_error *error);
fl_study *fl_study_load_text(const char *name, const char *text, const fl_study_overrides *overrides, fl_error *error);
void fl_study_free(fl_study *study);

/* Trial `index`, repeat `repeat` of an arm: its hyperparameters by the search, its seed by (first_seed, index, repeat).
 * The caller frees it by fl_trial_free. */
fl_trial fl_study_trial(const fl_study *study, const fl_study_arm *arm, uint64_t index, uint64_t repeat);

/* The arm called `name`, or NULL. */
const fl_study_arm *fl_study_find_arm(const fl_study *study, const char *name);

/* True when `study` continues what `frozen` (a folder's study.json) began: equal but for larger budget.trials,
 * budget.max_trials and seeds.rerun_best. Else a sentence that names the fields that differ. */
bool fl_study_continues(const fl_study *study, const json_t *frozen, fl_error *error);

#endif
