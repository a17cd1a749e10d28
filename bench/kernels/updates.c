/* Every optimizer's update: bytes per second beside a pass that moves the same arrays with next to no arithmetic. */
#include "gbench/gbench.h"
#include "kernels/kernels.h"
#include "kernels/setups.h"
#include "roofline/roofline.h"

#include <stdio.h>
#include <string.h>

/* In the cache, beyond it, and simple_cnn's 3,274,634 parameters, all in whole lines of 16 floats. */
static const size_t sizes[] = { 10000, 1000000, 3300000 };

typedef struct update {
    const fl_optimizer *optimizer;
    size_t n;
} update;

/* Reads the gradient, reads and writes parameters and states. */
static double bytes_of(const update *u)
{
    return (1 + 2 * (1 + (double)u->optimizer->n_states)) * (double)u->n * sizeof(float);
}

static void measure(gbench *run, const void *what)
{
    const update *u = what;
    fl_arena *arena = fl_arena_new();
    fl_update *lent = &setup_update_of(arena, u->optimizer, u->n)->update;
    double limit = roofline_in_place(1 + u->optimizer->n_states, u->n);
    for (; gbench_next(run); lent->step++) u->optimizer->step(lent);
    gbench_rate(run, "GB/s", bytes_of(u) / 1e9);
    gbench_count(run, "probe_GB/s", limit / 1e9);
    gbench_rate(run, "share_of_probe", bytes_of(u) / limit);
    fl_arena_free(arena);
}

void kernels_updates(void)
{
    for (const fl_optimizer *const *o = fl_optimizers(); *o; o++) {
        if (!strcmp((*o)->entry.name, "null")) continue; /* moves nothing */
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            char name[100];
            snprintf(name, sizeof name, "update/%s/%zu", (*o)->entry.name, sizes[i]);
            gbench_register(name, GBENCH_WALL, measure, &(update){ *o, sizes[i] }, sizeof(update));
        }
    }
}
