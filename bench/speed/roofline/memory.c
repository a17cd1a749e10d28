/* Memory traffic: read, write, triad, and the in-place pass that an optimizer's update is held against. */
#include "base/clones.h"
#include "base/arena.h"
#include "speed/roofline/roofline.h"

#include <string.h>

/* 64 MiB an array: more than the share of a last-level cache that one core usually has. */
enum { FLOATS = 1 << 24, MOST_UPDATED = 5, LINE_FLOATS = 16 };

typedef float line __attribute__((vector_size(LINE_FLOATS * sizeof(float)), may_alias));

struct roofline_pass {
    float *of[1 + MOST_UPDATED];
    size_t updated, n; /* in place: of[0] is read, `updated` more are updated; n floats each */
    float sum;
};

/* Added up as integers, whose order of addition the compiler may choose. */
FL_CLONES static void read_array(void *what)
{
    roofline_pass *a = what;
    const uint32_t *bits = (const uint32_t *)a->of[0];
    uint32_t sum = 0;
    for (size_t i = 0; i < FLOATS; i++) sum += bits[i];
    a->sum = (float)sum;
}

/* The C library knows best how to write without reading first. */
static void write_array(void *what)
{
    roofline_pass *a = what;
    memset(a->of[0], 1, FLOATS * sizeof(float));
}

FL_CLONES static void triad(void *what)
{
    roofline_pass *a = what;
    float *restrict to = a->of[0];
    const float *restrict b = a->of[1], *restrict c = a->of[2];
    for (size_t i = 0; i < FLOATS; i++) to[i] = b[i] + 0.5f * c[i];
}

/* A cache line of each array in turn, as a fused pass goes. */
FL_CLONES static void update_in_place(void *what)
{
    const roofline_pass *a = what;
    line *of[1 + MOST_UPDATED];
    size_t n_of = 1 + a->updated;
    for (size_t k = 0; k < n_of; k++) of[k] = (line *)a->of[k];
    for (size_t i = 0; i < a->n / LINE_FLOATS; i++) {
        line read = of[0][i];
        for (size_t k = 1; k < n_of; k++) of[k][i] = 0.5f * of[k][i] + read;
    }
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
static void fill(roofline_pass *a, fl_arena *arena, size_t n_arrays)
{
    for (size_t k = 0; k < n_arrays; k++) {
        a->of[k] = fl_arena_floats(arena, a->n);
        for (size_t i = 0; i < a->n; i++) a->of[k][i] = 1;
    }
}

const char *roofline_traffic_name(roofline_traffic traffic)
{
    return traffics[traffic].name;
}

double roofline_bandwidth(roofline_traffic traffic)
{
    roofline_pass a = { .n = FLOATS };
    fl_arena *arena = fl_arena_new();
    fill(&a, arena, 3);
    double seconds = roofline_seconds(traffics[traffic].run, &a);
    fl_arena_free(arena);
    return traffics[traffic].n_arrays * FLOATS * sizeof(float) / seconds;
}

roofline_pass *roofline_pass_of(fl_arena *arena, size_t updated, size_t n)
{
    if (updated < 1 || updated > MOST_UPDATED || n % LINE_FLOATS)
        fl_error_die("no in-place pass over %zu arrays of %zu", updated, n);
    roofline_pass *pass = fl_arena_bytes(arena, sizeof *pass);
    *pass = (roofline_pass){ .updated = updated, .n = n };
    fill(pass, arena, 1 + updated);
    return pass;
}

double roofline_pass_bytes(const roofline_pass *pass)
{
    return (1 + 2 * (double)pass->updated) * (double)pass->n * sizeof(float);
}

void roofline_pass_run(void *pass)
{
    update_in_place(pass);
}
