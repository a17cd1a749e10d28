/* Tangents of batch normalisation y = gain x^ + bias, x^ = s (x - mean), s = 1 / sqrt(variance + epsilon), over the N
 * numbers of a channel:
 *
 *   R{s} = -s m with m = s mean(x^ R{x}),  R{x^} = s (R{x} - mean R{x}) - x^ m,
 *   R{y} = V_gain x^ + gain R{x^} + V_bias;
 *   with g = gain dy, dx = s (g - mean g - x^ mean(g x^)) and R{g} = V_gain dy + gain R{dy}:
 *   R{dx} = -m dx + s (R{g} - mean R{g} - R{x^} mean(g x^) - x^ mean(R{g} x^ + g R{x^})),
 *   R{d_gain} = sum R{dy} x^ + dy R{x^},  R{d_bias} = sum R{dy}.
 *
 * Constant statistics: m = 0 and no means. Once a channel's sums are known (in double), all of it is linear in x, R{x},
 * dy and R{dy}. A walk goes through a channel, or through up to 16 that lie side by side, in lines of 16 numbers.
 */
#include "backend/tangent_kinds.h"
#include "backend/vector.h"
#include "base/clones.h"

#include <math.h>

enum { GAIN, BIAS };
enum { RUNNING_MEAN, RUNNING_VAR };
enum { LINE = FL_BACKEND_LANES };

/* Of a channel: at the point, and along the direction from forward on: mean R{x} and m, zeros where statistics are
 * constants. */
typedef struct statistics {
    float mean, scale, r_mean, m;
} statistics;

/* Where the numbers of a walk lie: `runs` of `length`, `step` apart; in a run every `stride` numbers a line of `n`. */
typedef struct walk {
    size_t first, runs, step, length, stride, n;
    size_t channel;
    bool across; /* number k of a line is of channel `channel` + k; else all are of one channel */
} walk;

/* A number for each place of a line. */
typedef struct line {
    float mean[LINE], scale[LINE], r_mean[LINE], m[LINE];
} line;

/* --- walks --- */

static size_t inner_of(const fl_backend_tangent *t)
{
    return t->in.h * t->in.w == 1 && t->inner == 1 ? t->in.c : t->inner;
}

static size_t up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit;
}

static size_t walks_of(const fl_backend_tangent *t)
{
    size_t inner = inner_of(t);
    return up(t->in.c, inner) * up(inner, LINE);
}

/* The pixels of channel i. */
static walk along_channel(const fl_backend_tangent *t, size_t i)
{
    size_t plane = t->in.h * t->in.w;
    return (walk){ i * plane, t->in.n, t->in.c * plane, plane, LINE, LINE, i, false };
}

/* Of block i / parts the channels of part i % parts. */
static walk across_channels(const fl_backend_tangent *t, size_t i)
{
    size_t plane = t->in.h * t->in.w, inner = inner_of(t), parts = up(inner, LINE);
    size_t within = i % parts * LINE, n = inner - within < LINE ? inner - within : LINE;
    return (walk){ .first = i / parts * inner * plane + within,
                   .runs = t->in.n,
                   .step = up(t->in.c, inner) * inner * plane,
                   .length = inner * plane - within,
                   .stride = inner,
                   .n = n,
                   .channel = i / parts * inner + within,
                   .across = true };
}

static walk walk_of(const fl_backend_tangent *t, size_t i)
{
    return inner_of(t) == 1 ? along_channel(t, i) : across_channels(t, i);
}

static size_t channels_of(const fl_backend_tangent *t, const walk *w)
{
    if (!w->across) return 1;
    return t->in.c - w->channel < w->n ? t->in.c - w->channel : w->n;
}

/* Padding has zeros, and so stays zero. */
static line line_of(const fl_backend_tangent *t, const walk *w)
{
    const statistics *all = t->workspace;
    line l = { { 0 } };
    for (size_t k = 0; k < LINE; k++) {
        if (w->across && k >= channels_of(t, w)) break;
        const statistics *of = &all[w->channel + (w->across ? k : 0)];
        l.mean[k] = of->mean;
        l.scale[k] = of->scale;
        l.r_mean[k] = of->r_mean;
        l.m[k] = of->m;
    }
    return l;
}

/* Every line of the walk has LINE numbers. */
static bool is_whole(const walk *w)
{
    size_t last = w->length % w->stride;
    return w->n == LINE && (!last || last >= LINE);
}

/* BODY for every line of a walk, of `n` numbers from number `at` on. Walks of whole lines have a loop of their own, so
 * that lines are vectors and sums stay in registers. */
#define EACH_LINE(w, at, BODY)                                                                                         \
    for (size_t run_ = 0; run_ < (w)->runs; run_++)                                                                    \
        for (size_t in_ = 0; in_ < (w)->length; in_ += (w)->stride) {                                                  \
            size_t at = (w)->first + run_ * (w)->step + in_;                                                           \
            BODY;                                                                                                      \
        }
#define LINES(w, at, n, BODY)                                                                                          \
    do {                                                                                                               \
        if (is_whole(w)) {                                                                                             \
            enum { n = LINE };                                                                                         \
            EACH_LINE(w, at, BODY)                                                                                     \
        } else {                                                                                                       \
            EACH_LINE(w, at, size_t n = (w)->length - in_ < (w)->n ? (w)->length - in_ : (w)->n; BODY)                 \
        }                                                                                                              \
    } while (0)

/* --- sums, by place of the line --- */

enum { R_D, R_D_HAT, D, D_HAT, D_R_HAT, SUMS };
typedef double sums[SUMS][LINE];

FL_BACKEND_INLINE void add_pair(const float *x, const float *r, size_t n, const line *l, sums to)
{
    for (size_t k = 0; k < n; k++) {
        double value = r[k];
        to[R_D][k] += value;
        to[R_D_HAT][k] += value * ((x[k] - l->mean[k]) * l->scale[k]);
    }
}

/* Of r and r x^. */
FL_CLONES static void find_pair(const fl_backend_tangent *t, const walk *w, const line *l, const float *r, sums to)
{
    LINES(w, i, n, add_pair(t->x + i, r + i, n, l, to));
}

FL_BACKEND_INLINE void add_all(const fl_backend_tangent *t, size_t i, size_t n, const line *l, sums to)
{
    const float *x = t->x + i, *r_x = t->r_x + i, *d_y = t->d_y + i, *r_d_y = t->r_d_y + i;
    for (size_t k = 0; k < n; k++) {
        float hat = (x[k] - l->mean[k]) * l->scale[k], r_hat = l->scale[k] * (r_x[k] - l->r_mean[k]) - hat * l->m[k];
        double d = d_y[k], r_d = r_d_y[k];
        to[R_D][k] += r_d;
        to[R_D_HAT][k] += r_d * hat;
        to[D][k] += d;
        to[D_HAT][k] += d * hat;
        to[D_R_HAT][k] += d * r_hat;
    }
}

/* Of R{dy}, R{dy} x^, dy, dy x^, dy R{x^}. */
FL_CLONES static void find_all(const fl_backend_tangent *t, const walk *w, const line *l, sums to)
{
    LINES(w, i, n, add_all(t, i, n, l, to));
}

FL_BACKEND_INLINE void add_power(const float *x, size_t n, const double *mean, bool square, double *to)
{
    for (size_t k = 0; k < n; k++) to[k] += square ? (x[k] - mean[k]) * (x[k] - mean[k]) : x[k];
}

/* Of x, or of (x - mean)^2. */
FL_CLONES static void find_power(const fl_backend_tangent *t, const walk *w, const double *mean, bool square,
                                 double *to)
{
    if (square)
        LINES(w, i, n, add_power(t->x + i, n, mean, true, to));
    else
        LINES(w, i, n, add_power(t->x + i, n, mean, false, to));
}

/* The sum of channel k of the walk. */
static double sum_of(const walk *w, const double places[LINE], size_t k)
{
    double total = 0;
    if (w->across) return places[k];
    for (size_t i = 0; i < LINE; i++) total += places[i];
    return total;
}

static double count_of(const fl_backend_tangent *t)
{
    return (double)(t->in.n * t->in.h * t->in.w);
}

/* --- what is linear --- */

/* Of a channel: the result is x (x - mean) + r_x R{x} + d_y dy + r_d_y R{dy} + one. */
typedef struct factor {
    double mean, x, r_x, d_y, r_d_y, one;
} factor;

typedef struct factors {
    float mean[LINE], x[LINE], r_x[LINE], d_y[LINE], r_d_y[LINE], one[LINE];
} factors;

/* Place k's, or those of a whole line of one channel. */
static void put_factor(const walk *w, size_t k, factor of, factors *all)
{
    for (size_t i = w->across ? k : 0; i < (w->across ? k + 1 : LINE); i++) {
        all->mean[i] = (float)of.mean;
        all->x[i] = (float)of.x;
        all->r_x[i] = (float)of.r_x;
        all->d_y[i] = (float)of.d_y;
        all->r_d_y[i] = (float)of.r_d_y;
        all->one[i] = (float)of.one;
    }
}

FL_BACKEND_INLINE void write_line(const fl_backend_tangent *t, size_t i, size_t n, const factors *f, bool back,
                                  bool second)
{
    const float *x = t->x + i, *r_x = t->r_x + i, *d_y = t->d_y + i, *r_d_y = t->r_d_y + i;
    float *to = (back ? t->r_d_x : t->r_y) + i;
#pragma GCC ivdep
    for (size_t k = 0; k < n; k++) {
        float r = f->x[k] * (x[k] - f->mean[k]) + f->one[k];
        if (!back || second) r += f->r_x[k] * r_x[k];
        if (back) r += f->r_d_y[k] * r_d_y[k];
        if (back && second) r += f->d_y[k] * d_y[k];
        to[k] = r;
    }
}

FL_CLONES static void write_forward(const fl_backend_tangent *t, const walk *w, const factors *f)
{
    LINES(w, i, n, write_line(t, i, n, f, false, false));
}

FL_CLONES static void write_first(const fl_backend_tangent *t, const walk *w, const factors *f)
{
    LINES(w, i, n, write_line(t, i, n, f, true, false));
}

FL_CLONES static void write_second(const fl_backend_tangent *t, const walk *w, const factors *f)
{
    LINES(w, i, n, write_line(t, i, n, f, true, true));
}

/* --- the passes --- */

static size_t workspace_bytes(const fl_backend_tangent *t)
{
    return t->in.c * sizeof(statistics);
}

static void find_statistics(const fl_backend_tangent *t, const walk *w)
{
    statistics *all = t->workspace;
    double total[LINE] = { 0 }, squares[LINE] = { 0 }, mean[LINE] = { 0 }, n = count_of(t);
    find_power(t, w, mean, false, total);
    for (size_t k = 0; k < LINE; k++) mean[k] = sum_of(w, total, k) / n;
    find_power(t, w, mean, true, squares);
    for (size_t k = 0; k < channels_of(t, w); k++) {
        double variance = sum_of(w, squares, k) / n;
        all[w->channel + k] = (statistics){ (float)mean[k], (float)(1 / sqrt(variance + t->layer->epsilon)), 0, 0 };
    }
}

static void point(const fl_backend_tangent *t)
{
    statistics *all = t->workspace;
    for (size_t c = 0; c < t->in.c && !t->training; c++) {
        double variance = t->state[RUNNING_VAR][c];
        all[c] = (statistics){ t->state[RUNNING_MEAN][c], (float)(1 / sqrt(variance + t->layer->epsilon)), 0, 0 };
    }
    for (size_t i = 0; i < walks_of(t) && t->training; i++) {
        walk w = walk_of(t, i);
        find_statistics(t, &w);
    }
}

static void find_moving(const fl_backend_tangent *t, const walk *w)
{
    statistics *all = t->workspace;
    line l = line_of(t, w);
    sums of_r = { { 0 } };
    if (!t->constants) find_pair(t, w, &l, t->r_x, of_r);
    for (size_t k = 0; k < channels_of(t, w); k++) {
        statistics *of = &all[w->channel + k];
        of->r_mean = (float)(sum_of(w, of_r[R_D], k) / count_of(t));
        of->m = (float)(of->scale * sum_of(w, of_r[R_D_HAT], k) / count_of(t));
    }
}

static factor forward_factor(const fl_backend_tangent *t, size_t c)
{
    const statistics *of = (const statistics *)t->workspace + c;
    double gain = t->param[GAIN][c], v_gain = t->v[GAIN][c], s = of->scale;
    return (factor){ .mean = of->mean,
                     .x = s * (v_gain - gain * of->m),
                     .r_x = s * gain,
                     .one = t->v[BIAS][c] - s * gain * of->r_mean };
}

static void forward(const fl_backend_tangent *t)
{
    for (size_t i = 0; i < walks_of(t); i++) {
        walk w = walk_of(t, i);
        factors all = { { 0 } };
        find_moving(t, &w);
        for (size_t k = 0; k < channels_of(t, &w); k++) put_factor(&w, k, forward_factor(t, w.channel + k), &all);
        write_forward(t, &w, &all);
    }
}

/* By the sums of channel c; without `second` those of dy are zero. */
static factor backward_factor(const fl_backend_tangent *t, size_t c, const double sum[SUMS])
{
    const statistics *of = (const statistics *)t->workspace + c;
    double gain = t->param[GAIN][c], v_gain = t->second ? t->v[GAIN][c] : 0, s = of->scale, m = of->m;
    double share = t->constants ? 0 : 1 / count_of(t), g = gain * sum[D] * share, g_hat = gain * sum[D_HAT] * share;
    double r_g = (v_gain * sum[D] + gain * sum[R_D]) * share;
    double r_g_hat = (v_gain * sum[D_HAT] + gain * (sum[R_D_HAT] + sum[D_R_HAT])) * share;
    return (factor){ .mean = of->mean,
                     .x = s * s * (2 * m * g_hat - r_g_hat),
                     .r_x = -s * s * g_hat,
                     .d_y = s * (v_gain - m * gain),
                     .r_d_y = s * gain,
                     .one = s * (m * g - r_g + s * g_hat * of->r_mean) };
}

static void backward_walk(const fl_backend_tangent *t, const walk *w)
{
    line l = line_of(t, w);
    sums found = { { 0 } };
    factors all = { { 0 } };
    if (t->second)
        find_all(t, w, &l, found);
    else
        find_pair(t, w, &l, t->r_d_y, found);
    for (size_t k = 0; k < channels_of(t, w); k++) {
        double of[SUMS];
        for (size_t i = 0; i < SUMS; i++) of[i] = sum_of(w, found[i], k);
        put_factor(w, k, backward_factor(t, w->channel + k, of), &all);
        t->r_grad[GAIN][w->channel + k] = (float)(of[R_D_HAT] + of[D_R_HAT]);
        t->r_grad[BIAS][w->channel + k] = (float)of[R_D];
    }
    if (t->r_d_x) (t->second ? write_second : write_first)(t, w, &all);
}

static void backward(const fl_backend_tangent *t)
{
    for (size_t i = 0; i < walks_of(t); i++) {
        walk w = walk_of(t, i);
        backward_walk(t, &w);
    }
}

const fl_backend_tangent_code fl_backend_tangent_batch_norm = {
    .layouts = FL_BACKEND_INNER,
    .workspace_bytes = workspace_bytes,
    .point = point,
    .forward = forward,
    .backward = backward,
};
