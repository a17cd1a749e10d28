/* A dense layer that V workers divide (Shoeybi et al. 2019, "Megatron-LM", section 3): y = x W^T + b, W outputs x
 * inputs.
 *
 *   by outputs   worker w has rows W_w:     y_w = x W_w^T,          dx = sum over w of dy_w W_w
 *   by inputs    worker w has columns W_w:  y = sum over w of x_w W_w^T,    dx_w = dy W_w
 *
 * Both: dW_w = dy_w^T x_w. Every worker's product is computed by itself, on its part of the one array in which all
 * parts lie as the whole; sums over workers are those of docs/protocol.md, "Parallel training": S[a,b) = S[a,m) +
 * S[m,b), m = a + the largest power of two below b - a.
 *
 * Where several processes carry the workers each computes its own workers' products, and all get what all computed
 * (layer/exchange.h): parts go to their places in the whole, sums are formed by everybody from the products themselves.
 */
#include "backend/canonical.h"
#include "backend/each.h"
#include "backend/rows.h"
#include "base/clones.h"
#include "layer/exchange.h"

#include <stdio.h>
#include <string.h>

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

/* --- what one worker computes: a product, into the columns that are its own of the result, or all of it --- */

/* Rows of `width` numbers, the first at `offset`, in a matrix of `stride` columns. */
typedef struct place {
    size_t offset, rows, width, stride;
} place;

typedef struct job {
    void (*product)(const fl_backend_plain *p, size_t worker, float *to);
    place (*place_of)(const fl_backend_plain *p, size_t worker);
} job;

static void outputs_of(const fl_backend_plain *p, size_t worker, float *to)
{
    sizes s = sizes_of(p);
    part at = part_of(p, worker);
    ((const divided *)p)
        ->product(s.rows, s.out, s.in, 1, (fl_backend_matrix){ (const float *)p->at.in[0] + at.in, s.all_in, false },
                  (fl_backend_matrix){ p->at.param[0] + at.weights, s.all_in, true }, 0, to + at.out, s.all_out);
}

static place place_of_outputs(const fl_backend_plain *p, size_t worker)
{
    sizes s = sizes_of(p);
    return (place){ part_of(p, worker).out, s.rows, s.out, s.all_out };
}

static void d_inputs_of(const fl_backend_plain *p, size_t worker, float *to)
{
    sizes s = sizes_of(p);
    part at = part_of(p, worker);
    ((const divided *)p)
        ->product(s.rows, s.in, s.out, 1, (fl_backend_matrix){ (const float *)p->at.d_out + at.out, s.all_out, false },
                  (fl_backend_matrix){ p->at.param[0] + at.weights, s.all_in, false }, 0, to + at.in, s.all_in);
}

static place place_of_d_inputs(const fl_backend_plain *p, size_t worker)
{
    sizes s = sizes_of(p);
    return (place){ part_of(p, worker).in, s.rows, s.in, s.all_in };
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

static place place_of_d_weights(const fl_backend_plain *p, size_t worker)
{
    sizes s = sizes_of(p);
    return (place){ part_of(p, worker).weights, s.out, s.in, s.all_in };
}

static const job outputs = { outputs_of, place_of_outputs }, d_inputs = { d_inputs_of, place_of_d_inputs },
                 d_weights = { d_weights_of, place_of_d_weights };

/* --- all workers: each product to its place --- */

/* NULL: this process computes them all. */
static const fl_layer_exchange *exchange_of(const fl_backend_plain *p)
{
    return p->layer.exchange && p->layer.exchange->user ? p->layer.exchange : NULL;
}

static void copy_rows(const float *from, size_t from_stride, float *to, size_t to_stride, const place *of)
{
    for (size_t r = 0; r < of->rows; r++) memcpy(to + r * to_stride, from + r * from_stride, of->width * sizeof *to);
}

/* Parts in the whole are those of this process; then they are everybody's. */
static void share_parts(const fl_backend_plain *p, const fl_layer_exchange *e, const job *of_each, float *whole)
{
    place of = of_each->place_of(p, 0);
    size_t each = of.rows * of.width;
    float *mine = e->begin(e->user, each);
    for (size_t w = e->first; w < e->end; w++)
        copy_rows(whole + of_each->place_of(p, w).offset, of.stride, mine + (w - e->first) * each, of.width, &of);
    e->await(e->user);
    for (size_t w = 0; w < p->layer.workers; w++)
        if (w < e->first || w >= e->end)
            copy_rows(e->brought(e->user, w, each), of.width, whole + of_each->place_of(p, w).offset, of.stride, &of);
}

static void for_each(const fl_backend_plain *p, const job *of_each, float *to)
{
    const fl_layer_exchange *e = exchange_of(p);
    size_t end = e ? e->end : p->layer.workers;
    for (size_t w = e ? e->first : 0; w < end; w++) of_each->product(p, w, to);
    if (e) share_parts(p, e, of_each, to);
}

/* --- all workers: the sum of their products --- */

FL_CLONES static void add(size_t n, const float *restrict from, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] += from[i];
}

static void take_product(const fl_backend_plain *p, const job *of_each, size_t worker, size_t size, float *to)
{
    const fl_layer_exchange *e = exchange_of(p);
    if (e)
        memcpy(to, e->brought(e->user, worker, size), size * sizeof *to);
    else
        of_each->product(p, worker, to);
}

/* S[first, first + n) of products of `size` numbers; `spare` has room for one for every halving. */
static void sum_over(const fl_backend_plain *p, const job *of_each, size_t first, size_t n, size_t size, float *spare,
                     float *to)
{
    size_t left = 1;
    if (n == 1) {
        take_product(p, of_each, first, size, to);
        return;
    }
    while (2 * left < n) left *= 2;
    sum_over(p, of_each, first, left, size, spare + size, to);
    sum_over(p, of_each, first + left, n - left, size, spare + size, spare);
    add(size, spare, to);
}

static void sum_of_all(const fl_backend_plain *p, const job *of_each, size_t size, float *to)
{
    const fl_layer_exchange *e = exchange_of(p);
    float *mine = e ? e->begin(e->user, size) : NULL;
    for (size_t w = e ? e->first : 0; e && w < e->end; w++) of_each->product(p, w, mine + (w - e->first) * size);
    if (e) e->await(e->user);
    sum_over(p, of_each, 0, p->layer.workers, size, p->at.scratch, to);
}

static void forward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    sizes s = sizes_of(p);
    float *out = p->at.out;
    if (p->layer.division == FL_LAYER_BY_INPUTS)
        sum_of_all(p, &outputs, s.rows * s.all_out, out);
    else
        for_each(p, &outputs, out);
    for (size_t r = 0; r < s.rows && !p->layer.no_bias; r++) add(s.all_out, p->at.param[1], out + r * s.all_out);
    if (op->fused_relu) fl_backend_each_relu(out, s.rows * s.all_out);
}

static void backward(fl_backend_op *op)
{
    fl_backend_plain *p = (fl_backend_plain *)op;
    sizes s = sizes_of(p);
    if (op->fused_relu) fl_backend_each_relu_back(p->at.out, p->at.d_out, s.rows * s.all_out);
    for_each(p, &d_weights, p->at.grad[0]);
    if (p->needs_d_in && p->layer.division == FL_LAYER_BY_OUTPUTS)
        sum_of_all(p, &d_inputs, s.rows * s.all_in, p->at.d_in[0]);
    else if (p->needs_d_in)
        for_each(p, &d_inputs, p->at.d_in[0]);
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
