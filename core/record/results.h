/* A result folder being read: the study, its records and points. Reading changes nothing, and needs neither the machine
 * nor the data that the trials ran on. Damaged lines are skipped and named; of several lines for one (arm, index,
 * repeat) the last counts; points without a record are ignored; trials beyond the ones a feasible budget needs are left
 * out.
 */
#ifndef FL_RECORD_RESULTS_H
#define FL_RECORD_RESULTS_H

#include "record/record.h"

typedef struct fl_damage {
    char *where; /* "results/quick/trials.jsonl:17", owned */
    char what[80];
} fl_damage;

/* One arm of a study, as far as it was run. */
typedef struct fl_arm_results {
    fl_record **search; /* repeats of the search, by (index, repeat); borrowed from `records` */
    size_t n_search;
    fl_record **reruns; /* repeat >= FL_RERUN_REPEAT of the selected trial, by repeat */
    size_t n_reruns;
    size_t n_trials; /* n: the indices 0..n-1 are the arm's trials */
    bool filled; /* the budget is: all repeats of the n are there, none failed, and feasible where that is asked for */
    size_t n_complete, n_infeasible, n_failed; /* of `search` */
} fl_arm_results;

typedef struct fl_results {
    char *folder;
    fl_study *study;
    fl_arm_results *arms; /* one per study->arms */
    fl_record *records;   /* sorted by (arm, repeat < FL_RERUN_REPEAT first, index, repeat) */
    size_t n_records;
    json_t *hosts; /* key -> facts, of all writers */
    fl_damage *damage;
    size_t n_damage;
    struct fl_points *points;
    fl_record **pointers; /* what the arms' lists are parts of */
} fl_results;

/* Read a folder; NULL when it is none, or when one of its files cannot be read to its end. */
fl_results *fl_results_read(const char *folder, fl_error *error);
void fl_results_free(fl_results *results);

/* The points of a record by step; *n is 0 when there are none. Borrowed. */
const fl_point *fl_results_points(const fl_results *results, const fl_record *record, size_t *n);

/* Are points of this complete trial missing, which were written before it? Only damage does that. */
bool fl_results_lacks_points(const fl_results *results, const fl_record *record);

/* What selection sees of a trial: the medians over its repeats; infinite where it was not feasible. */
typedef struct fl_score {
    uint64_t index;
    const fl_record *record;      /* the repeat that stands for it: the lower median */
    double score;                 /* of study->select, at the final or the best evaluation */
    double val_loss;              /* breaks ties */
    double val_error, test_error; /* at the scored point */
    double steps_to_target;       /* the median over the repeats */
} fl_score;

/* The scores of an arm's trials 0..n-1 (failed and missing ones left out) into an array to be freed; *n counts them. */
fl_score *fl_results_scores(const fl_results *results, const fl_arm_results *arm, size_t *n);

/* The selected one: lowest score, ties by validation loss, then by index. NULL when none is finite. */
const fl_score *fl_score_best(const fl_score *scores, size_t n);

/* How many trials 0..n-1 a feasible budget needs, given which of the first `n_known` are feasible; the smallest n that
 * holds `wanted` feasible ones, or n_known when there are fewer. */
size_t fl_trials_needed(const bool *feasible, size_t n_known, size_t wanted);

#endif
