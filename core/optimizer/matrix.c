/* Matrices within tensors, and the elementwise parts of the rules that look at them. */
#include "optimizer/matrix.h"
#include "base/exact.h"

size_t fl_optimizer_n_matrices(const fl_tensor *tensor)
{
    return tensor->n_matrices ? tensor->n_matrices : 1;
}

fl_optimizer_matrix fl_optimizer_matrix_of(const fl_tensor *tensor, size_t index)
{
    size_t rows = tensor->shape[0] / fl_optimizer_n_matrices(tensor), columns = tensor->n_values / tensor->shape[0];
    return (fl_optimizer_matrix){ tensor->offset + index * rows * columns, rows, columns };
}

size_t fl_optimizer_matrix_size(const fl_optimizer_matrix *matrix)
{
    return matrix->rows * matrix->columns;
}

fl_math_operand fl_optimizer_plain(const float *values, size_t rows, size_t columns)
{
    return (fl_math_operand){ values, rows, columns, false };
}

fl_math_operand fl_optimizer_transposed(const float *values, size_t rows, size_t columns)
{
    return (fl_math_operand){ values, rows, columns, true };
}

typedef struct coefficients {
    float b1, one_minus_b1, b2, one_minus_b2, alpha, root_share, eps, decay;
} coefficients;

FL_OPTIMIZER_PASS adam(size_t n, float *restrict theta, const float *restrict g, float *restrict m, float *restrict v,
                       coefficients c)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = c.b1 * m[i] + c.one_minus_b1 * g[i];
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        float kept = theta[i] - c.decay * theta[i];
        theta[i] = kept - c.alpha * m[i] / (sqrtf(v[i]) * c.root_share + c.eps);
    }
}

void fl_optimizer_adam_on(const fl_optimizer_update *update, const fl_tensor *tensor, fl_optimizer_adam_step a)
{
    size_t at = tensor->offset;
    double steps = (double)update->step + 1, decay = fl_optimizer_decay(update, tensor, a.weight_decay);
    coefficients c = {
        .b1 = (float)a.beta1,
        .one_minus_b1 = (float)(1 - a.beta1),
        .b2 = (float)a.beta2,
        .one_minus_b2 = (float)(1 - a.beta2),
        .alpha = (float)(a.rate / (1 - fl_exact_pow(a.beta1, steps))),
        .root_share = (float)(1 / sqrt(1 - fl_exact_pow(a.beta2, steps))),
        .eps = fl_optimizer_epsilon(a.epsilon),
        .decay = (float)(a.rate * decay),
    };
    adam(tensor->n_values, update->parameters + at, update->gradient + at, update->state[0] + at, update->state[1] + at,
         c);
}

FL_OPTIMIZER_PASS move(size_t n, float *restrict theta, const float *restrict direction, float eta, float decay)
{
    for (size_t i = 0; i < n; i++) {
        float kept = theta[i] - decay * theta[i];
        theta[i] = kept - eta * direction[i];
    }
}

void fl_optimizer_move(size_t n, float *theta, const float *direction, float eta, float decay)
{
    move(n, theta, direction, eta, decay);
}

FL_OPTIMIZER_PASS average(size_t n, float *restrict state, const float *restrict values, float share, float rest)
{
    for (size_t i = 0; i < n; i++) state[i] = share * state[i] + rest * values[i];
}

void fl_optimizer_average(size_t n, float *state, const float *values, double share)
{
    average(n, state, values, (float)share, (float)(1 - share));
}
