/* Shampoo: the gradient between the inverse fourth roots of its mean products (Gupta et al. 2018), with a mean gradient
 * and exponential means.
 *
 *   L'     = b2 L + (1-b2) G G^T,  R' = b2 R + (1-b2) G^T G      both start at 0
 *   m'     = b1 m + (1-b1) G                                     m starts at 0
 *   theta' = theta - eta_t wd theta - eta_t (L + eps I)^-1/4 m' (R + eps I)^-1/4
 *
 * with the roots of steps 0, every, 2 every, ... A side longer than max_dimension is the identity. Vectors take
 * diagonal AdaGrad's step: S' = S + g^2, theta' = theta - eta_t wd theta - eta_t g / (sqrt(S') + eps).
 */
#include "optimizer/sides.h"

#include <string.h>

enum { LEARNING_RATE, BETA1, BETA2, EPSILON, EVERY, MAX_DIMENSION, WEIGHT_DECAY };

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict S, float eta,
                       float eps, float decay)
{
    for (size_t i = 0; i < n; i++) {
        S[i] = S[i] + g[i] * g[i];
        float kept = theta[i] - decay * theta[i];
        theta[i] = kept - eta * g[i] / (sqrtf(S[i]) + eps);
    }
}

/* x^-1/4 with eps added; rounding may leave an eigenvalue below 0. */
static float inverse_fourth_root(float eigenvalue, double eps)
{
    return (float)(1 / sqrt(sqrt(fmax((double)eigenvalue, 0) + eps)));
}

/* sum of lambda_i^-1/4 w_i w_i^T over eigenvectors, which are the rows of W. The last root stays where there is none.
 */
static void take_root(const fl_optimizer_side *side, const fl_optimizer_sides *room, double eps)
{
    size_t n = side->n;
    float *w = room->square, *scaled = room->workspace;
    memcpy(w, side->product, n * n * sizeof *w);
    if (!n || !fl_math_eigenvectors(n, w, room->values, room->workspace)) return;
    for (size_t i = 0; i < n; i++) {
        float root = inverse_fourth_root(room->values[i], eps);
        for (size_t j = 0; j < n; j++) scaled[i * n + j] = root * w[i * n + j];
    }
    fl_math_product(1, fl_optimizer_transposed(w, n, n), fl_optimizer_plain(scaled, n, n), 0, side->factor);
}

/* m' between the roots: in one of the rooms, or m' itself. */
static const float *precondition(const fl_optimizer_sides *sides, const float *m)
{
    size_t rows = sides->matrix.rows, columns = sides->matrix.columns;
    const float *direction = m;
    if (sides->left.n) {
        fl_math_product(1, fl_optimizer_plain(sides->left.factor, rows, rows),
                        fl_optimizer_plain(direction, rows, columns), 0, sides->rooms[0]);
        direction = sides->rooms[0];
    }
    if (sides->right.n) {
        fl_math_product(1, fl_optimizer_plain(direction, rows, columns),
                        fl_optimizer_plain(sides->right.factor, columns, columns), 0, sides->rooms[1]);
        direction = sides->rooms[1];
    }
    return direction;
}

static void move(const fl_optimizer_update *update, const fl_tensor *tensor, const fl_optimizer_sides *sides)
{
    const double *hyper = update->hyper;
    size_t at = sides->matrix.at, n = fl_optimizer_matrix_size(&sides->matrix);
    double eps = (double)fl_optimizer_epsilon(hyper[EPSILON]);
    fl_optimizer_sides_add(sides, update->gradient + at, hyper[BETA2]);
    if (update->step % (uint64_t)hyper[EVERY] == 0) {
        take_root(&sides->left, sides, eps);
        take_root(&sides->right, sides, eps);
    }
    fl_optimizer_average(n, update->state[0] + at, update->gradient + at, hyper[BETA1]);
    double decay = update->rate * fl_optimizer_decay(update, tensor, hyper[WEIGHT_DECAY]);
    fl_optimizer_move(n, update->parameters + at, precondition(sides, update->state[0] + at), (float)update->rate,
                      (float)decay);
}

static void move_vector(const fl_optimizer_update *update, const fl_tensor *tensor)
{
    size_t at = tensor->offset;
    double decay = update->rate * fl_optimizer_decay(update, tensor, update->hyper[WEIGHT_DECAY]);
    pass(tensor->n_values, update->parameters + at, update->gradient + at, update->state[0] + at, (float)update->rate,
         fl_optimizer_epsilon(update->hyper[EPSILON]), (float)decay);
}

static void step(fl_optimizer_update *update)
{
    fl_optimizer_sides_each(update, update->hyper[MAX_DIMENSION], move);
    for (size_t i = 0; i < update->layout->n_tensors; i++)
        if (update->layout->tensors[i].role == FL_TENSOR_VECTOR) move_vector(update, &update->layout->tensors[i]);
}

static fl_optimizer_own own(const fl_optimizer_update *update)
{
    return fl_optimizer_sides_own(update->layout, update->hyper[MAX_DIMENSION]);
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "beta1", "decay rate of the first moment", FL_HYPER_LINEAR, 0.9, .min = 0, .max = 1, .max_open = true },
    { "beta2", "decay rate of the mean products", FL_HYPER_LINEAR, 0.99, .min = 0, .max = 1, .max_open = true },
    { "epsilon", "added to every eigenvalue", FL_HYPER_LOG, 1e-4, .min = 0, .min_open = true, .max = HUGE_VAL },
    { "every", "steps from one set of roots to the next", FL_HYPER_INTEGER, 10, .min = 1, .max = HUGE_VAL },
    { "max_dimension", "a longer side is left alone", FL_HYPER_INTEGER, 2048, .min = 1, .max = HUGE_VAL },
    FL_OPTIMIZER_DECAY(0),
};

const fl_optimizer fl_optimizer_shampoo = {
    .entry = { "shampoo", "mean gradients between inverse fourth roots of their mean products", "Gupta et al. 2018" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 1,
    .canonical = true,
    .dense = true,
    .amortized = "two eigenproblems a matrix, about 9 n^3 / every operations a step for a side of n",
    .own = own,
    .step = step,
};
