/* Muon: momentum, then the nearest orthogonal matrix, about (Jordan et al. 2024). AdamW for what is no inner matrix.
 *
 *   B'     = mu B + g                                       B starts at 0
 *   U      = g + mu B'
 *   X      = U / (norm(U) + 1e-7), then `iterations` times
 *   X      <- a X + (b A + c A^2) X,  A = X X^T             (a, b, c) = (3.4445, -4.7750, 2.0315)
 *   theta' = theta - eta_t wd theta - eta_t sqrt(max(1, rows/columns)) X
 *
 * With more rows than columns X^T is meant: the same as X <- a X + X (b A + c A^2) with A = X^T X, which needs no
 * transpose. Vectors, embeddings and the output layer take AdamW's step at the rate fallback_rate eta_t / eta_0.
 */
#include "optimizer/matrix.h"

enum { LEARNING_RATE, MOMENTUM, ITERATIONS, WEIGHT_DECAY, FALLBACK_RATE };
enum { RATE_ROOM = 2 }; /* floats of the double that remembers eta_0 */

static const float NEWTON_SCHULZ[] = { 3.4445f, -4.7750f, 2.0315f };

FL_OPTIMIZER_PASS pass(size_t n, const float *restrict g, float *restrict B, float *restrict U, float mu)
{
    for (size_t i = 0; i < n; i++) {
        B[i] = mu * B[i] + g[i];
        U[i] = g[i] + mu * B[i];
    }
}

FL_OPTIMIZER_PASS scale(size_t n, float *restrict to, const float *restrict from, float by)
{
    for (size_t i = 0; i < n; i++) to[i] = by * from[i];
}

static size_t shorter(const fl_optimizer_matrix *matrix)
{
    return matrix->rows < matrix->columns ? matrix->rows : matrix->columns;
}

/* Two matrices of the shape, two squares of its shorter side. */
static size_t room(const fl_optimizer_matrix *matrix)
{
    return 2 * fl_optimizer_matrix_size(matrix) + 2 * shorter(matrix) * shorter(matrix);
}

static fl_optimizer_own own(const fl_optimizer_update *update)
{
    const fl_tensor_layout *layout = update->layout;
    fl_optimizer_own floats = { .kept = RATE_ROOM };
    for (size_t i = 0; i < layout->n_tensors; i++) {
        if (layout->tensors[i].role != FL_TENSOR_MATRIX) continue;
        fl_optimizer_matrix matrix = fl_optimizer_matrix_of(&layout->tensors[i], 0);
        if (room(&matrix) > floats.scratch) floats.scratch = room(&matrix);
    }
    return floats;
}

/* One iteration from `x` to `y`; `a`, `b` are squares of the shorter side. */
static void iterate(const fl_optimizer_matrix *matrix, const float *x, float *y, float *a, float *b)
{
    size_t rows = matrix->rows, columns = matrix->columns, side = shorter(matrix);
    fl_math_operand plain = fl_optimizer_plain(x, rows, columns), turned = fl_optimizer_transposed(x, rows, columns);
    bool wide = rows <= columns;
    fl_math_operand square = fl_optimizer_plain(a, side, side), polynomial = fl_optimizer_plain(b, side, side);
    fl_math_product(1, wide ? plain : turned, wide ? turned : plain, 0, a);
    scale(side * side, b, a, NEWTON_SCHULZ[1]);
    fl_math_product(NEWTON_SCHULZ[2], square, square, 1, b);
    scale(rows * columns, y, x, NEWTON_SCHULZ[0]);
    fl_math_product(1, wide ? polynomial : plain, wide ? plain : polynomial, 1, y);
}

/* The direction, in the update's scratch. */
static const float *orthogonalize(const fl_optimizer_update *update, const fl_optimizer_matrix *matrix)
{
    size_t n = fl_optimizer_matrix_size(matrix), side = shorter(matrix);
    float *x = update->scratch, *y = x + n, *a = y + n, *b = a + side * side;
    pass(n, update->gradient + matrix->at, update->state[0] + matrix->at, y, (float)update->hyper[MOMENTUM]);
    scale(n, x, y, (float)(1 / (sqrt(fl_optimizer_square(y, n)) + 1e-7)));
    for (int i = 0; i < (int)update->hyper[ITERATIONS]; i++) {
        iterate(matrix, x, y, a, b);
        float *swapped = x;
        x = y;
        y = swapped;
    }
    return x;
}

static void move(const fl_optimizer_update *update, const fl_tensor *tensor, size_t index)
{
    fl_optimizer_matrix matrix = fl_optimizer_matrix_of(tensor, index);
    double decay = fl_optimizer_decay(update, tensor, update->hyper[WEIGHT_DECAY]);
    double tall = fmax(1, (double)matrix.rows / (double)matrix.columns);
    const float *direction = orthogonalize(update, &matrix);
    fl_optimizer_move(fl_optimizer_matrix_size(&matrix), update->parameters + matrix.at, direction,
                      (float)(update->rate * sqrt(tall)), (float)(update->rate * decay));
}

/* eta_t / eta_0: eta_0 is the rate that the schedule scales, or the first where a list gives rates. */
static double relative_rate(const fl_optimizer_update *update)
{
    double *first = (double *)update->own;
    if (!update->step) *first = isnan(update->hyper[LEARNING_RATE]) ? update->rate : update->hyper[LEARNING_RATE];
    return *first > 0 ? update->rate / *first : 0;
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    fl_optimizer_adam_step fallback = { hyper[FALLBACK_RATE] * relative_rate(update), 0.9, 0.999, 1e-8,
                                        hyper[WEIGHT_DECAY] };
    for (const fl_tensor *t = update->layout->tensors; t < update->layout->tensors + update->layout->n_tensors; t++) {
        if (t->role != FL_TENSOR_MATRIX) fl_optimizer_adam_on(update, t, fallback);
        for (size_t i = 0; t->role == FL_TENSOR_MATRIX && i < fl_optimizer_n_matrices(t); i++) move(update, t, i);
    }
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "momentum", "mu, the decay factor of the velocity", FL_HYPER_LINEAR, 0.95, .min = 0, .max = 1, .max_open = true },
    { "iterations", "Newton-Schulz iterations towards the orthogonal matrix", FL_HYPER_INTEGER, 5, .min = 1,
      .max = 20 },
    FL_OPTIMIZER_DECAY(0),
    { "fallback_rate", "AdamW's rate for what is no inner matrix", FL_HYPER_LOG, 1e-3, .min = 0, .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_muon = {
    .entry = { "muon", "momentum made orthogonal, matrix by matrix; AdamW for the rest", "Jordan et al. 2024" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .canonical = true,
    .dense = true,
    .own = own,
    .step = step,
};
