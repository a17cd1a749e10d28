/* OpenBLAS's sgemm. */
#include "base/arena.h"
#include "base/memory.h"
#include "speed/roofline/product.h"

#include <cblas.h>
#include <stdlib.h>

struct product {
    size_t n;
    fl_arena *arena;
    float *a, *b, *c;
};

static float *matrix(product *p)
{
    float *values = fl_arena_floats(p->arena, p->n * p->n);
    for (size_t i = 0; i < p->n * p->n; i++) values[i] = 0.75f;
    return values;
}

static product *plan(size_t n, fl_backend_precision precision)
{
    product *p = fl_memory_new(1, sizeof *p);
    *p = (product){ .n = n, .arena = fl_arena_new() };
    p->a = matrix(p);
    p->b = matrix(p);
    p->c = matrix(p);
    return p;
}

static void run(void *planned)
{
    product *p = planned;
    int n = (int)p->n;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, p->a, n, p->b, n, 0, p->c, n);
}

static void give_back(product *p)
{
    fl_arena_free(p->arena);
    free(p);
}

const product_library product_openblas = { "openblas", plan, run, give_back };
