/* Dense: y = x W^T + b, three matrix products and two sweeps for the bias and the ReLU; with groups as many products,
 * of columns of x and y and rows of W. */
#include "backend/canonical.h"
#include "backend/each.h"
#include "backend/rows.h"

typedef struct dense {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    fl_backend_product *product;
} dense;

/* The sizes of a group, and of a whole row. */
typedef struct sizes {
    size_t rows, in, out, all_in, all_out;
} sizes;

static sizes sizes_of(const fl_backend_plain *p)
{
    size_t groups = p->layer.groups, in = fl_tensor_shape_columns(p->in), out = p->layer.n_out;
    return (sizes){ fl_tensor_shape_rows(p->in), in / groups, out / groups, in, out };
}

static void forward_group(const fl_backend_plain *p, size_t group)
{
    sizes s = sizes_of(p);
    const float *in = (const float *)p->at.in[0] + group * s.in, *weights = p->at.param[0] + group * s.out * s.in;
    ((const dense *)p)
        ->product(s.rows, s.out, s.in, 1, (fl_backend_matrix){ in, s.all_in, false },
                  (fl_backend_matrix){ weights, s.in, true }, !p->layer.no_bias, (float *)p->at.out + group * s.out,
                  s.all_out);
}

static void backward_group(const fl_backend_plain *p, size_t group)
{
    sizes s = sizes_of(p);
    const float *in = (const float *)p->at.in[0] + group * s.in, *weights = p->at.param[0] + group * s.out * s.in;
    const float *d_out = (const float *)p->at.d_out + group * s.out;
    if (p->at.grad[0])
        ((const dense *)p)
            ->product(s.out, s.in, s.rows, 1, (fl_backend_matrix){ d_out, s.all_out, true },
                      (fl_backend_matrix){ in, s.all_in, false }, 0, p->at.grad[0] + group * s.out * s.in, s.in);
    if (p->needs_d_in)
        ((const dense *)p)
            ->product(s.rows, s.in, s.out, 1, (fl_backend_matrix){ d_out, s.all_out, false },
                      (fl_backend_matrix){ weights, s.in, false }, 0, (float *)p->at.d_in[0] + group * s.in, s.all_in);
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    sizes s = sizes_of(p);
    if (!p->layer.no_bias) fl_backend_rows_repeat(p->at.param[1], s.all_out, p->at.out, s.rows);
    for (size_t group = 0; group < p->layer.groups; group++) forward_group(p, group);
    if (op->fused_relu) fl_backend_each_relu(p->at.out, s.rows * s.all_out);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    sizes s = sizes_of(p);
    if (op->fused_relu) fl_backend_each_relu_back(p->at.out, p->at.d_out, s.rows * s.all_out);
    for (size_t group = 0; group < p->layer.groups; group++) backward_group(p, group);
    if (p->at.grad[1]) fl_backend_rows_sum(p->at.d_out, s.rows, s.all_out, p->at.grad[1]);
}

fl_backend_op *fl_backend_dense(const fl_backend_request *request, fl_backend_product *product)
{
    dense *d = (dense *)fl_backend_plain_sized(sizeof *d, request, "sgemm", forward, backward);
    d->product = product;
    d->plain.op.fused_relu = d->plain.op.reads_out = request->relu_next;
    return &d->plain.op;
}
