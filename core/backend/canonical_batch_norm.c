/* Batch normalisation over the batches of V workers, whose statistics are everybody's (Goyal et al. 2017 keep them
 * apart; Peng et al. 2018, MegDet, have them so). The formulas are naive_batch_norm.c's with N the numbers of a channel
 * in all workers' batches. What a pass needs to know of others it has from meetings: each worker leaves sums, and finds
 * the mean of everybody's in their place (fl_backend_meeting).
 *
 *   forward    1. sum x    2. sum (x - mean)^2    3. y
 *   backward   1. sum d, sum d x^    2. d_x
 *
 * d is of a worker's own mean loss, so d_gain and d_bias are too, and their mean is everybody's. Sums run in double.
 */
#include "backend/canonical.h"

#include <math.h>
#include <string.h>

enum { GAIN, BIAS };
enum { RUNNING_MEAN, RUNNING_VAR };

typedef struct memory {
    double *sums, *means, *scales; /* 2, 1 and 1 for each channel */
} memory;

static memory memory_of(const fl_backend_plain *p)
{
    double *at = p->at.workspace;
    return (memory){ at, at + 2 * p->in.c, at + 3 * p->in.c };
}

static double *shared(fl_backend_op *op)
{
    return memory_of((fl_backend_plain *)op).sums;
}

/* Plane by plane: the numbers of one example in one channel. */
typedef struct plane {
    size_t n, channel, first; /* how many, of which, where */
} plane;

static bool next_plane(const fl_backend_plain *p, plane *at, size_t *index)
{
    if (*index == p->in.n * p->in.c) return false;
    at->n = p->in.h * p->in.w;
    at->channel = *index % p->in.c;
    at->first = (*index)++ * at->n;
    return true;
}

static double of_channel(const fl_backend_plain *p)
{
    return (double)(p->in.n * p->in.h * p->in.w);
}

static void add_values(fl_backend_plain *p, memory m)
{
    const float *in = p->at.in[0];
    plane at;
    memset(m.sums, 0, 2 * p->in.c * sizeof *m.sums);
    for (size_t index = 0; next_plane(p, &at, &index);)
        for (size_t i = at.first; i < at.first + at.n; i++) m.sums[at.channel] += in[i];
}

static void add_squares(fl_backend_plain *p, memory m)
{
    const float *in = p->at.in[0];
    plane at;
    for (size_t c = 0; c < p->in.c; c++) m.means[c] = m.sums[c] / of_channel(p);
    memset(m.sums, 0, 2 * p->in.c * sizeof *m.sums);
    for (size_t index = 0; next_plane(p, &at, &index);)
        for (size_t i = at.first; i < at.first + at.n; i++) {
            double off = in[i] - m.means[at.channel];
            m.sums[at.channel] += off * off;
        }
}

/* The running ones follow, the variance with N - 1. */
static void update_statistics(fl_backend_plain *p, memory m)
{
    double momentum = p->layer.momentum, all = of_channel(p) * (double)p->layer.workers;
    for (size_t c = 0; c < p->in.c; c++) {
        double variance = m.sums[c] / of_channel(p), unbiased = all > 1 ? variance * all / (all - 1) : variance;
        float *mean = &p->at.state[RUNNING_MEAN][c], *var = &p->at.state[RUNNING_VAR][c];
        m.scales[c] = 1 / sqrt(variance + p->layer.epsilon);
        *mean = (float)((1 - momentum) * (double)*mean + momentum * m.means[c]);
        *var = (float)((1 - momentum) * (double)*var + momentum * unbiased);
    }
}

static void normalise(fl_backend_plain *p, memory m)
{
    const float *in = p->at.in[0];
    float *out = p->at.out;
    plane at;
    update_statistics(p, m);
    for (size_t index = 0; next_plane(p, &at, &index);) {
        float mean = (float)m.means[at.channel], scale = (float)m.scales[at.channel];
        float gain = p->at.param[GAIN][at.channel], bias = p->at.param[BIAS][at.channel];
        for (size_t i = at.first; i < at.first + at.n; i++) out[i] = gain * ((in[i] - mean) * scale) + bias;
    }
}

static void add_gradients(fl_backend_plain *p, memory m)
{
    const float *in = p->at.in[0], *d_out = p->at.d_out;
    plane at;
    memset(m.sums, 0, 2 * p->in.c * sizeof *m.sums);
    for (size_t index = 0; next_plane(p, &at, &index);) {
        float mean = (float)m.means[at.channel], scale = (float)m.scales[at.channel];
        for (size_t i = at.first; i < at.first + at.n; i++) {
            m.sums[at.channel] += d_out[i];
            m.sums[p->in.c + at.channel] += (double)d_out[i] * (double)((in[i] - mean) * scale);
        }
    }
    for (size_t c = 0; c < p->in.c; c++) {
        p->at.grad[BIAS][c] = (float)m.sums[c];
        p->at.grad[GAIN][c] = (float)m.sums[p->in.c + c];
    }
}

static void pass_back(fl_backend_plain *p, memory m)
{
    const float *in = p->at.in[0], *d_out = p->at.d_out;
    float *d_in = p->at.d_in[0];
    plane at;
    for (size_t index = 0; p->needs_d_in && next_plane(p, &at, &index);) {
        float mean = (float)m.means[at.channel], scale = (float)m.scales[at.channel];
        float mean_d = (float)(m.sums[at.channel] / of_channel(p));
        float mean_product = (float)(m.sums[p->in.c + at.channel] / of_channel(p));
        float factor = p->at.param[GAIN][at.channel] * scale;
        for (size_t i = at.first; i < at.first + at.n; i++)
            d_in[i] = factor * (d_out[i] - mean_d - (in[i] - mean) * scale * mean_product);
    }
}

static void (*const forward_parts[])(fl_backend_plain *p, memory m) = { add_values, add_squares, normalise };
static void (*const backward_parts[])(fl_backend_plain *p, memory m) = { add_gradients, pass_back };

static void forward_part(fl_backend_op *op, size_t part)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    forward_parts[part](p, memory_of(p));
}

static void backward_part(fl_backend_op *op, size_t part)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    backward_parts[part](p, memory_of(p));
}

/* Of a worker that meets nobody. */
static void forward(fl_backend_op *op)
{
    for (size_t part = 0; part < op->meeting->forward_parts; part++) forward_part(op, part);
}

static void backward(fl_backend_op *op)
{
    for (size_t part = 0; part < op->meeting->backward_parts; part++) backward_part(op, part);
}

static const fl_backend_meeting meeting = { .forward_parts = sizeof forward_parts / sizeof *forward_parts,
                                            .backward_parts = sizeof backward_parts / sizeof *backward_parts,
                                            .forward = forward_part,
                                            .backward = backward_part,
                                            .shared = shared };

fl_backend_op *fl_backend_batch_norm_of_all(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "own, statistics of all workers", forward, backward);
    p->op.workspace_bytes = 4 * p->in.c * sizeof(double);
    p->op.reads_out = false;
    p->op.meeting = &meeting;
    p->op.n_shared = 2 * p->in.c;
    return &p->op;
}
