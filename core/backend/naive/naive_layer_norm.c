/* Layer normalisation: y = gain (x - mean) / sqrt(variance + epsilon) + bias, row by row; gain and bias by value.
 *
 * With x^ = (x - mean) / deviation, d the gradient at y and g = gain d, over the n numbers of a row:
 *   d_gain = sum over rows of d x^,  d_bias = sum of d,  d_x = (g - mean g - x^ mean(g x^)) / deviation.
 * Training keeps mean and 1 / deviation of each row for backward. Sums run in double.
 */
#include "backend/naive/naive.h"

#include <math.h>
#include <string.h>

enum { GAIN, BIAS };

typedef struct statistics {
    float mean, scale; /* scale: 1 / deviation */
} statistics;

static statistics statistics_of(const float *x, size_t n, double epsilon)
{
    double total = 0, squares = 0;
    for (size_t i = 0; i < n; i++) total += x[i];
    double mean = total / (double)n;
    for (size_t i = 0; i < n; i++) squares += (x[i] - mean) * (x[i] - mean);
    return (statistics){ (float)mean, (float)(1 / sqrt(squares / (double)n + epsilon)) };
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t n = fl_tensor_shape_columns(p->in), rows = fl_tensor_shape_rows(p->in);
    const float *x = p->at.in[0], *gain = p->at.param[GAIN], *bias = p->at.param[BIAS];
    float *y = p->at.out;
    statistics *of = p->at.workspace;
    for (size_t r = 0; r < rows; r++, x += n, y += n) {
        of[r] = statistics_of(x, n, p->layer.epsilon);
        for (size_t i = 0; i < n; i++) y[i] = gain[i] * ((x[i] - of[r].mean) * of[r].scale) + bias[i];
    }
}

static void add_gradients(size_t n, statistics s, const float *x, const float *d, double *d_gain, double *d_bias)
{
    for (size_t i = 0; i < n; i++) {
        d_gain[i] += (double)d[i] * ((x[i] - s.mean) * s.scale);
        d_bias[i] += d[i];
    }
}

static void backward_row(size_t n, statistics s, const float *gain, const float *x, const float *d, float *d_x)
{
    double mean_g = 0, mean_product = 0;
    for (size_t i = 0; i < n; i++) {
        double g = (double)gain[i] * d[i];
        mean_g += g;
        mean_product += g * ((x[i] - s.mean) * s.scale);
    }
    mean_g /= (double)n;
    mean_product /= (double)n;
    for (size_t i = 0; i < n; i++) {
        double hat = (x[i] - s.mean) * s.scale;
        d_x[i] = (float)(s.scale * ((double)gain[i] * d[i] - mean_g - hat * mean_product));
    }
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t n = fl_tensor_shape_columns(p->in), rows = fl_tensor_shape_rows(p->in);
    const float *x = p->at.in[0], *d = p->at.d_out;
    const statistics *of = p->at.workspace;
    double *d_gain = p->at.scratch, *d_bias = d_gain + n;
    memset(d_gain, 0, 2 * n * sizeof *d_gain);
    for (size_t r = 0; r < rows; r++) {
        add_gradients(n, of[r], x + r * n, d + r * n, d_gain, d_bias);
        if (p->needs_d_in)
            backward_row(n, of[r], p->at.param[GAIN], x + r * n, d + r * n, (float *)p->at.d_in[0] + r * n);
    }
    for (size_t i = 0; i < n; i++) {
        p->at.grad[GAIN][i] = (float)d_gain[i];
        p->at.grad[BIAS][i] = (float)d_bias[i];
    }
}

fl_backend_op *fl_naive_layer_norm(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "double sums", forward, backward);
    p->op.workspace_bytes = fl_tensor_shape_rows(p->in) * sizeof(statistics);
    p->op.scratch_bytes = 2 * fl_tensor_shape_columns(p->in) * sizeof(double);
    p->op.reads_out = false;
    return &p->op;
}
