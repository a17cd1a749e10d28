/* Implicitly restarted Lanczos (Lehoucq, Sorensen, Yang 1998) by ARPACK's reverse communication. Its own random start
 * moves with earlier calls, so the start is always given. */
#include "base/memory.h"
#include "math/eigen.h"

#include <stdlib.h>
#include <string.h>

#if defined FL_HAVE_ARPACK && defined FL_HAVE_LAPACK

#include <arpack.h>

enum { RESTARTS = 300, LEAST_BASIS = 32, PARAMETERS = 11 };

/* What ARPACK reads and writes between its calls. */
typedef struct arpack {
    int n, k, n_basis, n_work, info;
    int parameters[PARAMETERS], places[PARAMETERS];
    double *residual, *basis, *vectors3, *work; /* n, n_basis x n, 3 x n, n_work */
} arpack;

bool fl_math_eigen_usable(fl_error *error)
{
    return true;
}

static arpack begin(size_t n, size_t k, const double *start)
{
    size_t wanted = 2 * k + 1 > LEAST_BASIS ? 2 * k + 1 : LEAST_BASIS, n_basis = wanted < n ? wanted : n;
    arpack a = { .n = (int)n,
                 .k = (int)k,
                 .n_basis = (int)n_basis,
                 .n_work = (int)(n_basis * (n_basis + 8)),
                 .info = 1, /* the start is given */
                 .parameters = { 1, 0, RESTARTS, 1, 0, 0, 1 } };
    a.residual = fl_memory_new(n, sizeof *a.residual);
    memcpy(a.residual, start, n * sizeof *start);
    a.basis = fl_memory_new(n * n_basis, sizeof *a.basis);
    a.vectors3 = fl_memory_new(3 * n, sizeof *a.vectors3);
    a.work = fl_memory_new((size_t)a.n_work, sizeof *a.work);
    return a;
}

static void end(arpack *a)
{
    free(a->residual);
    free(a->basis);
    free(a->vectors3);
    free(a->work);
}

/* Products until ARPACK has what it wants. */
static void iterate(arpack *a, fl_math_eigen_apply *apply, void *user, double tolerance)
{
    for (int asks = 0;;) {
        dsaupd_c(&asks, "I", a->n, "LA", a->k, tolerance, a->residual, a->n_basis, a->basis, a->n, a->parameters,
                 a->places, a->vectors3, a->work, a->n_work, &a->info);
        if (asks != 1 && asks != -1) return;
        apply(user, a->vectors3 + a->places[0] - 1, a->vectors3 + a->places[1] - 1);
    }
}

/* ARPACK gives them in ascending order. */
static void give(arpack *a, double tolerance, double *values, double *vectors)
{
    size_t n = (size_t)a->n, k = (size_t)a->k;
    int *selected = fl_memory_new((size_t)a->n_basis, sizeof *selected);
    double *ascending = fl_memory_new(k, sizeof *ascending);
    dseupd_c(vectors != NULL, "A", selected, ascending, a->basis, a->n, 0, "I", a->n, "LA", a->k, tolerance,
             a->residual, a->n_basis, a->basis, a->n, a->parameters, a->places, a->vectors3, a->work, a->n_work,
             &a->info);
    for (size_t i = 0; i < k; i++) {
        values[i] = ascending[k - 1 - i];
        if (vectors) memcpy(vectors + i * n, a->basis + (k - 1 - i) * n, n * sizeof *vectors);
    }
    free(selected);
    free(ascending);
}

bool fl_math_eigen_largest(size_t n, fl_math_eigen_apply *apply, void *user, size_t k, double tolerance,
                           const double *start, double *values, double *vectors, fl_error *error)
{
    arpack a = begin(n, k, start);
    iterate(&a, apply, user, tolerance);
    bool converged = a.info == 0 && a.parameters[4] >= a.k;
    if (converged) give(&a, tolerance, values, vectors);
    bool given = (converged && a.info == 0) ||
                 fl_error_machine(error, "ARPACK found %d of %d eigenvalues in %d restarts (info %d)", a.parameters[4],
                                  a.k, a.parameters[2], a.info);
    end(&a);
    return given;
}

#else

bool fl_math_eigen_usable(fl_error *error)
{
    return fl_error_user(error, "Fairlead was built without ARPACK or LAPACK (packages libarpack2-dev, "
                                "libopenblas-dev)");
}

bool fl_math_eigen_largest(size_t n, fl_math_eigen_apply *apply, void *user, size_t k, double tolerance,
                           const double *start, double *values, double *vectors, fl_error *error)
{
    fl_error_die("fl_math_eigen_largest without ARPACK");
}

#endif
