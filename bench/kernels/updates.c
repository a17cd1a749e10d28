/* Every optimizer's update: bytes per second beside a pass that moves the same arrays with next to no arithmetic. */
#include "base/memory.h"
#include "base/random.h"
#include "kernels/kernels.h"
#include "gbench/gbench.h"
#include "optimizer/optimizer.h"
#include "roofline/roofline.h"

#include <stdio.h>
#include <string.h>

/* In the cache, beyond it, and simple_cnn's 3,274,634 parameters, all in whole lines of 16 floats. */
static const size_t sizes[] = { 10000, 1000000, 3300000 };

typedef struct update {
    const fl_optimizer *optimizer;
    size_t n;
} update;

/* The measurement is of the pass: a rule that asks for the gradient again gets the same one. */
static void same_again(fl_update *now)
{
}

static float *normal_floats(fl_arena *arena, size_t n, uint64_t position)
{
    fl_stream stream = fl_stream_start(1, "update", position);
    float *values = fl_arena_floats(arena, n);
    for (size_t i = 0; i < n; i++) values[i] = (float)fl_random_uniform(&stream) - 0.5f;
    return values;
}

/* Defaults, and a rate that leaves the numbers ordinary for as long as a benchmark runs. */
static void settle(const fl_optimizer *optimizer, double hyper[FL_HYPER_MAX])
{
    for (size_t i = 0; i < optimizer->n_hypers; i++) hyper[i] = optimizer->hypers[i].standard;
    hyper[fl_hyper_index(optimizer->hypers, optimizer->n_hypers, "learning_rate")] = 1e-6;
}

static void measure(gbench *run, const void *what)
{
    const update *u = what;
    const fl_optimizer *optimizer = u->optimizer;
    double hyper[FL_HYPER_MAX];
    fl_arena *arena = fl_arena_new();
    fl_block block = { .name = "parameters", .shape = { u->n }, .n_dims = 1, .n_values = u->n, .count = u->n };
    fl_flat flat = { .count = u->n, .n_parameters = u->n, .n_blocks = 1, .blocks = &block };
    fl_update now = { .flat = &flat, .hyper = hyper, .rate = 1e-6, .seed = 1, .again = same_again };
    settle(optimizer, hyper);
    now.parameters = normal_floats(arena, u->n, 0);
    now.gradient = normal_floats(arena, u->n, 1);
    for (size_t i = 0; i < optimizer->n_states; i++) now.state[i] = fl_arena_floats(arena, u->n);
    if (optimizer->start) optimizer->start(&now);
    double limit = roofline_in_place(1 + optimizer->n_states, u->n);
    for (; gbench_next(run); now.step++) optimizer->step(&now);
    double bytes = (3 + 2 * (double)optimizer->n_states) * (double)u->n * sizeof(float);
    gbench_rate(run, "GB/s", bytes / 1e9);
    gbench_count(run, "probe_GB/s", limit / 1e9);
    gbench_rate(run, "share_of_probe", bytes / limit);
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
