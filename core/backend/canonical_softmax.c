/* Softmax cross-entropy: loss = log(sum_j exp(z_j)) - sum_j q_j z_j for the logits z and the target q, which is 1 - s
 * at the label and s / n everywhere, in nats; backward (softmax(z) - q) / rows.
 *
 * The largest logit is subtracted first; forward keeps the probabilities.
 */
#include "backend/canonical.h"
#include "backend/vector.h"
#include "base/clones.h"
#include "base/error.h"
#include "base/exact.h"

#include <math.h>

/* A number that is not finite times zero is a NaN, and so is every sum with it. */
FL_BACKEND_INLINE bool all_finite(const float *z, size_t n)
{
    float lanes[FL_BACKEND_LANES] = { 0 };
    FL_BACKEND_LANES_ADD(lanes, j, n, z[j] * 0);
    return fl_backend_vector_fold(lanes) == 0;
}

/* The place of the largest, the first on a tie. */
FL_BACKEND_INLINE size_t largest(const float *z, size_t n)
{
    float top = fl_backend_vector_largest(z, n);
    size_t best = 0;
    while (z[best] < top) best++;
    return best;
}

/* The row's loss; its probabilities go to p. */
FL_BACKEND_INLINE float row_loss(const float *z, size_t n, size_t label, size_t best, float smoothing, float *p)
{
    float logits[FL_BACKEND_LANES] = { 0 }, top = z[best];
    float total = fl_backend_vector_powers(z, n, top, p), share = 1 / total;
    for (size_t j = 0; j < n; j++) p[j] *= share;
    double target = (1 - (double)smoothing) * (z[label] - top);
    if (smoothing > 0) {
        FL_BACKEND_LANES_ADD(logits, j, n, z[j] - top);
        target += (double)smoothing / (double)n * fl_backend_vector_fold(logits);
    }
    return (float)(fl_exact_log(total) - target);
}

FL_CLONES static void rows_forward(const fl_backend_plain *p, const float *z, size_t rows, size_t n)
{
    float *probabilities = p->at.workspace;
    for (size_t r = 0; r < rows; r++, z += n, probabilities += n) {
        size_t label = (size_t)p->at.labels[r];
        if (label >= n) fl_error_die("label %d of row %zu is not one of %zu classes", p->at.labels[r], r, n);
        if (all_finite(z, n)) {
            size_t best = largest(z, n);
            p->at.errors[r] = best != label;
            p->at.losses[r] = row_loss(z, n, label, best, (float)p->layer.label_smoothing, probabilities);
        } else { /* divergence must be seen */
            p->at.errors[r] = 1;
            p->at.losses[r] = NAN;
            for (size_t j = 0; j < n; j++) probabilities[j] = NAN;
        }
    }
}

FL_CLONES static void rows_backward(const fl_backend_plain *p, float *d, size_t rows, size_t n)
{
    const float *probabilities = p->at.workspace;
    float share = 1 / (float)rows, everywhere = (float)p->layer.label_smoothing / (float)n;
    float there = 1 - (float)p->layer.label_smoothing;
    for (size_t r = 0; r < rows; r++, probabilities += n, d += n) {
#pragma GCC ivdep
        for (size_t j = 0; j < n; j++) d[j] = (probabilities[j] - everywhere) * share;
        size_t label = (size_t)p->at.labels[r];
        d[label] = (probabilities[label] - everywhere - there) * share;
    }
}

static void forward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    rows_forward(p, p->at.in[0], fl_tensor_shape_rows(p->in), fl_tensor_shape_columns(p->in));
}

static void backward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    if (p->needs_d_in) rows_backward(p, p->at.d_in[0], fl_tensor_shape_rows(p->in), fl_tensor_shape_columns(p->in));
}

fl_backend_op *fl_backend_softmax_cross_entropy(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "own vectors", forward, backward);
    p->op.workspace_bytes = fl_tensor_shape_size(p->in) * sizeof(float);
    p->op.reads_in = p->op.reads_out = false;
    return &p->op;
}
