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

/* Of a set: at the point, and along the direction from forward on: mean R{x} and m, zeros where statistics are
 * constants. */
typedef struct statistics {
    float mean, scale, r_mean, m;
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
    return (statistics){ (float)mean, (float)(1 / sqrt(fold(squares) / count_of(s) + t->layer->epsilon)), 0, 0 };
}

/* --- forward --- */

/* The sums of r and of r x^, in one walk. */
typedef struct pair {
    double r, r_hat;
} pair;

FL_BACKEND_INLINE void add_pairs(const float *x, const float *r, size_t n, statistics of,
                                 double lanes[2][FL_BACKEND_LANES])
{
    for (size_t k = 0; k < n; k++) {
        double value = r[k];
        lanes[0][k] += value;
        lanes[1][k] += value * ((x[k] - of.mean) * of.scale);
    }
}

FL_CLONES static pair pair_of(const fl_backend_tangent *t, set s, statistics of, const float *r)
{
    double lanes[2][FL_BACKEND_LANES] = { { 0 } };
    for (size_t run = 0; run < s.runs; run++) {
        size_t at = s.first + run * s.step, k = 0;
        for (; k + FL_BACKEND_LANES <= s.length; k += FL_BACKEND_LANES)
            add_pairs(t->x + at + k, r + at + k, FL_BACKEND_LANES, of, lanes);
        add_pairs(t->x + at + k, r + at + k, s.length - k, of, lanes);
    }
    return (pair){ fold(lanes[0]), fold(lanes[1]) };
}

static void find_moving(const fl_backend_tangent *t, set s, statistics *of)
{
    pair sums = { 0 };
    if (!t->constants) sums = pair_of(t, s, *of, t->r_x);
    of->r_mean = (float)(sums.r / count_of(s));
    of->m = (float)(of->scale * sums.r_hat / count_of(s));
}

/* x^ and R{x^} of number `i`. */
#define HAT(i) ((t->x[i] - of.mean) * of.scale)
#define R_HAT(i) (of.scale * (t->r_x[i] - of.r_mean) - HAT(i) * of.m)
/* The gain of number k of a run, and its tangent. */
#define GAIN_OF(k) gain[(k)*s.gain_step]
#define V_GAIN_OF(k) v_gain[(k)*s.gain_step]

FL_CLONES static void forward_set(const fl_backend_tangent *t, set s, statistics of)
{
    const float *gain = t->param[GAIN] + s.gain, *v_gain = t->v[GAIN] + s.gain, *v_bias = t->v[BIAS] + s.gain;
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

FL_CLONES static means means_of(const fl_backend_tangent *t, set s, statistics of)
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

/* R{dx}, from the terms of R{dy} alone or of both. What differs is known where this is inlined. */
FL_BACKEND_INLINE void write_input(const fl_backend_tangent *t, set s, statistics of, means mean, bool second)
{
    const float *gain = t->param[GAIN] + s.gain, *v_gain = t->v[GAIN] + s.gain;
    for (size_t run = 0; run < s.runs; run++)
#pragma GCC ivdep
        for (size_t k = 0; k < s.length; k++) {
            size_t i = s.first + run * s.step + k;
            float hat = HAT(i), r_g = GAIN_OF(k) * t->r_d_y[i] + (second ? V_GAIN_OF(k) * t->d_y[i] : 0);
            float r = of.scale * (r_g - mean.r_g - hat * mean.r_g_hat);
            if (second) {
                float d_x = of.scale * (G(i, k) - mean.g - hat * mean.g_hat);
                r -= of.m * d_x + of.scale * R_HAT(i) * mean.g_hat;
            }
            t->r_d_x[i] = r;
        }
}

FL_CLONES static void row_input(const fl_backend_tangent *t, set s, statistics of, means mean)
{
    s.gain_step = 1;
    if (t->second)
        write_input(t, s, of, mean, true);
    else
        write_input(t, s, of, mean, false);
}

FL_CLONES static void channel_input(const fl_backend_tangent *t, set s, statistics of, means mean)
{
    s.gain_step = 0;
    if (t->second)
        write_input(t, s, of, mean, true);
    else
        write_input(t, s, of, mean, false);
}

/* What a row adds to the gradients of gain and bias. */
FL_CLONES static void add_row_gradients(const fl_backend_tangent *t, set s, statistics of)
{
    float *r_gain = t->r_grad[GAIN], *r_bias = t->r_grad[BIAS];
    for (size_t k = 0; k < s.length; k++) {
        size_t i = s.first + k;
        r_gain[k] += t->r_d_y[i] * HAT(i) + (t->second ? t->d_y[i] * R_HAT(i) : 0);
        r_bias[k] += t->r_d_y[i];
    }
}

static void backward_row(const fl_backend_tangent *t, set s, statistics of)
{
    if (t->r_d_x) row_input(t, s, of, means_of(t, s, of));
    add_row_gradients(t, s, of);
}

/* The sums over a channel that everything else follows from, in one walk: of R{dy}, R{dy} x^, dy, dy x^, dy R{x^}. */
typedef struct sums {
    double r_d, r_d_hat, d, d_hat, d_r_hat;
} sums;

/* Numbers first..first+n-1, n at most the lanes. */
FL_BACKEND_INLINE void add_sums(const fl_backend_tangent *t, statistics of, size_t first, size_t n,
                                double lanes[5][FL_BACKEND_LANES])
{
    for (size_t k = 0; k < n; k++) {
        size_t i = first + k;
        double hat = HAT(i), r_hat = R_HAT(i), d = t->d_y[i], r_d = t->r_d_y[i];
        lanes[0][k] += r_d;
        lanes[1][k] += r_d * hat;
        lanes[2][k] += d;
        lanes[3][k] += d * hat;
        lanes[4][k] += d * r_hat;
    }
}

FL_CLONES static sums second_sums(const fl_backend_tangent *t, set s, statistics of)
{
    double lanes[5][FL_BACKEND_LANES] = { { 0 } };
    for (size_t run = 0; run < s.runs; run++) {
        size_t at = s.first + run * s.step, k = 0;
        for (; k + FL_BACKEND_LANES <= s.length; k += FL_BACKEND_LANES)
            add_sums(t, of, at + k, FL_BACKEND_LANES, lanes);
        add_sums(t, of, at + k, s.length - k, lanes);
    }
    return (sums){ fold(lanes[0]), fold(lanes[1]), fold(lanes[2]), fold(lanes[3]), fold(lanes[4]) };
}

static sums first_sums(pair of_r_d)
{
    return (sums){ .r_d = of_r_d.r, .r_d_hat = of_r_d.r_hat };
}

/* Of a channel gain and bias are one number each. */
static void backward_channel(const fl_backend_tangent *t, set s, statistics of)
{
    sums all = t->second ? second_sums(t, s, of) : first_sums(pair_of(t, s, of, t->r_d_y));
    double n = count_of(s), gain = t->param[GAIN][s.gain], v_gain = t->v[GAIN][s.gain];
    means mean = { .g = (float)(gain * all.d / n),
                   .g_hat = (float)(gain * all.d_hat / n),
                   .r_g = (float)((v_gain * all.d + gain * all.r_d) / n),
                   .r_g_hat = (float)((v_gain * all.d_hat + gain * (all.r_d_hat + all.d_r_hat)) / n) };
    if (t->r_d_x) channel_input(t, s, of, t->constants ? (means){ 0 } : mean);
    t->r_grad[GAIN][s.gain] = (float)(all.r_d_hat + all.d_r_hat);
    t->r_grad[BIAS][s.gain] = (float)all.r_d;
}

/* --- channels --- */

static size_t channels_bytes(const fl_backend_tangent *t)
{
    return t->in.c * sizeof(statistics);
}

static void channels_point(const fl_backend_tangent *t)
{
    statistics *of = t->workspace;
    for (size_t c = 0; c < t->in.c; c++) {
        double variance = t->state[RUNNING_VAR][c];
        of[c] = (statistics){ t->state[RUNNING_MEAN][c], (float)(1 / sqrt(variance + t->layer->epsilon)), 0, 0 };
        if (t->training) of[c] = statistics_of(t, channel(t, c));
    }
}

static void channels_forward(const fl_backend_tangent *t)
{
    statistics *of = t->workspace;
    for (size_t c = 0; c < t->in.c; c++) {
        find_moving(t, channel(t, c), &of[c]);
        forward_set(t, channel(t, c), of[c]);
    }
}

static void channels_backward(const fl_backend_tangent *t)
{
    const statistics *of = t->workspace;
    for (size_t c = 0; c < t->in.c; c++) backward_channel(t, channel(t, c), of[c]);
}

const fl_backend_tangent_code fl_backend_tangent_batch_norm = {
    .workspace_bytes = channels_bytes,
    .point = channels_point,
    .forward = channels_forward,
    .backward = channels_backward,
};

/* --- rows, whose statistics are of one example alone, so that they always move --- */

static size_t rows_bytes(const fl_backend_tangent *t)
{
    return fl_tensor_shape_rows(t->in) * sizeof(statistics);
}

static void rows_point(const fl_backend_tangent *t)
{
    statistics *of = t->workspace;
    for (size_t r = 0; r < fl_tensor_shape_rows(t->in); r++) of[r] = statistics_of(t, row(t, r));
}

static fl_backend_tangent moving_always(const fl_backend_tangent *t)
{
    fl_backend_tangent own = *t;
    own.constants = false;
    return own;
}

static void rows_forward(const fl_backend_tangent *t)
{
    fl_backend_tangent own = moving_always(t);
    statistics *of = t->workspace;
    for (size_t r = 0; r < fl_tensor_shape_rows(t->in); r++) {
        find_moving(&own, row(t, r), &of[r]);
        forward_set(&own, row(t, r), of[r]);
    }
}

static void rows_backward(const fl_backend_tangent *t)
{
    fl_backend_tangent own = moving_always(t);
    const statistics *of = t->workspace;
    for (size_t p = 0; p < 2; p++) memset(t->r_grad[p], 0, fl_tensor_shape_columns(t->in) * sizeof(float));
    for (size_t r = 0; r < fl_tensor_shape_rows(t->in); r++) backward_row(&own, row(t, r), of[r]);
}

const fl_backend_tangent_code fl_backend_tangent_layer_norm = {
    .workspace_bytes = rows_bytes,
    .point = rows_point,
    .forward = rows_forward,
    .backward = rows_backward,
};
