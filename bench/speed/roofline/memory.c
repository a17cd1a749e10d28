/* Memory traffic: read, write, triad. */
#include "base/clones.h"
#include "base/arena.h"
#include "speed/roofline/roofline.h"

#include <string.h>

/* 64 MiB an array: more than the share of a last-level cache that one core usually has. */
enum { FLOATS = 1 << 24 };

typedef struct arrays {
    float *of[3];
    float sum;
} arrays;

/* Added up as integers, whose order of addition the compiler may choose. */
FL_CLONES static void read_array(void *what)
{
    arrays *a = what;
    const uint32_t *bits = (const uint32_t *)a->of[0];
    uint32_t sum = 0;
    for (size_t i = 0; i < FLOATS; i++) sum += bits[i];
    a->sum = (float)sum;
}

/* The C library knows best how to write without reading first. */
static void write_array(void *what)
{
    arrays *a = what;
    memset(a->of[0], 1, FLOATS * sizeof(float));
}

FL_CLONES static void triad(void *what)
{
    arrays *a = what;
    float *restrict to = a->of[0];
    const float *restrict b = a->of[1], *restrict c = a->of[2];
    for (size_t i = 0; i < FLOATS; i++) to[i] = b[i] + 0.5f * c[i];
}

static const struct {
    const char *name;
    void (*run)(void *what);
    double n_arrays;
} traffics[ROOFLINE_TRAFFICS] = {
    [ROOFLINE_READ] = { "read", read_array, 1 },
    [ROOFLINE_WRITE] = { "write", write_array, 1 },
    [ROOFLINE_TRIAD] = { "triad", triad, 3 },
};

/* Ones: numbers that stay ordinary under every pass. */
static arrays filled(fl_arena *arena)
{
    arrays a = { .sum = 0 };
    for (size_t k = 0; k < sizeof a.of / sizeof *a.of; k++) {
        a.of[k] = fl_arena_floats(arena, FLOATS);
        for (size_t i = 0; i < FLOATS; i++) a.of[k][i] = 1;
    }
    return a;
}

const char *roofline_traffic_name(roofline_traffic traffic)
{
    return traffics[traffic].name;
}

double roofline_bandwidth(roofline_traffic traffic)
{
    fl_arena *arena = fl_arena_new();
    arrays a = filled(arena);
    double seconds = roofline_seconds(traffics[traffic].run, &a);
    fl_arena_free(arena);
    return traffics[traffic].n_arrays * FLOATS * sizeof(float) / seconds;
}
