/* SOAP: Adam in the eigenbasis of Shampoo's mean products (Vyas et al. 2024).
 *
 *   L'     = b2 L + (1-b2) G G^T,  R' = b2 R + (1-b2) G^T G      both start at 0
 *   Q      = eigenvectors of L' at step 0; the Q of L' Q = Q R at steps every, 2 every, ...; P of R' likewise
 *   m'     = b1 m + (1-b1) G                                     m starts at 0, in the parameters' own basis
 *   v'     = b2 v + (1-b2) (Q^T G P)^2                           v starts at 0, in the eigenbasis
 *   N      = m^ / (sqrt(v^) + eps)                               m^ = Q^T m' P / (1 - b1^(t+1)), v^ as Adam
 *   theta' = theta - eta_t wd theta - eta_t Q N P^T
 *
 * A side longer than max_dimension is the identity. Vectors take Adam's step.
 */
#include "base/exact.h"
#include "optimizer/sides.h"

#include <string.h>

enum { LEARNING_RATE, BETA1, BETA2, EPSILON, EVERY, MAX_DIMENSION, WEIGHT_DECAY };

typedef struct coefficients {
    float b2, one_minus_b2, m_share, root_share, eps;
} coefficients;

/* N takes the place of m' in the eigenbasis. */
FL_OPTIMIZER_PASS pass(size_t n, float *restrict m, const float *restrict g, float *restrict v, coefficients c)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        m[i] = m[i] * c.m_share / (sqrtf(v[i]) * c.root_share + c.eps);
    }
}

/* A factor holds Q^T: its rows are the basis, so Q^T L (L is symmetric) are the rows to orthonormalise. The last basis
 * stays where there is no new one. */
static void take_basis(const fl_optimizer_side *side, const fl_optimizer_sides *room, bool first)
{
    size_t n = side->n;
    float *rows = room->square;
    if (!n) return;
    if (first)
        memcpy(rows, side->product, n * n * sizeof *rows);
    else
        fl_math_product(1, fl_optimizer_plain(side->factor, n, n), fl_optimizer_plain(side->product, n, n), 0, rows);
    bool taken = first ? fl_math_eigenvectors(n, rows, room->values, room->workspace)
                       : fl_math_orthonormalize(n, rows, room->workspace);
    if (taken) memcpy(side->factor, rows, n * n * sizeof *rows);
}

/* `to` = Q^T `from` P, or Q `from` P^T on the way back; `between` is for one step of it. */
static void rotate(const fl_optimizer_sides *sides, bool back, const float *from, float *between, float *to)
{
    size_t rows = sides->matrix.rows, columns = sides->matrix.columns;
    fl_math_operand left = { sides->left.factor, rows, rows, back },
                    right = { sides->right.factor, columns, columns, !back };
    if (sides->left.n)
        fl_math_product(1, left, fl_optimizer_plain(from, rows, columns), 0, between);
    else
        memcpy(between, from, rows * columns * sizeof *between);
    if (sides->right.n)
        fl_math_product(1, fl_optimizer_plain(between, rows, columns), right, 0, to);
    else
        memcpy(to, between, rows * columns * sizeof *to);
}

static coefficients coefficients_of(const fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    double steps = (double)update->step + 1;
    return (coefficients){
        .b2 = (float)hyper[BETA2],
        .one_minus_b2 = (float)(1 - hyper[BETA2]),
        .m_share = (float)(1 / (1 - fl_exact_pow(hyper[BETA1], steps))),
        .root_share = (float)(1 / sqrt(1 - fl_exact_pow(hyper[BETA2], steps))),
        .eps = fl_optimizer_epsilon(hyper[EPSILON]),
    };
}

static void move(const fl_optimizer_update *update, const fl_tensor *tensor, const fl_optimizer_sides *sides)
{
    const double *hyper = update->hyper;
    size_t at = sides->matrix.at, n = fl_optimizer_matrix_size(&sides->matrix);
    const float *g = update->gradient + at;
    float *m = update->state[0] + at, *between = sides->rooms[0], *rotated_g = sides->rooms[1],
          *rotated_m = sides->rooms[2];
    fl_optimizer_sides_add(sides, g, hyper[BETA2]);
    if (update->step % (uint64_t)hyper[EVERY] == 0) {
        take_basis(&sides->left, sides, update->step == 0);
        take_basis(&sides->right, sides, update->step == 0);
    }
    fl_optimizer_average(n, m, g, hyper[BETA1]);
    rotate(sides, false, g, between, rotated_g);
    rotate(sides, false, m, between, rotated_m);
    pass(n, rotated_m, rotated_g, update->state[1] + at, coefficients_of(update));
    rotate(sides, true, rotated_m, between, rotated_g);
    double decay = update->rate * fl_optimizer_decay(update, tensor, hyper[WEIGHT_DECAY]);
    fl_optimizer_move(n, update->parameters + at, rotated_g, (float)update->rate, (float)decay);
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    fl_optimizer_adam_step adam = { update->rate, hyper[BETA1], hyper[BETA2], hyper[EPSILON], hyper[WEIGHT_DECAY] };
    fl_optimizer_sides_each(update, hyper[MAX_DIMENSION], move);
    for (size_t i = 0; i < update->layout->n_tensors; i++)
        if (update->layout->tensors[i].role == FL_TENSOR_VECTOR)
            fl_optimizer_adam_on(update, &update->layout->tensors[i], adam);
}

static fl_optimizer_own own(const fl_optimizer_update *update)
{
    return fl_optimizer_sides_own(update->layout, update->hyper[MAX_DIMENSION]);
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "beta1", "decay rate of the first moment", FL_HYPER_LINEAR, 0.95, .min = 0, .max = 1, .max_open = true },
    { "beta2", "decay rate of the mean squares and products", FL_HYPER_LINEAR, 0.95, .min = 0, .max = 1,
      .max_open = true },
    { "epsilon", "added to the corrected root", FL_HYPER_LOG, 1e-8, .min = 0, .min_open = true, .max = HUGE_VAL },
    { "every", "steps from one basis to the next", FL_HYPER_INTEGER, 10, .min = 1, .max = HUGE_VAL },
    { "max_dimension", "a longer side keeps its own basis", FL_HYPER_INTEGER, 2048, .min = 1, .max = HUGE_VAL },
    FL_OPTIMIZER_DECAY(0),
};

const fl_optimizer fl_optimizer_soap = {
    .entry = { "soap", "Adam in the eigenbasis of Shampoo's mean products", "Vyas et al. 2024" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .canonical = true,
    .dense = true,
    .amortized = "two QR and products a matrix, about 5 n^3 / every operations a step for a side of n",
    .own = own,
    .step = step,
};
