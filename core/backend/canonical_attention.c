/* Multi-head self-attention: q, k, v = x W^T + b, the heads (heads.h), and the last dense layer. */
#include "backend/heads.h"
#include "backend/rows.h"

enum { IN_WEIGHT, IN_BIAS, OUT_WEIGHT, OUT_BIAS };

typedef struct attention {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    fl_backend_heads heads;
    fl_backend_product *product;
    size_t rows, d, wide; /* positions of all examples, values, values of q, k and v */
} attention;

typedef struct parts {
    float *qkv, *mixed, *weights;   /* rows x wide, rows x d, P */
    float *d_qkv, *d_mixed, *d_one; /* in the op's scratch */
} parts;

static size_t kept(const attention *a)
{
    return a->rows * (a->wide + a->d) + fl_backend_heads_weights(&a->heads);
}

static parts parts_of(const attention *a)
{
    const fl_backend_buffers *at = &a->plain.at;
    parts p = { .qkv = a->plain.training ? at->workspace : at->scratch, .d_qkv = at->scratch };
    p.mixed = p.qkv + a->rows * a->wide;
    p.weights = p.mixed + a->rows * a->d;
    p.d_mixed = p.d_qkv + a->rows * a->wide;
    p.d_one = p.d_mixed + a->rows * a->d;
    return p;
}

/* y = x W^T + b, with W n_out x n_in. */
static void dense(const attention *a, const float *x, size_t n_in, size_t weight, float *y, size_t n_out)
{
    fl_backend_rows_repeat(a->plain.at.param[weight + 1], n_out, y, a->rows);
    a->product(a->rows, n_out, n_in, 1, (fl_backend_matrix){ x, n_in, false },
               (fl_backend_matrix){ a->plain.at.param[weight], n_in, true }, 1, y, n_out);
}

/* d_x NULL: not wanted. */
static void dense_back(const attention *a, const float *x, size_t n_in, size_t weight, const float *d_y, size_t n_out,
                       float *d_x)
{
    const fl_backend_buffers *at = &a->plain.at;
    a->product(n_out, n_in, a->rows, 1, (fl_backend_matrix){ d_y, n_out, true }, (fl_backend_matrix){ x, n_in, false },
               0, at->grad[weight], n_in);
    fl_backend_rows_sum(d_y, a->rows, n_out, at->grad[weight + 1]);
    if (d_x)
        a->product(a->rows, n_in, n_out, 1, (fl_backend_matrix){ d_y, n_out, false },
                   (fl_backend_matrix){ at->param[weight], n_in, false }, 0, d_x, n_in);
}

static void forward(fl_backend_op *op)
{
    const attention *a = (attention *)op;
    parts p = parts_of(a);
    dense(a, a->plain.at.in[0], a->d, IN_WEIGHT, p.qkv, a->wide);
    fl_backend_heads_forward(&a->heads, p.qkv, p.mixed, p.weights);
    dense(a, p.mixed, a->d, OUT_WEIGHT, a->plain.at.out, a->d);
}

static void backward(fl_backend_op *op)
{
    const attention *a = (attention *)op;
    parts p = parts_of(a);
    dense_back(a, p.mixed, a->d, OUT_WEIGHT, a->plain.at.d_out, a->d, p.d_mixed);
    fl_backend_heads_backward(&a->heads, p.qkv, p.weights, p.d_mixed, p.d_qkv, p.d_one);
    dense_back(a, a->plain.at.in[0], a->d, IN_WEIGHT, p.d_qkv, a->wide,
               a->plain.needs_d_in ? a->plain.at.d_in[0] : NULL);
}

fl_backend_op *fl_backend_attention(const fl_backend_request *request, fl_backend_product *product)
{
    attention *a = (attention *)fl_backend_plain_sized(sizeof *a, request, "own vectors, sgemm", forward, backward);
    fl_tensor_shape in = request->in[0].shape;
    a->product = product;
    a->heads = fl_backend_heads_of(request->layer, in, product);
    a->rows = in.n * in.c;
    a->d = in.h;
    a->wide = FL_LAYER_PROJECTIONS * in.h;
    fl_backend_op *op = &a->plain.op;
    op->reads_out = false;
    size_t back = a->rows * (a->wide + a->d) + fl_backend_heads_one(&a->heads);
    op->workspace_bytes = request->training ? kept(a) * sizeof(float) : 0;
    op->scratch_bytes = (request->training ? back : kept(a)) * sizeof(float);
    return op;
}
