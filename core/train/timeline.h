/* What the workers of one training did in its first steps, for outcome->timeline. For this folder only. */
#ifndef FL_TRAIN_TIMELINE_H
#define FL_TRAIN_TIMELINE_H

#include "train/run.h"

typedef struct fl_train_span {
    const char *what; /* "compute", or what it waits for: "pull", "push", ... */
    double from, to;  /* seconds of the clock; one that takes no time is left out */
    const char *of;   /* the tensor; NULL: of the batch */
} fl_train_span;

/* Is the present step one of those that are written down? */
bool fl_train_timeline_wants(const fl_train_run *run);

/* What a worker did for the present step. */
void fl_train_timeline_add(fl_train_run *run, size_t worker, const char *clock, const fl_train_span *spans, size_t n);

#endif
