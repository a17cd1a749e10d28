/* Fixed pieces of work whose instructions are counted. Everything but `run` is preparation and is not counted. */
#ifndef BENCH_SPEED_INSTRUCTIONS_WORK_H
#define BENCH_SPEED_INSTRUCTIONS_WORK_H

#include "base/arena.h"

typedef struct work {
    const char *name;
    /* `folder` is empty, `command` the fairlead program. */
    void *(*prepare)(fl_arena *arena, const char *folder, const char *command);
    void (*run)(void *prepared);
    void (*finish)(void *prepared); /* NULL: the arena held everything */
} work;

extern const work work_search, work_records, work_summary, work_supervisor, work_trial, work_gather, work_updates;

#endif
