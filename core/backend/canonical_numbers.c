/* The losses against numbers t, summed over the outputs z of an example; the gradient is that of the mean over
 * examples.
 *
 *   sigmoid cross-entropy: max(z, 0) - z t + log(1 + e^-|z|), gradient sigmoid(z) - t, error (sigmoid(z) - t)^2
 *   mean squared:          (z - t)^2,                         gradient 2 (z - t),     error (z - t)^2
 */
#include "backend/canonical.h"
#include "backend/vector.h"
#include "base/clones.h"

FL_BACKEND_INLINE float sigmoid_loss(float z, float t)
{
    float size = z < 0 ? -z : z;
    return (z < 0 ? 0 : z) - z * t + fl_backend_vector_log_1_plus(fl_backend_vector_exp(-size));
}

FL_BACKEND_INLINE float square(float x)
{
    return x * x;
}

FL_CLONES static void sigmoid_rows(const fl_backend_plain *p, const float *z, const float *t, size_t n)
{
    for (size_t r = 0; r < p->in.n; r++, z += n, t += n) {
        float losses[FL_BACKEND_LANES] = { 0 }, errors[FL_BACKEND_LANES] = { 0 };
        FL_BACKEND_LANES_ADD(losses, j, n, sigmoid_loss(z[j], t[j]));
        FL_BACKEND_LANES_ADD(errors, j, n, square(fl_backend_vector_sigmoid(z[j]) - t[j]));
        p->at.losses[r] = fl_backend_vector_fold(losses);
        p->at.errors[r] = fl_backend_vector_fold(errors);
    }
}

FL_CLONES static void squared_rows(const fl_backend_plain *p, const float *z, const float *t, size_t n)
{
    for (size_t r = 0; r < p->in.n; r++, z += n, t += n) {
        float losses[FL_BACKEND_LANES] = { 0 };
        FL_BACKEND_LANES_ADD(losses, j, n, square(z[j] - t[j]));
        p->at.losses[r] = p->at.errors[r] = fl_backend_vector_fold(losses);
    }
}

FL_CLONES static void sigmoid_gradient(const float *z, const float *t, float share, float *d, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) d[i] = (fl_backend_vector_sigmoid(z[i]) - t[i]) * share;
}

FL_CLONES static void squared_gradient(const float *z, const float *t, float share, float *d, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) d[i] = 2 * (z[i] - t[i]) * share;
}

typedef void rows_of(const fl_backend_plain *p, const float *z, const float *t, size_t n);
typedef void gradient_of(const float *z, const float *t, float share, float *d, size_t n);

static bool is_sigmoid(const fl_backend_plain *p)
{
    return p->layer.kind == FL_LAYER_SIGMOID_CROSS_ENTROPY;
}

static void forward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    rows_of *rows = is_sigmoid(p) ? sigmoid_rows : squared_rows;
    rows(p, p->at.in[0], p->at.targets, fl_tensor_shape_size(p->in) / p->in.n);
}

static void backward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    gradient_of *gradient = is_sigmoid(p) ? sigmoid_gradient : squared_gradient;
    if (p->needs_d_in)
        gradient(p->at.in[0], p->at.targets, 1 / (float)p->in.n, p->at.d_in[0], fl_tensor_shape_size(p->in));
}

static fl_backend_op *plan(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "own vectors", forward, backward);
    p->op.reads_out = false;
    return &p->op;
}

fl_backend_op *fl_backend_sigmoid_cross_entropy(const fl_backend_request *request)
{
    return plan(request);
}

fl_backend_op *fl_backend_mean_squared(const fl_backend_request *request)
{
    return plan(request);
}
