/* A dense layer that V workers divide (Shoeybi et al. 2019, "Megatron-LM", section 3): y = x W^T + b, W outputs x
 * inputs.
 *
 *   by outputs   worker w has rows W_w:     y_w = x W_w^T,          dx = sum over w of dy_w W_w
 *   by inputs    worker w has columns W_w:  y = sum over w of x_w W_w^T,    dx_w = dy W_w
 *
 * Both: dW_w = dy_w^T x_w. Every worker's product is computed by itself, on its part of the one array in which all
 * parts lie as the whole; sums over workers are those of docs/protocol.md, "Parallel training": S[a,b) = S[a,m) +
 * S[m,b), m = a + the largest power of two below b - a.
 */
#include "backend/canonical.h"
#include "backend/each.h"
#include "backend/rows.h"
#include "base/clones.h"

#include <stdio.h>

typedef struct divided {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    fl_backend_product *product;
} divided;

/* Of the whole, and of a worker's part. */
typedef struct sizes {
    size_t rows, all_in, all_out, in, out;
} sizes;

static sizes sizes_of(const fl_backend_plain *p)
{
    sizes s = { fl_tensor_shape_rows(p->in), fl_tensor_shape_columns(p->in), p->layer.n_out, 0, 0 };
    s.in = p->layer.division == FL_LAYER_BY_INPUTS ? s.all_in / p->layer.workers : s.all_in;
    s.out = p->layer.division == FL_LAYER_BY_OUTPUTS ? s.all_out / p->layer.workers : s.all_out;
    return s;
}

/* Where a worker's part of x, W and y begins: at the first in each but where it divides them. */
typedef struct part {
    size_t in, weights, out;
} part;

static part part_of(const fl_backend_plain *p, size_t worker)
{
    sizes s = sizes_of(p);
    if (p->layer.division == FL_LAYER_BY_OUTPUTS) return (part){ 0, worker * s.out * s.all_in, worker * s.out };
    return (part){ worker * s.in, worker * s.in, 0 };
}

/* --- what one worker computes; all take the op and where the result begins --- */

typedef void product_of(const fl_backend_plain *p, size_t worker, float *to);

static void outputs_of(const fl_backend_plain *p, size_t worker, float *to)
{
    sizes s = sizes_of(p);
    part at = part_of(p, worker);
    ((const divided *)p)
        ->product(s.rows, s.out, s.in, 1, (fl_backend_matrix){ (const float *)p->at.in[0] + at.in, s.all_in, false },
                  (fl_backend_matrix){ p->at.param[0] + at.weights, s.all_in, true }, 0, to + at.out, s.all_out);
}

static void d_inputs_of(const fl_backend_plain *p, size_t worker, float *to)
{
    sizes s = sizes_of(p);
    part at = part_of(p, worker);
    ((const divided *)p)
        ->product(s.rows, s.in, s.out, 1, (fl_backend_matrix){ (const float *)p->at.d_out + at.out, s.all_out, false },
                  (fl_backend_matrix){ p->at.param[0] + at.weights, s.all_in, false }, 0, to + at.in, s.all_in);
}

static void d_weights_of(const fl_backend_plain *p, size_t worker, float *to)
{
    sizes s = sizes_of(p);
    part at = part_of(p, worker);
    ((const divided *)p)
        ->product(s.out, s.in, s.rows, 1, (fl_backend_matrix){ (const float *)p->at.d_out + at.out, s.all_out, true },
                  (fl_backend_matrix){ (const float *)p->at.in[0] + at.in, s.all_in, false }, 0, to + at.weights,
                  s.all_in);
}

/* --- all workers --- */

static void for_each(const fl_backend_plain *p, product_of *product, float *to)
{
    for (size_t w = 0; w < p->layer.workers; w++) product(p, w, to);
}

FL_CLONES static void add(size_t n, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] += from[i];
}

/* S[first, first + n) of products of `size` numbers; `spare` has room for one for every halving. */
static void sum_over(const fl_backend_plain *p, product_of *product, size_t first, size_t n, size_t size, float *spare,
                     float *to)
{
    size_t left = 1;
    if (n == 1) {
        product(p, first, to);
        return;
    }
    while (2 * left < n) left *= 2;
    sum_over(p, product, first, left, size, spare + size, to);
    sum_over(p, product, first + left, n - left, size, spare + size, spare);
    add(size, spare, to);
}

static void sum_of_all(const fl_backend_plain *p, product_of *product, size_t size, float *to)
{
    sum_over(p, product, 0, p->layer.workers, size, p->at.scratch, to);
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    sizes s = sizes_of(p);
    float *out = p->at.out;
    if (p->layer.division == FL_LAYER_BY_INPUTS)
        sum_of_all(p, outputs_of, s.rows * s.all_out, out);
    else
        for_each(p, outputs_of, out);
    for (size_t r = 0; r < s.rows && !p->layer.no_bias; r++) add(s.all_out, p->at.param[1], out + r * s.all_out);
    if (op->fused_relu) fl_backend_each_relu(out, s.rows * s.all_out);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    sizes s = sizes_of(p);
    if (op->fused_relu) fl_backend_each_relu_back(p->at.out, p->at.d_out, s.rows * s.all_out);
    for_each(p, d_weights_of, p->at.grad[0]);
    if (p->needs_d_in && p->layer.division == FL_LAYER_BY_OUTPUTS)
        sum_of_all(p, d_inputs_of, s.rows * s.all_in, p->at.d_in[0]);
    else if (p->needs_d_in)
        for_each(p, d_inputs_of, p->at.d_in[0]);
    if (!p->layer.no_bias) fl_backend_rows_sum(p->at.d_out, s.rows, s.all_out, p->at.grad[1]);
}

static size_t halvings(size_t n)
{
    size_t depth = 0;
    for (; n > 1; n = (n + 1) / 2) depth++;
    return depth;
}

fl_backend_op *fl_backend_divided_dense(const fl_backend_request *request, fl_backend_product *product)
{
    divided *d = (divided *)fl_backend_plain_sized(sizeof *d, request, "", forward, backward);
    fl_backend_plain *p = &d->plain;
    sizes s = sizes_of(p);
    size_t summed = p->layer.division == FL_LAYER_BY_INPUTS ? s.all_out : p->needs_d_in ? s.all_in : 0;
    d->product = product;
    p->op.scratch_bytes = halvings(p->layer.workers) * s.rows * summed * sizeof(float);
    p->op.fused_relu = p->op.reads_out = p->op.clobbers = request->relu_next;
    snprintf(p->op.implementation, sizeof p->op.implementation, "sgemm by %s of %zu workers",
             p->layer.division == FL_LAYER_BY_INPUTS ? "inputs" : "outputs", p->layer.workers);
    return &p->op;
}
