/* A record: a trial written down, with everything needed to run it again. One line of trials.jsonl each. */
#ifndef FL_RECORD_RECORD_H
#define FL_RECORD_RECORD_H

#include "outcome/outcome.h"
#include "study/study.h"

enum { FL_RECORD_SCHEMA = 1 };

/* Where in a study a trial stands. */
typedef struct fl_record_slot {
    size_t arm; /* index into study->arms */
    uint64_t index, repeat;
} fl_record_slot;

/* A record as its readers want it. */
typedef struct fl_record {
    fl_record_slot slot;
    char trial[17], state_hash[17], host[17]; /* state_hash is "" where infeasible */
    fl_outcome_status status;
    char *reason, *repro; /* owned */
    char *data;           /* which content of the data set, owned; NULL where there is one */
    fl_trial_values values;
    uint64_t seed;
    fl_outcome_first_losses first_losses;
    size_t stopped_at;
    bool has_final;
    fl_trial_point final, best;
    double steps_done;      /* of a trial that diverged under an earlier release, one more at most */
    double steps_to_target; /* infinity where not reached or not asked for */
    fl_outcome_seconds seconds;
    double examples_per_second, gradient_evaluations, curvature_products;
    size_t n_parameters, processes; /* processes that carried it */
} fl_record;

/* The record of an outcome. `study` and `slot` may be NULL (a trial by itself), then the fields that need them are left
 * out. New reference. */
json_t *fl_record_json(const fl_study *study, const fl_record_slot *slot, const fl_trial *trial,
                       const fl_outcome *outcome, const char *host);

/* Back from a line's object; false when it is no record of this study. Fields of later schemas are ignored. */
bool fl_record_read(const json_t *object, const fl_study *study, fl_record *record);

/* What an index keeps of the record in a line of `n` bytes: slot, identity, status, host, the scored point and of the
 * other its step, steps to the target, where it stopped, total and evaluation's seconds, gradient evaluations, steps
 * done; the other fields stay empty, and nothing is owned. Many times as fast as fl_record_read, which decides where
 * this says false. */
bool fl_record_scan(const char *line, size_t n, const fl_study *study, fl_record *record);

/* Both settle so the steps done of a record that does not tell them (NAN): earlier releases wrote none. */
void fl_record_settle_steps(fl_record *record, const char *reason);

void fl_record_free(fl_record *record); /* what it owns, not the struct */

/* The trial that was recorded; the caller frees it by fl_trial_free. */
fl_trial fl_record_trial(const fl_study *study, const fl_record *record);

/* Of the last weights, or of the averaged ones: the best of `n` points by a metric, ties by validation loss, then by
 * step; NULL when n is 0. */
const fl_trial_point *fl_record_best_point(const fl_trial_point *points, size_t n, fl_trial_metric by, bool averaged);

/* The first step at which the metric is strictly below the value; infinity when there is none. */
double fl_record_steps_to_target(const fl_trial_point *points, size_t n, fl_trial_metric metric, double value,
                                 bool averaged);

#endif
