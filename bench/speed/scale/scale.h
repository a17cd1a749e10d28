/* A whole run in virtual time: the real agenda, dispatch, messages and store, with trials that only pass time. The
 * supervisor is one process that handles a message at a time; what that takes is measured while it does it, or given.
 */
#ifndef BENCH_SPEED_SCALE_SCALE_H
#define BENCH_SPEED_SCALE_SCALE_H

#include "study/study.h"

typedef struct scale_world {
    size_t arms, trials;    /* of the study; per arm, feasible ones */
    double infeasible;      /* fraction of the trials */
    double seconds, spread; /* of a trial: seconds (1 +- spread) */
    double latency;         /* seconds a message takes from process to process */
    double handling;        /* seconds the supervisor takes for an outcome; below 0: as measured */
    size_t workers;
    bool speculate;
    uint64_t seed;
} scale_world;

typedef struct scale_result {
    double took;    /* seconds until the last needed trial was recorded */
    double busy;    /* seconds of it that the supervisor worked */
    double work;    /* seconds of the recorded trials */
    double longest; /* of them */
    double whole;   /* what trials that are not cut take at least on so many workers (see scale.c) */
    size_t recorded;
} scale_result;

/* Run it; its records go to a temporary folder that is removed. */
scale_result scale_run(const scale_world *world);

#endif
