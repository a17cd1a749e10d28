/* How a trial ended: its status, its points, where its time went. What a worker sends home and a record keeps. */
#ifndef FL_OUTCOME_OUTCOME_H
#define FL_OUTCOME_OUTCOME_H

#include "trial/point.h"

typedef enum fl_outcome_status {
    FL_OUTCOME_COMPLETE,
    FL_OUTCOME_INFEASIBLE,
    FL_OUTCOME_FAILED,
    FL_OUTCOME_STATUSES
} fl_outcome_status;
const char *fl_outcome_status_name(fl_outcome_status status); /* "complete", "infeasible", "failed" */

/* Where a trial's time went; the parts after `total` add up to it. Seconds. */
typedef struct fl_outcome_seconds {
    double total, setup, data, forward_backward, curvature, update, evaluate, other;
} fl_outcome_seconds;

/* The mini-batch losses of the first steps, each before its update: rounding has hardly grown by then, so two correct
 * programs agree on them whatever machines they run on. */
enum { FL_OUTCOME_FIRST_LOSSES = 3 };
typedef struct fl_outcome_first_losses {
    double of[FL_OUTCOME_FIRST_LOSSES];
    size_t n; /* fewer where the trial was shorter; 0 in records from before this was written */
} fl_outcome_first_losses;

/* Of workers that several processes carried. Of this one: the bytes it sent, and the seconds it waited for others. */
typedef struct fl_outcome_carriers {
    size_t processes; /* 0: one */
    uint64_t bytes;
    double waited;
    json_t *hosts; /* the name of each one's, by its number; NULL: they are not known; owned */
} fl_outcome_carriers;

typedef struct fl_outcome {
    char trial[17]; /* identity */
    fl_outcome_status status;
    char reason[240];
    fl_trial_point *points; /* owned */
    size_t n_points;
    size_t stopped_at; /* the step `stop_above` or patience ended the trial after; 0: it ran to its end */
    size_t steps_done;
    size_t n_parameters;
    uint64_t gradient_evaluations, curvature_products;
    fl_outcome_first_losses first_losses;
    char lent[120];      /* operations the backend borrowed from naive, separated by commas */
    char data[200];      /* which of several contents of the data set, or what a user's own are; "": there is one */
    char state_hash[17]; /* final parameters in canonical layout; "" where infeasible */
    fl_outcome_seconds seconds;
    double examples_per_second;
    fl_outcome_carriers carriers;
    json_t *curvature;    /* measurements in their order, as curvature.jsonl has them; NULL: none; owned */
    json_t *timeline;     /* of the first steps, as timeline.jsonl has it; NULL: none; owned */
    json_t *division;     /* of a model among workers, as a record has it; NULL: it is not divided; owned */
    char *implementation; /* what the libraries chose for every layer, in words; owned */
} fl_outcome;

void fl_outcome_free(fl_outcome *outcome); /* what it owns, not the struct */

/* An outcome as a worker sends it home, points included, and back. New reference; false when `object` is no outcome. */
json_t *fl_outcome_json(const fl_outcome *outcome);
bool fl_outcome_read(const json_t *object, fl_outcome *outcome);

/* {"total": .., "setup": .., ...} and back. */
json_t *fl_outcome_seconds_json(const fl_outcome_seconds *seconds);
void fl_outcome_seconds_read(const json_t *object, fl_outcome_seconds *seconds);

/* {"processes": .., "hosts": [..], "bytes": .., "waited": ..}. New reference. */
json_t *fl_outcome_carriers_json(const fl_outcome_carriers *carriers);

/* [2.41, 2.38, null]: null where a loss is not finite, which comes back as infinity. New reference. */
json_t *fl_outcome_first_losses_json(const fl_outcome_first_losses *losses);
void fl_outcome_first_losses_read(const json_t *array, fl_outcome_first_losses *losses);

/* A status by name; FL_OUTCOME_STATUSES when there is none of that name. */
fl_outcome_status fl_outcome_status_find(const char *name);

#endif
