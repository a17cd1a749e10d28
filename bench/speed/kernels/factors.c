/* K-FAC's inverses for a dense layer of 9216 inputs and 4096 outputs (AlexNet's first): both factors inverted directly,
 * beside the fastest product here; and the input factor doubly factored, from a batch of inputs to its two inverses. */
#include "base/clock.h"
#include "math/dense.h"
#include "math/rank_one.h"
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "speed/kernels/work.h"
#include "speed/kernels/setups.h"
#include "speed/roofline/roofline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#ifdef FL_HAVE_LAPACK

enum { INPUTS = 9216, OUTPUTS = 4096, SIDE = 96, EXAMPLES = 256 };

/* 1 / (1 + |i - j|), a convex sequence that falls to 0 and so positive definite (Polya), and damping. */
static void fill(size_t n, float *matrix)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) matrix[i * n + j] = 1 / (1 + (float)(i > j ? i - j : j - i)) + (i == j);
}

/* A Cholesky factorisation and the inverse of it. */
static void measure_direct(gbench *run, const void *what)
{
    size_t n = *(const size_t *)what;
    fl_arena *arena = fl_arena_new();
    float *matrix = fl_arena_floats(arena, n * n);
    double least = HUGE_VAL, operations = pow((double)n, 3), peak = roofline_product(FL_BACKEND_F32, NULL);
    while (gbench_next(run)) {
        fill(n, matrix);
        double begun = fl_clock_seconds();
        if (!fl_math_invert(n, matrix)) fl_error_die("not positive definite");
        double seconds = fl_clock_seconds() - begun;
        least = fmin(least, seconds);
        gbench_seconds(run, seconds);
    }
    work_count_timed(run, operations, least, peak);
    fl_arena_free(arena);
}

typedef struct room {
    float *inputs, *left, *right, *k, *psi;
} room;

/* Inputs as a ReLU leaves them: half of them zero, so none of rank one. */
static room room_of(fl_arena *arena)
{
    room r = { .inputs = fl_arena_floats(arena, EXAMPLES * INPUTS),
               .left = fl_arena_floats(arena, EXAMPLES * SIDE),
               .right = fl_arena_floats(arena, EXAMPLES * SIDE),
               .k = fl_arena_floats(arena, SIDE * SIDE),
               .psi = fl_arena_floats(arena, SIDE * SIDE) };
    fl_random_stream stream = fl_random_stream_start(1, "noise", 0);
    for (size_t i = 0; i < EXAMPLES * INPUTS; i++) r.inputs[i] = fmaxf(0, (float)fl_random_normal(&stream));
    return r;
}

static void invert_mean_product(const float *rows, float *matrix)
{
    fl_math_operand turned = { rows, EXAMPLES, SIDE, true }, as_they_are = { rows, EXAMPLES, SIDE, false };
    fl_math_product(1.0f / EXAMPLES, turned, as_they_are, 0, matrix);
    for (size_t i = 0; i < SIDE; i++) matrix[i * SIDE + i] += 1;
    if (!fl_math_invert(SIDE, matrix)) fl_error_die("not positive definite");
}

static void measure_doubly(gbench *run, const void *what)
{
    fl_arena *arena = fl_arena_new();
    room r = room_of(arena);
    while (gbench_next(run)) {
        double begun = fl_clock_seconds();
        for (size_t e = 0; e < EXAMPLES; e++)
            fl_math_rank_one(SIDE, SIDE, r.inputs + e * INPUTS, r.left + e * SIDE, r.right + e * SIDE);
        invert_mean_product(r.left, r.k);
        invert_mean_product(r.right, r.psi);
        gbench_seconds(run, fl_clock_seconds() - begun);
    }
    fl_arena_free(arena);
}

void kernels_factors(void)
{
    static const size_t direct[] = { INPUTS, OUTPUTS };
    char name[60];
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "factors/direct/%zu", direct[i]);
        gbench_register(name, GBENCH_OWN, measure_direct, &direct[i], sizeof *direct);
    }
    snprintf(name, sizeof name, "factors/doubly/%d", INPUTS);
    gbench_register(name, GBENCH_OWN, measure_doubly, direct, sizeof *direct);
}

#else

void kernels_factors(void) {}

#endif
