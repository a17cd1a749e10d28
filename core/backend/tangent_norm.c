/* Tangents of y = gain x^ + bias, x^ = s (x - mean), s = 1 / sqrt(variance + epsilon), over a set of N numbers: those
 * of a channel (batch normalisation) or of a row (layer normalisation, where gain and bias differ from number to
 * number).
 *
 *   R{s} = -s m with m = s mean(x^ R{x}),  R{x^} = s (R{x} - mean R{x}) - x^ m,
 *   R{y} = V_gain x^ + gain R{x^} + V_bias;
 *   with g = gain dy, dx = s (g - mean g - x^ mean(g x^)) and R{g} = V_gain dy + gain R{dy}:
 *   R{dx} = -m dx + s (R{g} - mean R{g} - R{x^} mean(g x^) - x^ mean(R{g} x^ + g R{x^})),
 *   R{d_gain} = sum R{dy} x^ + dy R{x^},  R{d_bias} = sum R{dy}.
 *
 * Constant statistics: m = 0 and no means. Sums run in double.
 */
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

#include <math.h>
#include <string.h>

enum { GAIN, BIAS };
enum { RUNNING_MEAN, RUNNING_VAR };

typedef struct statistics {
    float mean, scale;
} statistics;

/* Where the numbers of set `i` lie: `runs` of `length`, `step` apart; its first gain is number `gain`, the next of each
 * `gain_step` further. */
typedef struct set {
    size_t first, runs, length, step, gain, gain_step;
} set;

static set channel(const fl_backend_tangent *t, size_t i)
{
    size_t plane = t->in.h * t->in.w;
    return (set){ i * plane, t->in.n, plane, t->in.c * plane, i, 0 };
}

static set row(const fl_backend_tangent *t, size_t i)
{
    size_t n = fl_tensor_shape_columns(t->in);
    return (set){ i * n, 1, n, n, 0, 1 };
}

static double count_of(set s)
{
    return (double)(s.runs * s.length);
}

#define SUM(lanes, s, TERM)                                                                                            \
    for (size_t run_ = 0; run_ < (s).runs; run_++) {                                                                   \
        size_t at_ = (s).first + run_ * (s).step;                                                                      \
        FL_BACKEND_LANES_ADD(lanes, k, (s).length, TERM);                                                              \
    }
#define LANES(name) double name[FL_BACKEND_LANES] = { 0 }

static double fold(const double lanes[FL_BACKEND_LANES])
{
    double total = 0;
    for (size_t i = 0; i < FL_BACKEND_LANES; i++) total += lanes[i];
    return total;
}

FL_CLONES static statistics statistics_of(const fl_backend_tangent *t, set s)
{
    LANES(total);
    LANES(squares);
    SUM(total, s, (double)t->x[at_ + k]);
    double mean = fold(total) / count_of(s);
    SUM(squares, s, (t->x[at_ + k] - mean) * (t->x[at_ + k] - mean));
    return (statistics){ (float)mean, (float)(1 / sqrt(fold(squares) / count_of(s) + t->layer->epsilon)) };
}

/* --- forward --- */

/* mean R{x} and m; zeros where statistics are constants. */
typedef struct moving {
    float mean, m;
} moving;

FL_CLONES static moving moving_of(const fl_backend_tangent *t, set s, statistics of)
{
    LANES(total);
    LANES(products);
    if (t->constants) return (moving){ 0 };
    SUM(total, s, (double)t->r_x[at_ + k]);
    SUM(products, s, (double)t->r_x[at_ + k] * ((t->x[at_ + k] - of.mean) * of.scale));
    return (moving){ (float)(fold(total) / count_of(s)), (float)(of.scale * fold(products) / count_of(s)) };
}

/* x^ and R{x^} of number `i`. */
#define HAT(i) ((t->x[i] - of.mean) * of.scale)
#define R_HAT(i) (of.scale * (t->r_x[i] - mv.mean) - HAT(i) * mv.m)
/* The gain of number k of a run, and its tangent. */
#define GAIN_OF(k) gain[(k)*s.gain_step]
#define V_GAIN_OF(k) v_gain[(k)*s.gain_step]

FL_CLONES static void forward_set(const fl_backend_tangent *t, set s, statistics of)
{
    const float *gain = t->param[GAIN] + s.gain, *v_gain = t->v[GAIN] + s.gain, *v_bias = t->v[BIAS] + s.gain;
    moving mv = moving_of(t, s, of);
    for (size_t run = 0; run < s.runs; run++)
#pragma GCC ivdep
        for (size_t k = 0; k < s.length; k++) {
            size_t i = s.first + run * s.step + k;
            t->r_y[i] = V_GAIN_OF(k) * HAT(i) + GAIN_OF(k) * R_HAT(i) + v_bias[k * s.gain_step];
        }
}

/* --- backward --- */

/* The means of g, g x^, R{g}, R{g} x^ + g R{x^}; zeros where statistics are constants. */
typedef struct means {
    float g, g_hat, r_g, r_g_hat;
} means;

#define G(i, k) (GAIN_OF(k) * t->d_y[i])
#define R_G(i, k) ((t->second ? V_GAIN_OF(k) * t->d_y[i] : 0) + GAIN_OF(k) * t->r_d_y[i])

FL_CLONES static means means_of(const fl_backend_tangent *t, set s, statistics of, moving mv)
{
    const float *gain = t->param[GAIN] + s.gain, *v_gain = t->v[GAIN] + s.gain;
    LANES(g);
    LANES(g_hat);
    LANES(r_g);
    LANES(r_g_hat);
    if (t->constants) return (means){ 0 };
    SUM(r_g, s, (double)R_G(at_ + k, k));
    SUM(r_g_hat, s, (double)R_G(at_ + k, k) * HAT(at_ + k));
    if (t->second) {
        SUM(g, s, (double)G(at_ + k, k));
        SUM(g_hat, s, (double)G(at_ + k, k) * HAT(at_ + k));
        SUM(r_g_hat, s, (double)G(at_ + k, k) * R_HAT(at_ + k));
    }
    double n = count_of(s);
    return (means){ (float)(fold(g) / n), (float)(fold(g_hat) / n), (float)(fold(r_g) / n),
                    (float)(fold(r_g_hat) / n) };
}

/* R{dx}, from the terms of R{dy} alone or of both. */
FL_CLONES static void backward_input(const fl_backend_tangent *t, set s, statistics of, moving mv, means mean)
{
    const float *gain = t->param[GAIN] + s.gain, *v_gain = t->v[GAIN] + s.gain;
    for (size_t run = 0; run < s.runs; run++)
        for (size_t k = 0; k < s.length; k++) {
            size_t i = s.first + run * s.step + k;
            float hat = HAT(i), r = of.scale * (R_G(i, k) - mean.r_g - hat * mean.r_g_hat);
            if (t->second) {
                float d_x = of.scale * (G(i, k) - mean.g - hat * mean.g_hat);
                r -= mv.m * d_x + of.scale * R_HAT(i) * mean.g_hat;
            }
            t->r_d_x[i] = r;
        }
}

/* What a set adds to the gradients of gain and bias. */
FL_CLONES static void add_gradients(const fl_backend_tangent *t, set s, statistics of, moving mv)
{
    LANES(d_gain);
    LANES(d_bias);
    float *r_gain = t->r_grad[GAIN] + s.gain, *r_bias = t->r_grad[BIAS] + s.gain;
    if (s.gain_step) {
        for (size_t k = 0; k < s.length; k++) {
            size_t i = s.first + k;
            r_gain[k] += t->r_d_y[i] * HAT(i) + (t->second ? t->d_y[i] * R_HAT(i) : 0);
            r_bias[k] += t->r_d_y[i];
        }
        return;
    }
    SUM(d_bias, s, (double)t->r_d_y[at_ + k]);
    SUM(d_gain, s, (double)t->r_d_y[at_ + k] * HAT(at_ + k));
    if (t->second) SUM(d_gain, s, (double)t->d_y[at_ + k] * R_HAT(at_ + k));
    *r_gain = (float)fold(d_gain);
    *r_bias = (float)fold(d_bias);
}

static void backward_set(const fl_backend_tangent *t, set s, statistics of)
{
    moving mv = t->second ? moving_of(t, s, of) : (moving){ 0 };
    if (t->r_d_x) backward_input(t, s, of, mv, means_of(t, s, of, mv));
    add_gradients(t, s, of, mv);
}

/* --- both kinds --- */

typedef set set_at(const fl_backend_tangent *t, size_t i);

static void forward_all(const fl_backend_tangent *t, set_at *at, size_t n)
{
    const statistics *of = t->workspace;
    for (size_t i = 0; i < n; i++) forward_set(t, at(t, i), of[i]);
}

static void backward_all(const fl_backend_tangent *t, set_at *at, size_t n, size_t values)
{
    const statistics *of = t->workspace;
    for (size_t p = 0; p < 2; p++) memset(t->r_grad[p], 0, values * sizeof(float));
    for (size_t i = 0; i < n; i++) backward_set(t, at(t, i), of[i]);
}

static size_t channels_bytes(const fl_backend_tangent *t)
{
    return t->in.c * sizeof(statistics);
}

static void channels_point(const fl_backend_tangent *t)
{
    statistics *of = t->workspace;
    for (size_t c = 0; c < t->in.c; c++) {
        double variance = t->state[RUNNING_VAR][c];
        of[c] = (statistics){ t->state[RUNNING_MEAN][c], (float)(1 / sqrt(variance + t->layer->epsilon)) };
        if (t->training) of[c] = statistics_of(t, channel(t, c));
    }
}

static void channels_forward(const fl_backend_tangent *t)
{
    forward_all(t, channel, t->in.c);
}

static void channels_backward(const fl_backend_tangent *t)
{
    backward_all(t, channel, t->in.c, t->in.c);
}

const fl_backend_tangent_code fl_backend_tangent_batch_norm = {
    .workspace_bytes = channels_bytes,
    .point = channels_point,
    .forward = channels_forward,
    .backward = channels_backward,
};

static size_t rows_bytes(const fl_backend_tangent *t)
{
    return fl_tensor_shape_rows(t->in) * sizeof(statistics);
}

static void rows_point(const fl_backend_tangent *t)
{
    statistics *of = t->workspace;
    for (size_t r = 0; r < fl_tensor_shape_rows(t->in); r++) of[r] = statistics_of(t, row(t, r));
}

/* Of each example alone, so they move whatever a batch's statistics do. */
static fl_backend_tangent moving_always(const fl_backend_tangent *t)
{
    fl_backend_tangent own = *t;
    own.constants = false;
    return own;
}

static void rows_forward(const fl_backend_tangent *t)
{
    fl_backend_tangent own = moving_always(t);
    forward_all(&own, row, fl_tensor_shape_rows(t->in));
}

static void rows_backward(const fl_backend_tangent *t)
{
    fl_backend_tangent own = moving_always(t);
    backward_all(&own, row, fl_tensor_shape_rows(t->in), fl_tensor_shape_columns(t->in));
}

const fl_backend_tangent_code fl_backend_tangent_layer_norm = {
    .workspace_bytes = rows_bytes,
    .point = rows_point,
    .forward = rows_forward,
    .backward = rows_backward,
};
