/* Softmax cross-entropy: loss = log(sum_j exp(z_j)) - sum_j t_j z_j for the logits z, in nats; the target t is 1 at the
 * label, or with smoothing s 1 - s there and s / n at all n classes more.
 *
 * The largest logit is subtracted first, so that no exponential overflows. Backward: (softmax(z) - t) / batch; forward
 * keeps the probabilities for it. Sums run in double over fl_exact_exp, whose bits do not depend on the machine.
 */
#include "backend/naive/naive.h"
#include "base/error.h"
#include "base/exact.h"

#include <math.h>

/* The place of the largest, the first on a tie; n where a logit is not finite. */
static size_t largest(const float *logits, size_t n)
{
    size_t best = 0;
    for (size_t j = 0; j < n; j++) {
        if (!isfinite(logits[j])) return n;
        if (logits[j] > logits[best]) best = j;
    }
    return best;
}

enum { AT_ONCE = 64 };

/* Exponentials of a few logits less the largest; returns their sum added to `total`. */
static double exponentials(const float *logits, size_t n, float largest_logit, float *to, double total)
{
    double powers[AT_ONCE];
    for (size_t j = 0; j < n; j++) powers[j] = (double)logits[j] - largest_logit;
    fl_exact_exp_each(powers, n);
    for (size_t j = 0; j < n; j++) {
        to[j] = (float)powers[j];
        total += powers[j];
    }
    return total;
}

/* Probabilities, and the logarithm of the sum of exponentials less the largest logit. */
static double softmax(const float *logits, size_t n, size_t best, float *probabilities)
{
    double total = 0;
    for (size_t j = 0; j < n; j += AT_ONCE)
        total = exponentials(logits + j, n - j < AT_ONCE ? n - j : AT_ONCE, logits[best], probabilities + j, total);
    for (size_t j = 0; j < n; j++) probabilities[j] = (float)(probabilities[j] / total);
    return fl_exact_log(total);
}

/* sum_j t_j (z_j - the largest). */
static double of_target(const fl_backend_plain *p, const float *logits, size_t n, size_t label, float largest_logit)
{
    double smoothing = p->layer.label_smoothing, total = 0;
    for (size_t j = 0; smoothing > 0 && j < n; j++) total += (double)logits[j] - largest_logit;
    return (1 - smoothing) * ((double)logits[label] - largest_logit) + smoothing / (double)n * total;
}

/* A logit that is not finite makes the loss and every probability NaN: divergence must be seen. */
static float lost(size_t n, float *probabilities)
{
    for (size_t j = 0; j < n; j++) probabilities[j] = NAN;
    return NAN;
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t n = fl_tensor_shape_columns(p->in), rows = fl_tensor_shape_rows(p->in);
    for (size_t e = 0; e < rows; e++) {
        const float *logits = (const float *)p->at.in[0] + e * n;
        float *probabilities = (float *)p->at.workspace + e * n;
        size_t label = (size_t)p->at.labels[e], best = largest(logits, n);
        if (label >= n) fl_error_die("label %d of example %zu is not one of %zu classes", p->at.labels[e], e, n);
        p->at.errors[e] = best != label;
        p->at.losses[e] =
            best == n ? lost(n, probabilities)
                      : (float)(softmax(logits, n, best, probabilities) - of_target(p, logits, n, label, logits[best]));
    }
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    size_t n = fl_tensor_shape_columns(p->in), rows = fl_tensor_shape_rows(p->in);
    float batch = (float)rows, of_all = (float)(p->layer.label_smoothing / (double)n);
    float of_label = (float)(1 - p->layer.label_smoothing + p->layer.label_smoothing / (double)n);
    for (size_t e = 0; p->needs_d_in && e < rows; e++) {
        const float *probabilities = (const float *)p->at.workspace + e * n;
        float *d_in = (float *)p->at.d_in[0] + e * n;
        for (size_t j = 0; j < n; j++)
            d_in[j] = (probabilities[j] - (j == (size_t)p->at.labels[e] ? of_label : of_all)) / batch;
    }
}

fl_backend_op *fl_naive_softmax_cross_entropy(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "double sums", forward, backward);
    p->op.workspace_bytes = fl_tensor_shape_size(p->in) * sizeof(float);
    p->op.reads_in = false;
    return &p->op;
}
