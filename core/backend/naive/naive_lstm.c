/* LSTM: with z = W x_t + U h_(t-1) + b in four parts, i, f, o = sigmoid(z), g = tanh(z),
 *
 *   c_t = f c_(t-1) + i g,  h_t = o tanh(c_t).
 *
 * Backward, with dh the gradient at h_t (from above and from t+1) and dc that at c_t (dh o (1 - tanh^2 c_t), and
 * f dc from t+1): dz is dc g i (1-i), dc c_(t-1) f (1-f), dc i (1-g^2), dh tanh(c_t) o (1-o). The weights' gradients
 * are products over all positions at once. What is carried over from the batch before is a constant.
 */
#include "backend/naive/naive.h"

#include <string.h>

enum { WEIGHT_IH, WEIGHT_HH, BIAS };
enum { STATE_H, STATE_C };

typedef struct lstm {
    fl_backend_plain plain; /* first: a pointer to the op is a pointer to this */
    size_t n, t, h;         /* examples, positions, values of a position */
    /* The workspace: of each position the gates (n x t x 4h), c and tanh(c) (t x n x h); h and c before the first
     * position (n x h). */
    float *gates, *c, *tanh_c, *h_before, *c_before;
    /* The scratch: gradients of z (n x t x 4h), of h and c (n x h); transposed weights. */
    float *d_gates, *d_h, *d_c, *transposed;
} lstm;

static size_t row(const lstm *l) /* from example to example in an array of positions of h values */
{
    return l->t * l->h;
}

/* --- forward --- */

/* h_(t-1) of all examples, and how far apart they are. */
static fl_naive_factor before(const lstm *l, size_t t)
{
    if (!t) return (fl_naive_factor){ l->h_before, l->h, 1 };
    return (fl_naive_factor){ (const float *)l->plain.at.out + (t - 1) * l->h, row(l), 1 };
}

static const float *c_before(const lstm *l, size_t t)
{
    return t ? l->c + (t - 1) * l->n * l->h : l->c_before;
}

/* values = f(values), by way of double. */
static void apply(void (*f)(double *, size_t), float *values, size_t n)
{
    enum { AT_ONCE = 64 };
    double some[AT_ONCE];
    for (size_t i = 0, now; i < n; i += now) {
        now = n - i < AT_ONCE ? n - i : AT_ONCE;
        for (size_t k = 0; k < now; k++) some[k] = values[i + k];
        f(some, now);
        for (size_t k = 0; k < now; k++) values[i + k] = (float)some[k];
    }
}

/* One example at one position: from z to the gates, c and h. */
static void cell(const lstm *l, size_t n, size_t t)
{
    size_t h = l->h;
    float *i = l->gates + (n * l->t + t) * FL_LAYER_GATES * h, *f = i + h, *g = f + h, *o = g + h;
    float *c = l->c + (t * l->n + n) * h, *tanh_c = l->tanh_c + (t * l->n + n) * h;
    float *out = (float *)l->plain.at.out + n * row(l) + t * h;
    const float *c_last = c_before(l, t) + n * h;
    apply(fl_naive_sigmoid_each, i, 2 * h);
    apply(fl_naive_tanh_each, g, h);
    apply(fl_naive_sigmoid_each, o, h);
    for (size_t k = 0; k < h; k++) c[k] = f[k] * c_last[k] + i[k] * g[k];
    memcpy(tanh_c, c, h * sizeof *c);
    apply(fl_naive_tanh_each, tanh_c, h);
    for (size_t k = 0; k < h; k++) out[k] = o[k] * tanh_c[k];
}

static void take_state(lstm *l)
{
    size_t bytes = l->n * l->h * sizeof(float);
    if (!l->plain.layer.carry) return; /* zeros, as the workspace started */
    memcpy(l->h_before, l->plain.at.state[STATE_H], bytes);
    memcpy(l->c_before, l->plain.at.state[STATE_C], bytes);
}

static void leave_state(lstm *l)
{
    if (!l->plain.layer.carry) return;
    fl_naive_factor h = before(l, l->t);
    for (size_t n = 0; n < l->n; n++)
        memcpy(l->plain.at.state[STATE_H] + n * l->h, h.at + n * h.row, l->h * sizeof(float));
    memcpy(l->plain.at.state[STATE_C], c_before(l, l->t), l->n * l->h * sizeof(float));
}

static fl_naive_linear into_gates(const lstm *l)
{
    return (fl_naive_linear){ l->n * l->t, l->plain.in.h, FL_LAYER_GATES * l->h, 1, fl_naive_adder_of(&l->plain) };
}

static void forward(fl_backend_op *op)
{
    lstm *l = (lstm *)op;
    const fl_backend_buffers *at = &l->plain.at;
    size_t gates = FL_LAYER_GATES * l->h;
    take_state(l);
    fl_naive_linear_forward(into_gates(l), at->in[0], at->param[WEIGHT_IH], at->param[BIAS], l->transposed, l->gates);
    fl_naive_transpose(gates, l->h, at->param[WEIGHT_HH], l->transposed);
    for (size_t t = 0; t < l->t; t++) {
        fl_naive_adder_of (&l->plain)(l->n, gates, l->h, before(l, t), l->transposed, gates, l->gates + t * gates,
                                      l->t * gates);
        for (size_t n = 0; n < l->n; n++) cell(l, n, t);
    }
    leave_state(l);
}

/* --- backward --- */

/* One example at one position: from the gradients of h_t and c_t to those of z and c_(t-1). */
static void backward_cell(const lstm *l, size_t n, size_t t)
{
    size_t h = l->h, at = (n * l->t + t) * FL_LAYER_GATES * h;
    const float *i = l->gates + at, *f = i + h, *g = f + h, *o = g + h;
    const float *c_last = c_before(l, t) + n * h, *tanh_c = l->tanh_c + (t * l->n + n) * h;
    const float *d_out = (const float *)l->plain.at.d_out + n * row(l) + t * h;
    float *d_i = l->d_gates + at, *d_f = d_i + h, *d_g = d_f + h, *d_o = d_g + h, *d_c = l->d_c + n * h;
    for (size_t k = 0; k < h; k++) {
        float dh = d_out[k] + l->d_h[n * h + k];
        float dc = d_c[k] + dh * o[k] * (1 - tanh_c[k] * tanh_c[k]);
        d_i[k] = dc * g[k] * i[k] * (1 - i[k]);
        d_f[k] = dc * c_last[k] * f[k] * (1 - f[k]);
        d_g[k] = dc * i[k] * (1 - g[k] * g[k]);
        d_o[k] = dh * tanh_c[k] * o[k] * (1 - o[k]);
        d_c[k] = dc * f[k];
    }
}

/* d_gates of every position, the last one first. */
static void backward_positions(const lstm *l)
{
    size_t gates = FL_LAYER_GATES * l->h;
    memset(l->d_h, 0, l->n * l->h * sizeof *l->d_h);
    memset(l->d_c, 0, l->n * l->h * sizeof *l->d_c);
    for (size_t t = l->t; t-- > 0;) {
        for (size_t n = 0; n < l->n; n++) backward_cell(l, n, t);
        memset(l->d_h, 0, l->n * l->h * sizeof *l->d_h);
        fl_naive_add_product(l->n, l->h, gates, (fl_naive_factor){ l->d_gates + t * gates, l->t * gates, 1 },
                             l->plain.at.param[WEIGHT_HH], l->h, l->d_h, l->h);
    }
}

static void backward(fl_backend_op *op)
{
    lstm *l = (lstm *)op;
    const fl_backend_buffers *at = &l->plain.at;
    size_t gates = FL_LAYER_GATES * l->h;
    backward_positions(l);
    fl_naive_linear_backward(into_gates(l), at->in[0], at->param[WEIGHT_IH], l->d_gates, at->grad[WEIGHT_IH],
                             at->grad[BIAS], l->plain.needs_d_in ? at->d_in[0] : NULL);
    memset(at->grad[WEIGHT_HH], 0, gates * l->h * sizeof(float));
    for (size_t t = 0; t < l->t; t++) {
        fl_naive_factor h = before(l, t);
        fl_naive_add_product(gates, l->h, l->n, (fl_naive_factor){ l->d_gates + t * gates, 1, l->t * gates }, h.at,
                             h.row, at->grad[WEIGHT_HH], l->h);
    }
}

/* --- memory --- */

static size_t positions(const lstm *l)
{
    return l->n * l->t * l->h;
}

static void bind(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    lstm *l = (lstm *)op;
    l->plain.at = *buffers;
    l->gates = buffers->workspace;
    l->c = l->gates + FL_LAYER_GATES * positions(l);
    l->tanh_c = l->c + positions(l);
    l->h_before = l->tanh_c + positions(l);
    l->c_before = l->h_before + l->n * l->h;
    l->d_gates = l->transposed = buffers->scratch; /* never needed at once */
    l->d_h = l->d_gates + FL_LAYER_GATES * positions(l);
    l->d_c = l->d_h + l->n * l->h;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

fl_backend_op *fl_naive_lstm(const fl_backend_request *request)
{
    const char *loops = request->curvature ? "double sums" : "axpy loops";
    fl_backend_plain *p = fl_backend_plain_sized(sizeof(lstm), request, loops, forward, backward);
    lstm *l = (lstm *)p;
    l->n = p->in.n, l->t = p->in.c, l->h = p->layer.n_out;
    size_t weights = larger(p->op.tensors[WEIGHT_IH].n_values, p->op.tensors[WEIGHT_HH].n_values);
    size_t gradients = FL_LAYER_GATES * positions(l) + 2 * l->n * l->h;
    p->op.workspace_bytes = ((FL_LAYER_GATES + 2) * positions(l) + 2 * l->n * l->h) * sizeof(float);
    p->op.scratch_bytes = larger(weights, gradients) * sizeof(float);
    p->op.bind = bind;
    return &p->op;
}
