/* A plan: what a study will cost on this machine and what it can show, said before it is run.
 *
 * Times are measured: a short training and one evaluation for every combination of optimizer, workload, backend,
 * precision and batch size. The detectable difference comes from a pilot's trials (stats/detectable.h); without a pilot
 * it cannot be said.
 */
#ifndef FL_PLAN_PLAN_H
#define FL_PLAN_PLAN_H

#include "results/results.h"
#include "stats/detectable.h"
#include "summary/summary_both.h"

/* Seconds, measured: of a setup, of one step, of one evaluation. */
typedef struct fl_plan_speed {
    double setup, step, evaluation;
} fl_plan_speed;

typedef struct fl_plan_arm {
    const fl_study_arm *arm; /* borrowed */
    fl_plan_speed speed;
    size_t runs;              /* trials times repeats, and the reruns of the selected one */
    size_t evaluations;       /* of one run */
    double seconds, evaluate; /* of all runs; what of it evaluations take */
    double bytes;             /* on disk */
} fl_plan_arm;

/* A difference to be tested. */
typedef struct fl_plan_pair {
    fl_study_pair arms;
    bool paired;       /* in the study and in the pilot: the test compares trials of one index */
    size_t n_pilot;    /* the pilot's trials of the arm with fewer */
    double detectable; /* difference of E[best of K]; NaN: cannot be said */
} fl_plan_pair;

typedef struct fl_plan {
    const fl_study *study; /* borrowed */
    fl_plan_arm *arms;
    size_t n_arms;
    double seconds, evaluate, bytes; /* of all arms; a feasible budget takes more for every infeasible trial */
    fl_plan_pair *pairs;
    size_t n_pairs;    /* Holm's first step asks for .05 / n_pairs */
    double detectable; /* the largest of the pairs'; NaN while one cannot be said */
} fl_plan;

/* Does an arm run what a user wrote, which may crash or hang? */
bool fl_plan_runs_own(const fl_study *study);

/* Measure, training each kind of arm for `seconds`, of which a step must be a small part for its time to mean
 * something; NULL with a message when a trial cannot be run here. A study that runs what a user wrote is measured in a
 * child of this process. */
fl_plan *fl_plan_new(const fl_study *study, double seconds, fl_error *error);
void fl_plan_free(fl_plan *plan);

/* The detectable difference of each pair, from the trials of the arms' namesakes in `pilot`: all of another study's, or
 * the first fl_stats_pilot(K) of the same study's. What has fewer than those there stays unsaid, and so do the pairs of a
 * study of more than FL_SUMMARY_MOST_DETECTABLE. */
void fl_plan_detect(fl_plan *plan, const fl_results *pilot, bool same_study);

/* New reference. */
json_t *fl_plan_json(const fl_plan *plan);

#endif
