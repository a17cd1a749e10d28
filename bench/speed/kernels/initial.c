/* Drawing the weights that a training starts from: normal numbers, as most networks have them. */
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "base/arena.h"
#include "init/init.h"

#include <stdio.h>

enum { WEIGHTS = 3300000, FAN_IN = 1000 }; /* as many as the largest update has parameters (updates.c) */

static void measure(gbench *run, const void *what)
{
    const fl_init_rule *rule = *(const fl_init_rule *const *)what;
    fl_arena *arena = fl_arena_new();
    float *values = fl_arena_floats(arena, WEIGHTS);
    for (uint64_t seed = 0; gbench_next(run); seed++) {
        fl_random_stream stream = fl_random_stream_start(seed, "init", 0);
        rule->fill(values, WEIGHTS, FAN_IN, FAN_IN, 1, &stream);
    }
    gbench_rate(run, "weights/s", WEIGHTS);
    fl_arena_free(arena);
}

void kernels_initial(void)
{
    static const char *const names[] = { "he_normal", "truncated_normal" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[80];
        const fl_init_rule *rule = fl_init_find(names[i], NULL);
        snprintf(name, sizeof name, "init/%s/%d", names[i], WEIGHTS);
        gbench_register(name, GBENCH_WALL, measure, &rule, sizeof rule);
    }
}
