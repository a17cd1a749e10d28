/* Who takes statistics, who inverts, and when a step has the result, in virtual time (Ba, Grosse and Martens 2017). A
 * step is an update at the end of its gradient workers' passes. Statistics workers measure at the parameters of the
 * step's beginning, on batches of their own; inverse workers begin when there are statistics and they are free.
 *
 * Where the update waits, it has what was begun for it. Where it does not, each result is used by the first update
 * after it has come, and nobody waits but for the first inverses. Where neither statistics nor inverses take any time
 * both are the same.
 *
 * Here is only the order of things; whoever trains does them (fl_virtual_inverses_work). The state holds no pointers.
 */
#ifndef FL_VIRTUAL_INVERSES_H
#define FL_VIRTUAL_INVERSES_H

#include "virtual/durations.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum fl_virtual_inverses_kind {
    FL_VIRTUAL_INVERSES_STEP,       /* a gradient worker's passes */
    FL_VIRTUAL_INVERSES_STATISTICS, /* of one worker */
    FL_VIRTUAL_INVERSES_INVERSE,    /* of everything, by one worker alone */
    FL_VIRTUAL_INVERSES_KINDS
} fl_virtual_inverses_kind;

typedef struct fl_virtual_inverses_rules {
    size_t workers, statistics_workers;       /* 0 of the second: the first measure on their own batch, then step */
    uint64_t statistics_every, inverse_every; /* steps from one beginning to the next, at least */
    bool waits;                               /* every update, not the first alone */
    double share;                             /* of the work of all inverses, that of the busiest inverse worker */
    fl_virtual_duration of[FL_VIRTUAL_INVERSES_KINDS]; /* by fl_virtual_inverses_kind */
    uint64_t seed;
} fl_virtual_inverses_rules;

/* A round of statistics or inverses. Times are nanoseconds. */
typedef struct fl_virtual_inverses_round {
    uint64_t n, step, from, to; /* begun so far; the last: before which update it began, and when it is there */
    uint64_t busy;              /* it is not yet used */
} fl_virtual_inverses_round;

typedef struct fl_virtual_inverses_state {
    uint64_t now, computes; /* the next step's beginning; when the last one's gradient workers began their passes */
    fl_virtual_inverses_round statistics, inverses;
    uint64_t taken; /* inverses are in use; those of factors as they were before update */
    uint64_t of;    /* this step */
} fl_virtual_inverses_state;

/* What is to be done; each is called at its place in the order. */
typedef struct fl_virtual_inverses_work {
    void (*measure)(void *user); /* take statistics at the present parameters, and keep them */
    void (*average)(void *user); /* use them */
    void (*invert)(void *user);  /* invert the present average, and keep the inverses */
    void (*use)(void *user);     /* use those */
} fl_virtual_inverses_work;

/* Step `step`, from 0, up to its update. State is all zeros before the first. */
void fl_virtual_inverses_step(fl_virtual_inverses_state *state, const fl_virtual_inverses_rules *rules, uint64_t step,
                              const fl_virtual_inverses_work *work, void *user);

/* How long worker `worker` of those who do this at step `step` takes, in nanoseconds. */
uint64_t fl_virtual_inverses_duration(const fl_virtual_inverses_rules *rules, fl_virtual_inverses_kind kind,
                                      uint64_t step, size_t worker);

/* Give `n` pieces of work to `workers` workers, the costliest first and each to the one that has least to do, the first
 * of equals: of[i] is piece i's worker. Returns the fraction of all cost that the busiest has; 1 of no cost at all. */
double fl_virtual_inverses_assign(size_t n, const double *cost, size_t workers, size_t *of);

#endif
