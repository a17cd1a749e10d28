/* Layer normalisation: y = gain x^ + bias, x^ = (x - mean) / sqrt(variance + epsilon), each row of n numbers by itself.
 *
 *   d_gain = sum over rows of d x^,  d_bias = sum of d,
 *   d_x = scale (g - mean(g) - x^ mean(g x^)) with g = gain d
 */
#include "backend/canonical.h"
#include "backend/rows.h"

#include <string.h>

enum { GAIN, BIAS };

static void forward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    size_t rows = fl_tensor_shape_rows(p->in), n = fl_tensor_shape_columns(p->in);
    float *means = p->at.workspace, *scales = means + rows;
    for (size_t r = 0; r < rows; r++)
        fl_backend_rows_norm((const float *)p->at.in[0] + r * n, n, p->layer.epsilon, p->at.param[GAIN],
                             p->at.param[BIAS], (float *)p->at.out + r * n, &means[r], &scales[r]);
}

static void backward(fl_backend_op *op)
{
    const fl_backend_plain *p = (fl_backend_plain *)op;
    size_t rows = fl_tensor_shape_rows(p->in), n = fl_tensor_shape_columns(p->in);
    const float *means = p->at.workspace, *scales = means + rows;
    for (size_t t = 0; t < op->n_tensors; t++) memset(p->at.grad[t], 0, n * sizeof(float));
    for (size_t r = 0; r < rows; r++)
        fl_backend_rows_norm_back((const float *)p->at.in[0] + r * n, (const float *)p->at.d_out + r * n, n,
                                  p->at.param[GAIN], means[r], scales[r], p->at.grad[GAIN], p->at.grad[BIAS],
                                  p->needs_d_in ? (float *)p->at.d_in[0] + r * n : NULL);
}

fl_backend_op *fl_backend_layer_norm(const fl_backend_request *request)
{
    fl_backend_plain *p = fl_backend_plain_new(request, "own vectors", forward, backward);
    p->op.workspace_bytes = 2 * fl_tensor_shape_rows(p->in) * sizeof(float);
    p->op.reads_out = false;
    return &p->op;
}
