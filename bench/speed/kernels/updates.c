/* Every optimizer's update: bytes per second beside a pass that moves the same arrays with next to no arithmetic. */
#include "base/clock.h"
#include "math/dense.h"
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "speed/kernels/setups.h"
#include "promise/probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* In the cache, beyond it, and simple_cnn's 3,274,634 parameters, all in whole lines of 16 floats. */
static const size_t sizes[] = { 10000, 1000000, 3300000 };

typedef struct update {
    const fl_optimizer *optimizer;
    size_t n;
} update;

/* The update and the pass take turns, and of both the best of as many turns counts: what else the machine does hits
 * them alike, and neither finds its arrays warmer than the other. */
static void measure(gbench *run, const void *what)
{
    const update *u = what;
    fl_arena *arena = fl_arena_new();
    fl_optimizer_update *rule_update = &setup_update_of(arena, u->optimizer, u->n)->update;
    fl_promise_probe *pass = fl_promise_probe_of(arena, 1 + u->optimizer->n_states, u->n);
    double seconds = HUGE_VAL, probe_seconds = HUGE_VAL, bytes = fl_promise_probe_bytes(pass);
    for (; gbench_next(run); rule_update->step++) {
        if (u->optimizer->look) u->optimizer->look(rule_update);
        double begun = fl_clock_seconds();
        u->optimizer->step(rule_update);
        double between = fl_clock_seconds();
        fl_promise_probe_run(pass);
        probe_seconds = fmin(probe_seconds, fl_clock_seconds() - between);
        seconds = fmin(seconds, between - begun);
        gbench_seconds(run, between - begun);
    }
    gbench_count(run, "GB/s", bytes / seconds / 1e9);
    gbench_count(run, "probe_GB/s", bytes / probe_seconds / 1e9);
    gbench_count(run, "share_of_probe", probe_seconds / seconds);
    fl_arena_free(arena);
}

void kernels_updates(void)
{
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        if (!strcmp((*o)->entry.name, "null")) continue;    /* moves nothing */
        if ((*o)->dense && !fl_math_usable(NULL)) continue; /* its library is missing */
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            char name[100];
            snprintf(name, sizeof name, "update/%s/%zu", (*o)->entry.name, sizes[i]);
            gbench_register(name, GBENCH_OWN, measure, &(update){ *o, sizes[i] }, sizeof(update));
        }
    }
}
