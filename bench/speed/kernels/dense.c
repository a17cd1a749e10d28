/* Dense algebra as the rules use it, on matrices of 1024 x 1024: the products of a step beside the fastest product
 * here, eigenvectors and orthonormal rows beside LAPACK called directly with the workspace it likes best. */
#include "base/clock.h"
#include "math/dense.h"
#include "math/lapack.h"
#include "speed/gbench/gbench.h"
#include "speed/kernels/kernels.h"
#include "speed/kernels/work.h"
#include "speed/kernels/setups.h"
#include "speed/roofline/roofline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = SETUP_SIDE };

#ifdef FL_HAVE_LAPACK

/* --- products of a step, no basis or root taken --- */

typedef struct products {
    const char *rule;
    double cubes; /* operations over N^3 */
} products;

static const products rules[] = {
    { "muon", 5 * 6 },    /* five iterations of X X^T, A A and B X */
    { "shampoo", 4 * 2 }, /* G G^T, G^T G; between two roots */
    { "soap", 8 * 2 },    /* G G^T, G^T G; gradient and mean into the basis, the direction out of it */
};

static void no_basis(const fl_optimizer *rule, setup_update *setup)
{
    size_t every = fl_hyper_index(rule->hypers, rule->n_hypers, "every");
    if (every < rule->n_hypers) setup->hyper[every] = 1e9;
    setup->update.step = 1;
}

static void measure_products(gbench *run, const void *what)
{
    const products *p = what;
    const fl_optimizer *rule = fl_optimizer_find(p->rule, NULL);
    fl_arena *arena = fl_arena_new();
    setup_update *setup = setup_update_of(arena, rule, N * N);
    double least = HUGE_VAL, operations = p->cubes * N * N * N, peak = roofline_product(FL_BACKEND_F32, NULL);
    for (no_basis(rule, setup); gbench_next(run); setup->update.step++) {
        double begun = fl_clock_seconds();
        rule->step(&setup->update);
        double seconds = fl_clock_seconds() - begun;
        least = fmin(least, seconds);
        gbench_seconds(run, seconds);
    }
    work_count_timed(run, operations, least, peak);
    fl_arena_free(arena);
}

/* --- beside LAPACK --- */

enum { WORK = 4 * N * N, WHOLE = 8 * N };

typedef struct room {
    float *matrix, *copy, *values, *workspace, *work;
    double *exact, *exact_values, *exact_work;
    int *whole;
} room;

static void eigenvectors(const room *r)
{
    if (!fl_math_eigenvectors(N, r->copy, r->values, r->workspace)) fl_error_die("no eigenvectors");
}

static void eigenvectors_directly(const room *r)
{
    const int n = N, n_work = WORK, n_whole = WHOLE;
    int info;
    for (size_t i = 0; i < N * N; i++) r->exact[i] = (double)r->copy[i];
    dsyevd_("V", "U", &n, r->exact, &n, r->exact_values, r->exact_work, &n_work, r->whole, &n_whole, &info, 1, 1);
    if (info) fl_error_die("dsyevd: %d", info);
}

static void orthonormalize(const room *r)
{
    if (!fl_math_orthonormalize(N, r->copy, r->workspace)) fl_error_die("no orthonormal rows");
}

static void orthonormalize_directly(const room *r)
{
    const int n = N, n_work = WORK;
    int info;
    sgeqrf_(&n, &n, r->copy, &n, r->values, r->work, &n_work, &info);
    if (!info) sorgqr_(&n, &n, &n, r->copy, &n, r->values, r->work, &n_work, &info);
    if (info) fl_error_die("sgeqrf, sorgqr: %d", info);
}

typedef struct factorisation {
    const char *name;
    void (*ours)(const room *r), (*lapack)(const room *r);
} factorisation;

static const factorisation factorisations[] = {
    { "eigenvectors", eigenvectors, eigenvectors_directly },
    { "orthonormalize", orthonormalize, orthonormalize_directly },
};

/* The mean product of random rows: symmetric, no two eigenvalues alike. */
static room room_of(fl_arena *arena)
{
    room r = { .matrix = fl_arena_floats(arena, N * N), .copy = fl_arena_floats(arena, N * N) };
    fl_random_stream stream = fl_random_stream_start(1, "noise", 0);
    for (size_t i = 0; i < N * N; i++) r.copy[i] = (float)fl_random_normal(&stream);
    fl_math_operand rows = { r.copy, N, N, false }, turned = { r.copy, N, N, true };
    fl_math_product(1.0f / N, rows, turned, 0, r.matrix);
    r.values = fl_arena_floats(arena, N);
    r.workspace = fl_arena_floats(arena, fl_math_workspace(N));
    r.work = fl_arena_floats(arena, WORK);
    r.exact = fl_arena_bytes(arena, N * N * sizeof *r.exact);
    r.exact_values = fl_arena_bytes(arena, N * sizeof *r.exact_values);
    r.exact_work = fl_arena_bytes(arena, WORK * sizeof *r.exact_work);
    r.whole = fl_arena_bytes(arena, WHOLE * sizeof *r.whole);
    return r;
}

static double seconds_of(void (*run)(const room *r), const room *r)
{
    memcpy(r->copy, r->matrix, N * N * sizeof *r->copy);
    double begun = fl_clock_seconds();
    run(r);
    return fl_clock_seconds() - begun;
}

/* Ours and LAPACK take turns; of both the least counts. */
static void measure_factorisation(gbench *run, const void *what)
{
    const factorisation *f = what;
    fl_arena *arena = fl_arena_new();
    room r = room_of(arena);
    double ours = HUGE_VAL, theirs = HUGE_VAL;
    while (gbench_next(run)) {
        double seconds = seconds_of(f->ours, &r);
        theirs = fmin(theirs, seconds_of(f->lapack, &r));
        ours = fmin(ours, seconds);
        gbench_seconds(run, seconds);
    }
    gbench_count(run, "times_lapack", ours / theirs);
    fl_arena_free(arena);
}

void kernels_dense(void)
{
    char name[100];
    for (const products *p = rules; p < rules + sizeof rules / sizeof *rules; p++) {
        snprintf(name, sizeof name, "products/%s/%d", p->rule, N);
        gbench_register(name, GBENCH_OWN, measure_products, p, sizeof *p);
    }
    for (const factorisation *f = factorisations; f < factorisations + sizeof factorisations / sizeof *factorisations;
         f++) {
        snprintf(name, sizeof name, "%s/%d", f->name, N);
        gbench_register(name, GBENCH_OWN, measure_factorisation, f, sizeof *f);
    }
}

#else

void kernels_dense(void) {}

#endif
