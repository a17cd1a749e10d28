/* How fast a rule could be at best: a pass that moves the arrays it moves and does next to no arithmetic. */
#ifndef FL_PROMISE_PROBE_H
#define FL_PROMISE_PROBE_H

#include "base/arena.h"
#include "optimizer/optimizer.h"

/* A pass that reads an array and updates `updated` others (1 to 5) in place, `n` floats each, a multiple of 16: what an
 * optimizer's update with `updated` - 1 states must move. The arena's. */
typedef struct fl_promise_probe fl_promise_probe;
fl_promise_probe *fl_promise_probe_of(fl_arena *arena, size_t updated, size_t n);
double fl_promise_probe_bytes(const fl_promise_probe *probe); /* read and written */
void fl_promise_probe_run(void *probe);

/* Seconds of a step on a matrix of 1000 x 1000 and of the probe beside it: they take turns, and of both the best
 * counts. False with a message where the rule, at its defaults, takes fewer parameters. */
typedef struct fl_promise_speed {
    double step, probe, bytes;
} fl_promise_speed;
bool fl_promise_speed_of(const fl_optimizer *rule, fl_promise_speed *speed, fl_error *why);

#endif
