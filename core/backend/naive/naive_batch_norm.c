/* Batch normalisation: y = gain (x - mean) / sqrt(variance + epsilon) + bias, channel by channel.
 *
 * With x^ = (x - mean) / deviation and d the gradient at y, over the N numbers of a channel:
 *   d_gain = sum d x^,  d_bias = sum d,  d_x = gain / deviation (d - d_bias / N - x^ d_gain / N).
 * Training keeps the batch's mean and 1 / deviation for backward and moves the running ones, the variance with N - 1.
 * Sums run in double.
 */
#include "backend/naive/naive.h"

#include <math.h>

enum { GAIN, BIAS };
enum { RUNNING_MEAN, RUNNING_VAR };

/* The numbers of a channel: `n` examples of `plane` numbers, `step` apart. */
typedef struct channel {
    size_t n, plane, step, first;
} channel;

static channel channel_of(const fl_backend_plain *p, size_t c)
{
    size_t plane = p->in.h * p->in.w;
    return (channel){ p->in.n, plane, p->in.c * plane, c * plane };
}

static double sum_of(channel ch, const float *values)
{
    double total = 0;
    for (size_t n = 0; n < ch.n; n++)
        for (size_t i = 0; i < ch.plane; i++) total += values[ch.first + n * ch.step + i];
    return total;
}

static double squares_of(channel ch, const float *values, double mean)
{
    double total = 0;
    for (size_t n = 0; n < ch.n; n++)
        for (size_t i = 0; i < ch.plane; i++) {
            double off = values[ch.first + n * ch.step + i] - mean;
            total += off * off;
        }
    return total;
}

/* Of the batch in training, which the running ones follow; else the running ones. */
static void find_statistics(const fl_backend_plain *p, size_t c, float *mean, float *scale)
{
    channel ch = channel_of(p, c);
    double n = (double)(ch.n * ch.plane), momentum = p->layer.momentum;
    double m = p->at.state[RUNNING_MEAN][c], variance = p->at.state[RUNNING_VAR][c];
    if (p->training) {
        m = sum_of(ch, p->at.in[0]) / n;
        double squares = squares_of(ch, p->at.in[0], m);
        variance = squares / n;
        double unbiased = n > 1 ? squares / (n - 1) : variance;
        p->at.state[RUNNING_MEAN][c] = (float)((1 - momentum) * p->at.state[RUNNING_MEAN][c] + momentum * m);
        p->at.state[RUNNING_VAR][c] = (float)((1 - momentum) * p->at.state[RUNNING_VAR][c] + momentum * unbiased);
    }
    *mean = (float)m;
    *scale = (float)(1 / sqrt(variance + p->layer.epsilon));
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    float *means = p->at.workspace, *scales = means + p->in.c;
    const float *in = p->at.in[0];
    float *out = p->at.out;
    for (size_t c = 0; c < p->in.c; c++) {
        channel ch = channel_of(p, c);
        find_statistics(p, c, &means[c], &scales[c]);
        float gain = p->at.param[GAIN][c], bias = p->at.param[BIAS][c];
        for (size_t n = 0; n < ch.n; n++)
            for (size_t i = ch.first + n * ch.step; i < ch.first + n * ch.step + ch.plane; i++)
                out[i] = gain * ((in[i] - means[c]) * scales[c]) + bias;
    }
}

static double products_of(channel ch, const float *d_out, const float *in, float mean, float scale)
{
    double total = 0;
    for (size_t n = 0; n < ch.n; n++)
        for (size_t i = ch.first + n * ch.step; i < ch.first + n * ch.step + ch.plane; i++)
            total += (double)d_out[i] * ((in[i] - mean) * scale);
    return total;
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    const float *means = p->at.workspace, *scales = means + p->in.c;
    const float *in = p->at.in[0], *d_out = p->at.d_out;
    float *d_in = p->at.d_in[0];
    for (size_t c = 0; c < p->in.c; c++) {
        channel ch = channel_of(p, c);
        double count = (double)(ch.n * ch.plane), d_bias = sum_of(ch, d_out);
        double d_gain = products_of(ch, d_out, in, means[c], scales[c]);
        p->at.grad[GAIN][c] = (float)d_gain;
        p->at.grad[BIAS][c] = (float)d_bias;
        float factor = p->at.param[GAIN][c] * scales[c];
        float mean_d = (float)(d_bias / count), mean_product = (float)(d_gain / count);
        for (size_t n = 0; p->needs_d_in && n < ch.n; n++)
            for (size_t i = ch.first + n * ch.step; i < ch.first + n * ch.step + ch.plane; i++)
                d_in[i] = factor * (d_out[i] - mean_d - (in[i] - means[c]) * scales[c] * mean_product);
    }
}

fl_backend_op *fl_naive_batch_norm(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "double sums", forward, backward);
    p->op.workspace_bytes = 2 * p->in.c * sizeof(float);
    p->op.reads_out = false;
    return &p->op;
}
