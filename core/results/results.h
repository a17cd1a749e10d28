/* A result folder being read: the study, its records and points. Reading changes nothing, and needs neither the machine
 * nor the data that the trials ran on. Damaged lines are skipped and named; of several lines for one (arm, index,
 * repeat) the last counts that did not fail, if there is one; points without a record are ignored; trials beyond the
 * ones a feasible budget needs are left out.
 */
#ifndef FL_RESULTS_RESULTS_H
#define FL_RESULTS_RESULTS_H

#include "results/files.h"
#include "record/record.h"

/* What selection compares and tables show of a trial, or of one of its repeats. Infinite where there is none. */
typedef struct fl_results_figures {
    double score;                           /* of study->select, at the final or the best evaluation */
    double val_loss, val_error, test_error; /* at the same evaluation; the first breaks ties */
    double steps_to_target;
} fl_results_figures;

/* A record as selection and the supervisor see it. */
typedef struct fl_results_entry {
    fl_record_slot slot;
    fl_results_place place; /* of its line */
    fl_outcome_status status;
    unsigned host;     /* index into fl_results.host_keys */
    unsigned n_points; /* that it must have: 0 where it is infeasible or without evaluations */
    char trial[17];
    bool stopped_early;
    fl_results_figures figures;
} fl_results_entry;

typedef struct fl_results_damage {
    char *where; /* "results/quick/trials.jsonl:17", owned */
    char what[80];
} fl_results_damage;

/* Two records of one slot, by index into `records` and by the other's place. */
typedef struct fl_results_twin {
    fl_record_slot slot;
    fl_results_place kept, other;
} fl_results_twin;

/* What an arm has cost, everything that was ever recorded included: repeats, reruns, infeasible and failed runs, and
 * those that were done again. */
typedef struct fl_results_cost {
    size_t runs;
    double steps;                        /* training steps taken */
    double whole_steps, whole_gradients; /* of complete runs: their steps, and the gradients and products with matrices
                                            of curvature that these took */
    double core_seconds;                 /* on every thread */
    double evaluate_core_seconds;        /* of these, evaluations */
} fl_results_cost;

/* One arm of a study, as far as it was run. */
typedef struct fl_results_arm {
    const fl_results_entry *search; /* repeats of the search, by (index, repeat); part of `records` */
    size_t n_search;
    const fl_results_entry
        *reruns; /* repeat >= FL_STUDY_RERUN_REPEAT of the selected trial, by repeat; part of `records` */
    size_t n_reruns;
    size_t n_trials; /* n: the indices 0..n-1 are the arm's trials */
    bool filled;     /* the budget is: `trials` are there, and feasible where that is asked for */
    /* Trials of `search`: with a record; with all repeats complete; with a failed repeat; without one, but with an
     * infeasible repeat. */
    size_t n_run, n_complete, n_failed, n_infeasible;
} fl_results_arm;

typedef struct fl_results {
    char *folder;
    fl_study *study;
    fl_results_arm *arms;      /* one per study->arms */
    fl_results_cost *costs;    /* one per study->arms */
    fl_results_entry *records; /* sorted by (arm, repeat < FL_STUDY_RERUN_REPEAT first, index, repeat) */
    size_t n_records;
    json_t *hosts;         /* key -> facts, of all writers */
    char (*host_keys)[17]; /* those that records name */
    size_t n_host_keys;
    fl_results_damage *damage;
    size_t n_damage;
    size_t n_without_points; /* complete trials whose points are missing where a later choice asked for them: they have
                                no figures, or did not reach the target */
    fl_results_twin *twins;  /* trials that two processes recorded, each in a file of its own */
    size_t n_twins;
    bool quiet;           /* the machine was whenever a run began, and every run says so (record/log.h) */
    size_t earlier_looks; /* at the declared claims, on other numbers of trials (record/log.h) */
    fl_results_files *trials;
    struct fl_results_points_index *points;
} fl_results;

/* Read a folder by what its reader chooses after the fact: `later` may hold select, target and baseline. */
fl_results *fl_results_read_as(const char *folder, const fl_study_overrides *later, fl_error *error);

/* Read a folder; NULL when it is none, or when one of its files cannot be read to its end. */
fl_results *fl_results_read(const char *folder, fl_error *error);
void fl_results_free(fl_results *results);

/* The whole record, read from its line again; the caller frees it by fl_record_free. Dies when the line is gone: nobody
 * shortens these files. */
fl_record fl_results_record(const fl_results *results, const fl_results_entry *entry);

/* The points of a trial by step into an array to be freed; *n is 0 when there are none. */
fl_trial_point *fl_results_points(const fl_results *results, const char *trial, size_t *n);

/* Read every line of the files of points, curvatures and timelines, which fl_results_read leaves alone, and add the
 * damaged ones to `damage`. False when a file cannot be read to its end. */
bool fl_results_check_points(fl_results *results, fl_error *error);

/* Add to `damage` every twin whose two records do not hold the same result, each with both places. */
void fl_results_check_twins(fl_results *results);

/* Are points of this complete trial missing, which were written before it? Only damage does that. */
bool fl_results_lacks_points(const fl_results *results, const fl_results_entry *entry);

/* What selection sees of a trial: the median repeat by score, or the mean of the two middle ones. A trial is feasible
 * when all its repeats are; where it is not, its figures are infinite. */
typedef struct fl_results_score {
    uint64_t index;
    bool feasible;
    const fl_results_entry *record; /* the repeat that stands for it: of two middle ones the better */
    fl_results_figures figures;     /* its own; the steps are the median over the repeats by themselves */
} fl_results_score;

/* All figures but the steps from one of a trial's points, NULL: it has none; all from a record. */
void fl_results_figures_at(const fl_study *study, const fl_trial_point *point, fl_results_figures *figures);
fl_results_figures fl_results_figures_of(const fl_study *study, const fl_record *record);

/* The order of selection: by score, ties by validation loss. Negative where `a` is better. */
int fl_results_figures_compare(const fl_results_figures *a, const fl_results_figures *b);

/* The scores of an arm's trials 0..n-1 into an array to be freed; *n counts them. Trials of which a repeat failed or is
 * missing are left out, but for those already known to be infeasible. */
fl_results_score *fl_results_scores(const fl_results *results, const fl_results_arm *arm, size_t *n);

/* The selected one: lowest score, ties by validation loss, then by index. NULL when none is finite. */
const fl_results_score *fl_results_best_score(const fl_results_score *scores, size_t n);

/* How many trials 0..n-1 a feasible budget needs, given which of the first `n_known` are feasible; the smallest n that
 * holds `wanted` feasible ones, or n_known when there are fewer. */
size_t fl_results_trials_needed(const bool *feasible, size_t n_known, size_t wanted);

#endif
