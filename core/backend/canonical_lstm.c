/* LSTM: the input's part of all gates by one product, then step by step the recurrent part and
 *
 *   i, f, o = sigmoid(z), g = tanh(z),  c_t = f c_(t-1) + i g,  h_t = o tanh(c_t)
 *
 * Backward goes the other way and puts the gradient at z where the gates lay; the weights' gradients are then one
 * product each, over all steps of all rows.
 */
#include "backend/canonical.h"
#include "backend/rows.h"
#include "backend/vector.h"
#include "base/clones.h"

#include <string.h>

enum { WEIGHT_IH, WEIGHT_HH, BIAS };
enum { CARRIED_H, CARRIED_C };

typedef struct lstm {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    fl_backend_product *product;
    size_t n, t, in, h; /* rows of the batch, steps, values in and out */
} lstm;

/* What forward leaves to backward. All of rows: a step of a row lies behind the step before. */
typedef struct parts {
    float *gates;     /* n x t x 4h: i, f, g, o; then the gradient at z */
    float *cells;     /* n x t x h: c_t */
    float *before;    /* n x t x h: h_(t-1) */
    float *first_c;   /* n x h: c before the first step */
    float *d_h, *d_c; /* n x h: gradients from the step after; in the op's scratch */
} parts;

static size_t kept(const lstm *l)
{
    return (l->n * l->t * (FL_LAYER_GATES + 2) + l->n) * l->h;
}

static parts parts_of(const lstm *l)
{
    size_t rows = l->n * l->t;
    parts p = { .gates = l->plain.training ? l->plain.at.workspace : l->plain.at.scratch };
    p.cells = p.gates + rows * FL_LAYER_GATES * l->h;
    p.before = p.cells + rows * l->h;
    p.first_c = p.before + rows * l->h;
    p.d_h = l->plain.at.scratch;
    p.d_c = p.d_h + l->n * l->h;
    return p;
}

/* --- forward --- */

FL_CLONES static void step_row(size_t n, float *gates, const float *c_before, float *c, float *h)
{
    float *i = gates, *f = i + n, *g = f + n, *o = g + n;
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) {
        i[j] = fl_backend_vector_sigmoid(i[j]);
        f[j] = fl_backend_vector_sigmoid(f[j]);
        g[j] = fl_backend_vector_tanh(g[j]);
        o[j] = fl_backend_vector_sigmoid(o[j]);
        c[j] = f[j] * c_before[j] + i[j] * g[j];
        h[j] = o[j] * fl_backend_vector_tanh(c[j]);
    }
}

static void start_rows(const lstm *l, const parts *p)
{
    const fl_backend_buffers *at = &l->plain.at;
    size_t row = l->t * l->h, bytes = l->h * sizeof(float);
    for (size_t n = 0; n < l->n; n++) {
        if (l->plain.layer.carry) {
            memcpy(p->before + n * row, at->state[CARRIED_H] + n * l->h, bytes);
            memcpy(p->first_c + n * l->h, at->state[CARRIED_C] + n * l->h, bytes);
        } else {
            memset(p->before + n * row, 0, bytes);
            memset(p->first_c + n * l->h, 0, bytes);
        }
    }
}

static const float *cell_before(const lstm *l, const parts *p, size_t n, size_t t)
{
    return t ? p->cells + (n * l->t + t - 1) * l->h : p->first_c + n * l->h;
}

static void step(const lstm *l, const parts *p, size_t t)
{
    float *out = l->plain.at.out;
    size_t z = FL_LAYER_GATES * l->h;
    if (t || l->plain.layer.carry)
        l->product(l->n, z, l->h, 1, (fl_backend_matrix){ p->before + t * l->h, l->t * l->h, false },
                   (fl_backend_matrix){ l->plain.at.param[WEIGHT_HH], l->h, true }, 1, p->gates + t * z, l->t * z);
    for (size_t n = 0; n < l->n; n++) {
        size_t at = n * l->t + t;
        step_row(l->h, p->gates + at * z, cell_before(l, p, n, t), p->cells + at * l->h, out + at * l->h);
        if (t + 1 < l->t) memcpy(p->before + (at + 1) * l->h, out + at * l->h, l->h * sizeof *out);
    }
}

static void carry_on(const lstm *l, const parts *p)
{
    for (size_t n = 0; n < l->n; n++) {
        size_t last = ((n + 1) * l->t - 1) * l->h, bytes = l->h * sizeof(float);
        memcpy(l->plain.at.state[CARRIED_H] + n * l->h, (const float *)l->plain.at.out + last, bytes);
        memcpy(l->plain.at.state[CARRIED_C] + n * l->h, p->cells + last, bytes);
    }
}

static void forward(fl_backend_op *op)
{
    const lstm *l = (lstm *)op;
    const fl_backend_buffers *at = &l->plain.at;
    parts p = parts_of(l);
    size_t z = FL_LAYER_GATES * l->h;
    start_rows(l, &p);
    fl_backend_rows_repeat(at->param[BIAS], z, p.gates, l->n * l->t);
    l->product(l->n * l->t, z, l->in, 1, (fl_backend_matrix){ at->in[0], l->in, false },
               (fl_backend_matrix){ at->param[WEIGHT_IH], l->in, true }, 1, p.gates, z);
    for (size_t t = 0; t < l->t; t++) step(l, &p, t);
    if (l->plain.layer.carry) carry_on(l, &p);
}

/* --- backward --- */

FL_CLONES static void step_row_back(size_t n, float *gates, const float *c_before, const float *c, const float *d_out,
                                    const float *d_h, float *d_c)
{
    float *i = gates, *f = i + n, *g = f + n, *o = g + n;
#pragma GCC ivdep
    for (size_t j = 0; j < n; j++) {
        float bent = fl_backend_vector_tanh(c[j]), d = d_out[j] + d_h[j];
        float d_cell = d_c[j] + d * o[j] * (1 - bent * bent);
        float d_i = d_cell * g[j] * (i[j] * (1 - i[j])), d_f = d_cell * c_before[j] * (f[j] * (1 - f[j]));
        float d_g = d_cell * i[j] * (1 - g[j] * g[j]), d_o = d * bent * (o[j] * (1 - o[j]));
        d_c[j] = d_cell * f[j];
        i[j] = d_i;
        f[j] = d_f;
        g[j] = d_g;
        o[j] = d_o;
    }
}

static void step_back(const lstm *l, const parts *p, size_t t)
{
    const float *d_out = l->plain.at.d_out;
    size_t z = FL_LAYER_GATES * l->h;
    for (size_t n = 0; n < l->n; n++) {
        size_t at = n * l->t + t;
        step_row_back(l->h, p->gates + at * z, cell_before(l, p, n, t), p->cells + at * l->h, d_out + at * l->h,
                      p->d_h + n * l->h, p->d_c + n * l->h);
    }
    if (t)
        l->product(l->n, l->h, z, 1, (fl_backend_matrix){ p->gates + t * z, l->t * z, false },
                   (fl_backend_matrix){ l->plain.at.param[WEIGHT_HH], l->h, false }, 0, p->d_h, l->h);
}

static void backward(fl_backend_op *op)
{
    const lstm *l = (lstm *)op;
    const fl_backend_buffers *at = &l->plain.at;
    parts p = parts_of(l);
    size_t z = FL_LAYER_GATES * l->h, rows = l->n * l->t;
    fl_backend_matrix gradient = { p.gates, z, false }, turned = { p.gates, z, true };
    memset(p.d_h, 0, 2 * l->n * l->h * sizeof *p.d_h);
    for (size_t t = l->t; t-- > 0;) step_back(l, &p, t);
    l->product(z, l->in, rows, 1, turned, (fl_backend_matrix){ at->in[0], l->in, false }, 0, at->grad[WEIGHT_IH],
               l->in);
    l->product(z, l->h, rows, 1, turned, (fl_backend_matrix){ p.before, l->h, false }, 0, at->grad[WEIGHT_HH], l->h);
    fl_backend_rows_sum(p.gates, rows, z, at->grad[BIAS]);
    if (l->plain.needs_d_in)
        l->product(rows, l->in, z, 1, gradient, (fl_backend_matrix){ at->param[WEIGHT_IH], l->in, false }, 0,
                   at->d_in[0], l->in);
}

fl_backend_op *fl_backend_lstm(const fl_backend_request *request, fl_backend_product *product)
{
    lstm *l = (lstm *)fl_backend_plain_sized(sizeof *l, request, "own vectors, sgemm", forward, backward);
    fl_tensor_shape in = request->in[0].shape;
    l->product = product;
    l->n = in.n;
    l->t = in.c;
    l->in = in.h;
    l->h = request->layer->n_out;
    fl_backend_op *op = &l->plain.op;
    op->reads_out = false;
    op->workspace_bytes = request->training ? kept(l) * sizeof(float) : 0;
    op->scratch_bytes = (request->training ? 2 * l->n * l->h : kept(l)) * sizeof(float);
    return op;
}
