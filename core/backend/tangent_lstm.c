/* Tangents of an LSTM: z = x W^T + h' U^T + b with h' the output of the step before, i, f, o = sigmoid(z), g = tanh(z),
 * c = f c' + i g, h = o tanh(c); what is carried over from the batch before is a constant.
 *
 * Forward differentiates each step along the direction. Backward walks the steps from the last with dz and R{dz} side
 * by side: R{dz} is the derivative of the products that give dz from dh, dc, the gates and the cells; then R{dh'} =
 * R{dz} U + dz V_U, and the weights' tangents are products over all steps at once.
 */
#include "backend/rows.h"
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

#include <string.h>

enum { WEIGHT_IH, WEIGHT_HH, BIAS };
enum { CARRIED_H, CARRIED_C };

typedef struct sizes {
    size_t n, t, in, h, z, rows; /* z: values of all gates; rows: n t */
} sizes;

/* The workspace, by rows: step t of example n is row n T + t. */
typedef struct parts {
    float *gates, *r_gates, *d_z, *r_d_z;      /* rows x z */
    float *cells, *bent, *h_before, *c_before; /* rows x h: c, tanh(c), h', c' */
    float *r_cells, *r_h_before, *r_c_before;  /* rows x h */
    float *d_h, *d_c, *r_d_h, *r_d_c;          /* n x h, from the step after */
} parts;

static sizes sizes_of(const fl_backend_tangent *t)
{
    size_t h = t->layer->n_out;
    return (sizes){ t->in.n, t->in.c, t->in.h, h, FL_LAYER_GATES * h, t->in.n * t->in.c };
}

static size_t workspace_bytes(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    return (s.rows * (4 * s.z + 7 * s.h) + 4 * s.n * s.h) * sizeof(float);
}

static parts parts_of(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p;
    float *at = t->workspace, **const wide[] = { &p.gates, &p.r_gates, &p.d_z, &p.r_d_z };
    float **const narrow[] = { &p.cells, &p.bent, &p.h_before, &p.c_before, &p.r_cells, &p.r_h_before, &p.r_c_before };
    float **const one[] = { &p.d_h, &p.d_c, &p.r_d_h, &p.r_d_c };
    for (size_t i = 0; i < 4; i++, at += s.rows * s.z) *wide[i] = at;
    for (size_t i = 0; i < 7; i++, at += s.rows * s.h) *narrow[i] = at;
    for (size_t i = 0; i < 4; i++, at += s.n * s.h) *one[i] = at;
    return p;
}

static fl_backend_matrix rows_of(const float *at, size_t step)
{
    return (fl_backend_matrix){ at, step, false };
}

static fl_backend_matrix turned(const float *at, size_t step)
{
    return (fl_backend_matrix){ at, step, true };
}

/* --- the point --- */

FL_CLONES static void cell(size_t h, float *gates, const float *c_before, float *c, float *bent, float *out)
{
    float *i = gates, *f = i + h, *g = f + h, *o = g + h;
#pragma GCC ivdep
    for (size_t j = 0; j < h; j++) {
        i[j] = fl_backend_vector_sigmoid(i[j]);
        f[j] = fl_backend_vector_sigmoid(f[j]);
        g[j] = fl_backend_vector_tanh(g[j]);
        o[j] = fl_backend_vector_sigmoid(o[j]);
        c[j] = f[j] * c_before[j] + i[j] * g[j];
        bent[j] = fl_backend_vector_tanh(c[j]);
        out[j] = o[j] * bent[j];
    }
}

/* A step leaves what the next one begins with. */
static void hand_on(sizes s, float *before, const float *now, size_t n, size_t t)
{
    if (t + 1 < s.t) memcpy(before + (n * s.t + t + 1) * s.h, now, s.h * sizeof *now);
}

static void start(const fl_backend_tangent *t, sizes s, const parts *p)
{
    size_t bytes = s.h * sizeof(float);
    for (size_t n = 0; n < s.n; n++) {
        float *h = p->h_before + n * s.t * s.h, *c = p->c_before + n * s.t * s.h;
        memset(h, 0, bytes);
        memset(c, 0, bytes);
        if (!t->layer->carry) continue;
        memcpy(h, t->state[CARRIED_H] + n * s.h, bytes);
        memcpy(c, t->state[CARRIED_C] + n * s.h, bytes);
    }
}

static void point_step(const fl_backend_tangent *t, sizes s, const parts *p, size_t step)
{
    t->product(s.n, s.z, s.h, 1, rows_of(p->h_before + step * s.h, s.t * s.h), turned(t->param[WEIGHT_HH], s.h), 1,
               p->gates + step * s.z, s.t * s.z);
    for (size_t n = 0; n < s.n; n++) {
        size_t row = n * s.t + step;
        float *out = p->d_h; /* free until backward */
        cell(s.h, p->gates + row * s.z, p->c_before + row * s.h, p->cells + row * s.h, p->bent + row * s.h, out);
        hand_on(s, p->h_before, out, n, step);
        hand_on(s, p->c_before, p->cells + row * s.h, n, step);
    }
}

static void point(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p = parts_of(t);
    start(t, s, &p);
    fl_backend_rows_repeat(t->param[BIAS], s.z, p.gates, s.rows);
    t->product(s.rows, s.z, s.in, 1, rows_of(t->x, s.in), turned(t->param[WEIGHT_IH], s.in), 1, p.gates, s.z);
    for (size_t step = 0; step < s.t; step++) point_step(t, s, &p, step);
}

/* --- forward --- */

FL_CLONES static void r_cell(size_t h, const float *gates, float *r_gates, const float *c_before,
                             const float *r_c_before, const float *bent, float *r_c, float *r_out)
{
    const float *i = gates, *f = i + h, *g = f + h, *o = g + h;
    float *r_i = r_gates, *r_f = r_i + h, *r_g = r_f + h, *r_o = r_g + h;
#pragma GCC ivdep
    for (size_t j = 0; j < h; j++) {
        r_i[j] *= i[j] * (1 - i[j]);
        r_f[j] *= f[j] * (1 - f[j]);
        r_g[j] *= 1 - g[j] * g[j];
        r_o[j] *= o[j] * (1 - o[j]);
        r_c[j] = r_f[j] * c_before[j] + f[j] * r_c_before[j] + r_i[j] * g[j] + i[j] * r_g[j];
        r_out[j] = r_o[j] * bent[j] + o[j] * (1 - bent[j] * bent[j]) * r_c[j];
    }
}

static void forward_step(const fl_backend_tangent *t, sizes s, const parts *p, size_t step)
{
    if (step)
        t->product(s.n, s.z, s.h, 1, rows_of(p->r_h_before + step * s.h, s.t * s.h), turned(t->param[WEIGHT_HH], s.h),
                   1, p->r_gates + step * s.z, s.t * s.z);
    for (size_t n = 0; n < s.n; n++) {
        size_t row = n * s.t + step, at = row * s.h;
        r_cell(s.h, p->gates + row * s.z, p->r_gates + row * s.z, p->c_before + at, p->r_c_before + at, p->bent + at,
               p->r_cells + at, t->r_y + at);
        hand_on(s, p->r_h_before, t->r_y + at, n, step);
        hand_on(s, p->r_c_before, p->r_cells + at, n, step);
    }
}

/* What every step begins with: V_b + x V_W^T + R{x} W^T + h' V_U^T; the tangents of the first h' and c' stay 0. */
static void forward(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p = parts_of(t);
    fl_backend_rows_repeat(t->v[BIAS], s.z, p.r_gates, s.rows);
    t->product(s.rows, s.z, s.in, 1, rows_of(t->x, s.in), turned(t->v[WEIGHT_IH], s.in), 1, p.r_gates, s.z);
    t->product(s.rows, s.z, s.in, 1, rows_of(t->r_x, s.in), turned(t->param[WEIGHT_IH], s.in), 1, p.r_gates, s.z);
    t->product(s.rows, s.z, s.h, 1, rows_of(p.h_before, s.h), turned(t->v[WEIGHT_HH], s.h), 1, p.r_gates, s.z);
    for (size_t step = 0; step < s.t; step++) forward_step(t, s, &p, step);
}

/* --- backward --- */

/* A row of a step: everything by value. */
typedef struct row {
    const float *gates, *r_gates, *c_before, *r_c_before, *bent, *r_cells, *d_out, *r_d_out, *d_h, *r_d_h;
    float *d_c, *r_d_c, *d_z, *r_d_z;
} row;

/* J^T alone: dz of d_out, in the places of R{dz}. */
FL_CLONES static void back_cell(size_t h, row r)
{
    const float *i = r.gates, *f = i + h, *g = f + h, *o = g + h;
#pragma GCC ivdep
    for (size_t j = 0; j < h; j++) {
        float dh = r.r_d_out[j] + r.r_d_h[j], dc = r.r_d_c[j] + dh * o[j] * (1 - r.bent[j] * r.bent[j]);
        r.r_d_z[j] = dc * g[j] * (i[j] * (1 - i[j]));
        r.r_d_z[h + j] = dc * r.c_before[j] * (f[j] * (1 - f[j]));
        r.r_d_z[2 * h + j] = dc * i[j] * (1 - g[j] * g[j]);
        r.r_d_z[3 * h + j] = dh * r.bent[j] * (o[j] * (1 - o[j]));
        r.r_d_c[j] = dc * f[j];
    }
}

FL_CLONES static void second_cell(size_t h, row r)
{
    const float *i = r.gates, *f = i + h, *g = f + h, *o = g + h;
    const float *r_i = r.r_gates, *r_f = r_i + h, *r_g = r_f + h, *r_o = r_g + h;
#pragma GCC ivdep
    for (size_t j = 0; j < h; j++) {
        float bent = r.bent[j], slope = 1 - bent * bent, r_bent = slope * r.r_cells[j];
        float dh = r.d_out[j] + r.d_h[j], r_dh = r.r_d_out[j] + r.r_d_h[j];
        float dc = r.d_c[j] + dh * o[j] * slope;
        float r_dc = r.r_d_c[j] + r_dh * o[j] * slope + dh * (r_o[j] * slope - 2 * o[j] * bent * r_bent);
        float s_i = i[j] * (1 - i[j]), s_f = f[j] * (1 - f[j]), s_g = 1 - g[j] * g[j], s_o = o[j] * (1 - o[j]);
        float c = r.c_before[j], r_c = r.r_c_before[j];
        r.d_z[j] = dc * g[j] * s_i;
        r.d_z[h + j] = dc * c * s_f;
        r.d_z[2 * h + j] = dc * i[j] * s_g;
        r.d_z[3 * h + j] = dh * bent * s_o;
        r.r_d_z[j] = (r_dc * g[j] + dc * r_g[j]) * s_i + dc * g[j] * (1 - 2 * i[j]) * r_i[j];
        r.r_d_z[h + j] = (r_dc * c + dc * r_c) * s_f + dc * c * (1 - 2 * f[j]) * r_f[j];
        r.r_d_z[2 * h + j] = (r_dc * i[j] + dc * r_i[j]) * s_g - dc * i[j] * 2 * g[j] * r_g[j];
        r.r_d_z[3 * h + j] = (r_dh * bent + dh * r_bent) * s_o + dh * bent * (1 - 2 * o[j]) * r_o[j];
        r.r_d_c[j] = r_dc * f[j] + dc * r_f[j];
        r.d_c[j] = dc * f[j];
    }
}

static row row_at(const fl_backend_tangent *t, sizes s, const parts *p, size_t n, size_t step)
{
    size_t at = n * s.t + step, narrow = at * s.h, wide = at * s.z, one = n * s.h;
    return (row){ .gates = p->gates + wide,
                  .r_gates = p->r_gates + wide,
                  .c_before = p->c_before + narrow,
                  .r_c_before = p->r_c_before + narrow,
                  .bent = p->bent + narrow,
                  .r_cells = p->r_cells + narrow,
                  .d_out = t->d_y + narrow,
                  .r_d_out = t->r_d_y + narrow,
                  .d_h = p->d_h + one,
                  .r_d_h = p->r_d_h + one,
                  .d_c = p->d_c + one,
                  .r_d_c = p->r_d_c + one,
                  .d_z = p->d_z + wide,
                  .r_d_z = p->r_d_z + wide };
}

static void backward_step(const fl_backend_tangent *t, sizes s, const parts *p, size_t step)
{
    fl_backend_matrix d_z = rows_of(p->d_z + step * s.z, s.t * s.z), r_d_z = rows_of(p->r_d_z + step * s.z, s.t * s.z);
    for (size_t n = 0; n < s.n; n++) (t->second ? second_cell : back_cell)(s.h, row_at(t, s, p, n, step));
    if (!step) return;
    t->product(s.n, s.h, s.z, 1, r_d_z, rows_of(t->param[WEIGHT_HH], s.h), 0, p->r_d_h, s.h);
    if (!t->second) return;
    t->product(s.n, s.h, s.z, 1, d_z, rows_of(t->v[WEIGHT_HH], s.h), 1, p->r_d_h, s.h);
    t->product(s.n, s.h, s.z, 1, d_z, rows_of(t->param[WEIGHT_HH], s.h), 0, p->d_h, s.h);
}

/* to (+)= d_z^T values, over all rows. */
static void weight_gradient(const fl_backend_tangent *t, sizes s, const float *d_z, const float *values, size_t n,
                            bool adds, float *to)
{
    t->product(s.z, n, s.rows, 1, turned(d_z, s.z), rows_of(values, n), adds, to, n);
}

static void backward(const fl_backend_tangent *t)
{
    sizes s = sizes_of(t);
    parts p = parts_of(t);
    memset(p.d_h, 0, 4 * s.n * s.h * sizeof *p.d_h); /* d_c, r_d_h and r_d_c lie behind */
    for (size_t step = s.t; step-- > 0;) backward_step(t, s, &p, step);
    weight_gradient(t, s, p.r_d_z, t->x, s.in, false, t->r_grad[WEIGHT_IH]);
    weight_gradient(t, s, p.r_d_z, p.h_before, s.h, false, t->r_grad[WEIGHT_HH]);
    fl_backend_rows_sum(p.r_d_z, s.rows, s.z, t->r_grad[BIAS]);
    if (t->r_d_x)
        t->product(s.rows, s.in, s.z, 1, rows_of(p.r_d_z, s.z), rows_of(t->param[WEIGHT_IH], s.in), 0, t->r_d_x, s.in);
    if (!t->second) return;
    weight_gradient(t, s, p.d_z, t->r_x, s.in, true, t->r_grad[WEIGHT_IH]);
    weight_gradient(t, s, p.d_z, p.r_h_before, s.h, true, t->r_grad[WEIGHT_HH]);
    if (t->r_d_x)
        t->product(s.rows, s.in, s.z, 1, rows_of(p.d_z, s.z), rows_of(t->v[WEIGHT_IH], s.in), 1, t->r_d_x, s.in);
}

const fl_backend_tangent_code fl_backend_tangent_lstm = {
    .workspace_bytes = workspace_bytes, .point = point, .forward = forward, .backward = backward
};
