/* Fixed pieces of work whose instructions are counted. Everything but `run` is preparation and is not counted. */
#ifndef BENCH_SPEED_INSTRUCTIONS_WORK_H
#define BENCH_SPEED_INSTRUCTIONS_WORK_H

#include "base/arena.h"
#include "optimizer/optimizer.h"

typedef struct work_place {
    const char *folder;            /* empty */
    const char *command;           /* the fairlead program */
    const fl_optimizer *optimizer; /* for work_update alone */
} work_place;

typedef struct work {
    const char *name;
    void *(*prepare)(fl_arena *arena, const work_place *place);
    void (*run)(void *prepared);
    void (*finish)(void *prepared); /* NULL: the arena held everything */
} work;

extern const work work_search, work_records, work_summary, work_supervisor, work_trial, work_gather, work_update;

#endif
