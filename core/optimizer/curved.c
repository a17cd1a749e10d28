/* Arrays are canonical: of a tensor all numbers are parameters, so that the matrix has no empty rows. */
#include "optimizer/curved.h"
#include "math/dense.h"

#include <string.h>

enum { DIRECT, CG };
enum { STEP, ALL };
enum { MOST_DIRECT = 4000 }; /* its matrix takes 64 MB */
enum { VECTORS = 4 };        /* of conjugate gradients: x, r, p, Mp; `direct` uses two */

const char *const fl_optimizer_curved_solvers[] = { "direct", "cg", NULL };
const char *const fl_optimizer_curved_batches[] = { "step", "all", NULL };
const fl_hyper fl_optimizer_curved_hypers[FL_OPTIMIZER_CURVED_HYPERS] = { FL_OPTIMIZER_CURVED_ROWS };

bool fl_optimizer_curved_accepts(size_t n_parameters, const double *hyper, fl_error *error)
{
    if (hyper[FL_OPTIMIZER_CURVED_SOLVER] == CG || n_parameters <= MOST_DIRECT) return true;
    return fl_error_user(error,
                         "solver = direct forms a matrix of up to %d parameters and the model has %zu; use "
                         "solver = cg",
                         MOST_DIRECT, n_parameters);
}

fl_optimizer_wants fl_optimizer_curved_wants(const double *hyper, fl_optimizer_curvature matrix)
{
    return (fl_optimizer_wants){ .curvature = true, .all = hyper[FL_OPTIMIZER_CURVED_BATCH] == ALL, .matrix = matrix };
}

fl_optimizer_own fl_optimizer_curved_own(const fl_optimizer_update *update)
{
    size_t n = update->layout->n_parameters, vectors = VECTORS * update->layout->count;
    if (update->hyper[FL_OPTIMIZER_CURVED_SOLVER] == CG) return (fl_optimizer_own){ .scratch = vectors };
    return (fl_optimizer_own){ .scratch = vectors + n * n + n + fl_math_solve_workspace(n) };
}

/* The parameters of an array without what lies between tensors, and back. */
static void gather(const fl_tensor_layout *layout, const float *from, float *to)
{
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; to += t->n_values, t++)
        memcpy(to, from + t->offset, t->n_values * sizeof *to);
}

static void scatter(const fl_tensor_layout *layout, const float *from, float *to)
{
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; from += t->n_values, t++)
        memcpy(to + t->offset, from, t->n_values * sizeof *to);
}

/* Row by row: M is symmetric. */
static void form(fl_optimizer_update *update, fl_optimizer_curvature kind, float *unit, float *column, float *matrix)
{
    const fl_tensor_layout *layout = update->layout;
    size_t n = layout->n_parameters, row = 0;
    memset(unit, 0, layout->count * sizeof *unit);
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; t++)
        for (size_t i = 0; i < t->n_values; i++, row++) {
            unit[t->offset + i] = 1;
            update->lent->product(update, kind, unit, column);
            unit[t->offset + i] = 0;
            gather(layout, column, matrix + row * n);
        }
    for (size_t i = 0; i < n; i++) matrix[i * n + i] += (float)update->hyper[FL_OPTIMIZER_CURVED_DAMPING];
}

/* The direction, in the update's scratch. */
static const float *solve_directly(fl_optimizer_update *update, fl_optimizer_curvature kind)
{
    size_t n = update->layout->n_parameters, count = update->layout->count;
    float *x = update->scratch, *column = x + count, *matrix = x + VECTORS * count, *b = matrix + n * n;
    form(update, kind, x, column, matrix);
    gather(update->layout, update->gradient, b);
    memset(x, 0, count * sizeof *x);
    size_t n_negative;
    if (fl_math_solve(n, matrix, b, b + n, &n_negative)) scatter(update->layout, b, x);
    update->negative_curvature = (double)n_negative;
    return x;
}

/* One iteration; false where the curvature along p is not positive. `square` is r.r. */
static bool iterate(fl_optimizer_update *update, fl_optimizer_curvature kind, float *const vectors[VECTORS],
                    double *square)
{
    size_t n = update->layout->count;
    float *x = vectors[0], *r = vectors[1], *p = vectors[2], *product = vectors[3];
    update->lent->product(update, kind, p, product);
    fl_optimizer_along(n, product, product, p, (float)update->hyper[FL_OPTIMIZER_CURVED_DAMPING]);
    double curvature = fl_optimizer_dot(p, product, n), before = *square;
    if (!(curvature > 0)) return false;
    fl_optimizer_along(n, x, x, p, (float)(before / curvature));
    fl_optimizer_along(n, r, r, product, (float)(-before / curvature));
    *square = fl_optimizer_square(r, n);
    fl_optimizer_along(n, p, r, p, (float)(*square / before));
    return true;
}

static const float *solve_by_gradients(fl_optimizer_update *update, fl_optimizer_curvature kind)
{
    size_t n = update->layout->count, bytes = n * sizeof(float);
    float *const vectors[VECTORS] = { update->scratch, update->scratch + n, update->scratch + 2 * n,
                                      update->scratch + 3 * n };
    double square = fl_optimizer_square(update->gradient, n);
    double enough = fmax(update->hyper[FL_OPTIMIZER_CURVED_TOLERANCE], (double)FLT_EPSILON) * sqrt(square);
    memset(vectors[0], 0, bytes);
    memcpy(vectors[1], update->gradient, bytes);
    memcpy(vectors[2], update->gradient, bytes);
    for (size_t i = 0; i < (size_t)update->hyper[FL_OPTIMIZER_CURVED_ITERATIONS] && sqrt(square) > enough; i++)
        if (!iterate(update, kind, vectors, &square)) {
            update->negative_curvature = 1;
            if (!i) memcpy(vectors[0], update->gradient, bytes);
            break;
        }
    return vectors[0];
}

void fl_optimizer_curved_step(fl_optimizer_update *update, fl_optimizer_curvature matrix)
{
    bool all = update->hyper[FL_OPTIMIZER_CURVED_BATCH] == ALL;
    bool directly = update->hyper[FL_OPTIMIZER_CURVED_SOLVER] == DIRECT;
    update->negative_curvature = 0;
    update->lent->stand(update, all ? FL_OPTIMIZER_ALL : FL_OPTIMIZER_HERE);
    const float *direction = (directly ? solve_directly : solve_by_gradients)(update, matrix);
    fl_optimizer_along(update->layout->count, update->parameters, update->parameters, direction, -(float)update->rate);
}

void fl_optimizer_curved_map_sgd(const double *sgd, double *general)
{
    double damping = fmax(general[FL_OPTIMIZER_CURVED_DAMPING], FL_OPTIMIZER_LARGE_EPSILON);
    general[FL_OPTIMIZER_CURVED_DAMPING] = damping;
    general[FL_OPTIMIZER_CURVED_RATE] = sgd[0] * damping;
}
