/* A formed matrix answers everything; of a larger one each figure has its own method. */
#include "curvature/spectrum.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Lanczos: 10 starts of 80 steps show a density's shape to about a hundredth of its width (Ghorbani et al. 2019 use 10
 * of 90). */
const fl_curvature_request fl_curvature_default = {
    .n_largest = 1, .n_smallest = 1, .trace_products = 60, .lanczos_starts = 1, .lanczos_steps = 80
};

/* Of eigenvalues below this share of the largest a formed matrix in single precision tells only that they are small.
 * Of one that is not formed the smallest are known to the residual of extremes.c, 2e-4 of the largest. */
static const double counts_above = 1e-6, counts_above_unformed = 1e-3;

/* A matrix that counts what it is asked. */
typedef struct counted {
    const fl_curvature_matrix *of;
    size_t products;
} counted;

static void apply(void *user, const float *v, float *out)
{
    counted *c = user;
    c->products++;
    c->of->apply(c->of->user, v, out);
}

static void form(void *user, double *rows)
{
    counted *c = user;
    c->products += c->of->n;
    c->of->form(c->of->user, rows);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void allocate(fl_curvature_spectrum *s, const fl_curvature_request *request, size_t most)
{
    s->n_largest = least(request->n_largest, most);
    s->n_smallest = least(request->n_smallest, most);
    s->n_vectors = least(request->n_vectors, s->n_largest);
    s->largest = fl_memory_new(s->n_largest, sizeof *s->largest);
    s->smallest = fl_memory_new(s->n_smallest, sizeof *s->smallest);
    s->vectors = fl_memory_new((s->n_vectors ? s->n_largest : 0) * s->n, sizeof *s->vectors);
}

/* Every figure from all eigenvalues, the least first. */
static void take_all(fl_curvature_spectrum *s, const double *values, const double *vectors)
{
    size_t n = s->n;
    for (size_t i = 0; i < s->n_largest; i++) s->largest[i] = values[n - 1 - i];
    for (size_t i = 0; i < s->n_smallest; i++) s->smallest[i] = values[i];
    for (size_t k = 0; k < s->n_vectors; k++)
        for (size_t i = 0; i < n; i++) s->vectors[k * n + i] = (float)vectors[(n - 1 - k) * n + i];
    s->n_nodes = n;
    s->nodes = fl_memory_new(n, sizeof *s->nodes);
    s->weights = fl_memory_new(n, sizeof *s->weights);
    for (size_t i = 0; i < n; i++) {
        s->nodes[i] = values[i];
        s->weights[i] = 1 / (double)n;
        s->trace += values[i];
    }
}

static bool measure_formed(const fl_curvature_matrix *matrix, const fl_curvature_request *request,
                           fl_curvature_spectrum *s, fl_error *error)
{
    size_t n = s->n;
    double *values = fl_memory_new(n, sizeof *values), *vectors = fl_memory_new(n * n, sizeof *vectors);
    bool formed = fl_curvature_form(matrix, values, vectors, error);
    s->exact = true;
    if (formed) allocate(s, request, n);
    if (formed) take_all(s, values, vectors);
    free(values);
    free(vectors);
    return formed;
}

/* Each start's nodes with its share of the weights. */
static bool add_density(const fl_curvature_matrix *matrix, const fl_curvature_request *request,
                        fl_curvature_spectrum *s, fl_error *error)
{
    size_t starts = request->lanczos_starts, most = starts * request->lanczos_steps;
    s->nodes = fl_memory_new(most, sizeof *s->nodes);
    s->weights = fl_memory_new(most, sizeof *s->weights);
    for (size_t i = 0; i < starts; i++) {
        double *weights = s->weights + s->n_nodes;
        size_t found =
            fl_curvature_lanczos(matrix, request->lanczos_steps, request->seed, i, s->nodes + s->n_nodes, weights);
        if (!found) return fl_error_machine(error, "a product with the matrix is not finite");
        for (size_t k = 0; k < found; k++) weights[k] /= (double)starts;
        s->n_nodes += found;
    }
    return true;
}

static bool measure_products(const fl_curvature_matrix *matrix, const fl_curvature_request *request,
                             fl_curvature_spectrum *s, fl_error *error)
{
    uint64_t seed = request->seed;
    allocate(s, request, s->n - 1);
    if (!add_density(matrix, request, s, error)) return false;
    if (!fl_curvature_largest(matrix, s->n_largest, seed, s->largest, s->n_vectors ? s->vectors : NULL, error) ||
        (s->n_smallest && !fl_curvature_smallest(matrix, s->n_smallest, s->largest[0], seed, s->smallest, error)))
        return false;
    s->trace = fl_curvature_trace(matrix, request->trace_products, seed, &s->trace_error);
    return true;
}

/* The least of `values` above a limit, and of `so_far`. */
static double least_above(double limit, const double *values, size_t n, double so_far)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] > limit) so_far = fmin(so_far, values[i]);
    return so_far;
}

static void add_conditions(fl_curvature_spectrum *s)
{
    double largest = s->largest[0], limit = (s->exact ? counts_above : counts_above_unformed) * largest;
    double smallest = least_above(limit, s->smallest, s->n_smallest, largest);
    smallest = least_above(limit, s->nodes, s->n_nodes, smallest);
    s->condition = largest > 0 ? largest / smallest : NAN;
    s->condition_mean = s->trace > 0 ? largest * (double)s->n / s->trace : NAN;
}

bool fl_curvature_measure(const fl_curvature_matrix *matrix, const fl_curvature_request *request,
                          fl_curvature_spectrum *spectrum, fl_error *error)
{
    counted count = { matrix, 0 };
    fl_curvature_matrix asked = { matrix->n, apply, &count, matrix->form ? form : NULL };
    *spectrum = (fl_curvature_spectrum){ .n = matrix->n };
    bool measured =
        (matrix->n <= FL_CURVATURE_FORMED ? measure_formed : measure_products)(&asked, request, spectrum, error);
    spectrum->products = count.products;
    if (measured) add_conditions(spectrum);
    return measured;
}

void fl_curvature_spectrum_free(fl_curvature_spectrum *spectrum)
{
    free(spectrum->largest);
    free(spectrum->smallest);
    free(spectrum->vectors);
    free(spectrum->nodes);
    free(spectrum->weights);
}
