#include "support/op_reference.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where number i of an N,C,H,W array lies. */
typedef struct place {
    size_t n, c, y, x;
} place;

static place place_of(fl_tensor_shape s, size_t i)
{
    return (place){ i / (s.c * s.h * s.w), i / (s.h * s.w) % s.c, i / s.w % s.h, i % s.w };
}

static size_t index_of(fl_tensor_shape s, size_t n, size_t c, size_t y, size_t x)
{
    return ((n * s.c + c) * s.h + y) * s.w + x;
}

static fl_tensor_shape in_of(const op_reference *r)
{
    return r->run->of->in[0];
}

static bool inside(fl_tensor_shape in, long y, long x)
{
    return y >= 0 && x >= 0 && y < (long)in.h && x < (long)in.w;
}

/* --- one output number --- */

static double dense(const op_reference *r, size_t i)
{
    const fl_layer *l = &r->run->layer;
    size_t columns = fl_tensor_shape_columns(in_of(r)), n_in = columns / l->groups, row = i / l->n_out,
           o = i % l->n_out;
    size_t first = o / (l->n_out / l->groups) * n_in;
    double total = l->no_bias ? 0 : r->params[1][o];
    for (size_t j = 0; j < n_in; j++) total += r->params[0][o * n_in + j] * r->x[0][row * columns + first + j];
    return total;
}

static double convolution(const op_reference *r, size_t i)
{
    const fl_layer *l = &r->run->layer;
    fl_tensor_shape in = in_of(r);
    place at = place_of(r->run->out, i);
    size_t channels = in.c / l->groups, group = at.c / (l->n_out / l->groups), k = l->kernel;
    double total = l->no_bias ? 0 : r->params[1][at.c];
    for (size_t c = 0; c < channels; c++)
        for (size_t tap = 0; tap < k * k; tap++) {
            long y = (long)(at.y * l->stride + tap / k) - (long)l->pad,
                 x = (long)(at.x * l->stride + tap % k) - (long)l->pad;
            if (inside(in, y, x))
                total += r->params[0][(at.c * channels + c) * k * k + tap] *
                         r->x[0][index_of(in, at.n, group * channels + c, (size_t)y, (size_t)x)];
        }
    return total;
}

/* Largest, sum and number of what a window sees. */
static void look(const op_reference *r, size_t i, double *largest, double *sum, size_t *n)
{
    const fl_layer *l = &r->run->layer;
    fl_tensor_shape in = in_of(r);
    place at = place_of(r->run->out, i);
    size_t h = l->kernel ? l->kernel : in.h, w = l->kernel ? l->kernel : in.w, stride = l->stride ? l->stride : h;
    *largest = -HUGE_VAL, *sum = 0, *n = 0;
    for (size_t tap = 0; tap < h * w; tap++) {
        long y = (long)(at.y * stride + tap / w) - (long)l->pad, x = (long)(at.x * stride + tap % w) - (long)l->pad;
        if (!inside(in, y, x)) continue;
        double value = r->x[0][index_of(in, at.n, at.c, (size_t)y, (size_t)x)];
        *largest = fmax(*largest, value);
        *sum += value;
        ++*n;
    }
}

static double max_pool(const op_reference *r, size_t i)
{
    double largest, sum;
    size_t n;
    look(r, i, &largest, &sum, &n);
    return largest;
}

static double average_pool(const op_reference *r, size_t i)
{
    fl_tensor_shape in = in_of(r);
    double largest, sum = 0;
    size_t n = in.c;
    if (in.form == FL_TENSOR_SEQUENCE)
        for (size_t t = 0; t < n; t++) sum += r->x[0][(i / in.h * in.c + t) * in.h + i % in.h];
    else
        look(r, i, &largest, &sum, &n);
    return sum / (double)n;
}

static double relu(const op_reference *r, size_t i)
{
    return fmax(r->x[0][i], 0);
}

static double sigmoid_of(double x)
{
    return 1 / (1 + exp(-x));
}

static double sigmoid(const op_reference *r, size_t i)
{
    return sigmoid_of(r->x[0][i]);
}

static double hyperbolic_tangent(const op_reference *r, size_t i)
{
    return tanh(r->x[0][i]);
}

static double gelu(const op_reference *r, size_t i)
{
    return r->x[0][i] * erfc(-r->x[0][i] / sqrt(2)) / 2;
}

static double layer_norm(const op_reference *r, size_t i)
{
    size_t n = fl_tensor_shape_columns(in_of(r)), j = i % n;
    const double *x = r->x[0] + i / n * n;
    double sum = 0, squares = 0;
    for (size_t k = 0; k < n; k++) sum += x[k], squares += x[k] * x[k];
    double mean = sum / (double)n, variance = squares / (double)n - mean * mean;
    return r->params[0][j] * (x[j] - mean) / sqrt(variance + r->run->layer.epsilon) + r->params[1][j];
}

/* The draw of each element, one after the other from the stream's start. */
static double dropout(const op_reference *r, size_t i)
{
    const fl_backend_moment *m = &r->run->moment;
    size_t columns = fl_tensor_shape_size(in_of(r)) / in_of(r).n;
    fl_random_stream stream = fl_random_stream_start(m->seed, "dropout", m->step * 65536 + OP_CASE_LAYER);
    for (size_t k = 0; k < m->row * columns + i; k++) fl_random_u32(&stream);
    bool zero = fl_random_u32(&stream) * 0x1p-32 < r->run->layer.rate;
    if (!r->training) return r->x[0][i];
    return zero ? 0 : r->x[0][i] / (1 - r->run->layer.rate);
}

static double add(const op_reference *r, size_t i)
{
    double total = 0;
    for (size_t k = 0; k < r->run->n_in; k++) total += r->x[k][i];
    return total;
}

static double concatenate(const op_reference *r, size_t i)
{
    place at = place_of(r->run->out, i);
    size_t k = 0;
    while (at.c >= r->run->of->in[k].c) at.c -= r->run->of->in[k++].c;
    return r->x[k][index_of(r->run->of->in[k], at.n, at.c, at.y, at.x)];
}

static double flatten(const op_reference *r, size_t i)
{
    return r->x[0][i];
}

static double sequence(const op_reference *r, size_t i)
{
    fl_tensor_shape in = in_of(r), out = r->run->out;
    size_t n = i / (out.c * out.h), t = i / out.h % out.c, d = i % out.h;
    if (r->run->layer.by == FL_LAYER_BY_ROWS) return r->x[0][index_of(in, n, d / in.w, t, d % in.w)];
    return r->x[0][index_of(in, n, d, t / in.w, t % in.w)];
}

static double last(const op_reference *r, size_t i)
{
    fl_tensor_shape in = in_of(r);
    return r->x[0][(i / in.h * in.c + in.c - 1) * in.h + i % in.h];
}

static double subsample(const op_reference *r, size_t i)
{
    fl_tensor_shape in = in_of(r);
    place at = place_of(r->run->out, i);
    size_t before = (r->run->out.c - in.c) / 2, stride = r->run->layer.stride;
    if (at.c < before || at.c - before >= in.c) return 0;
    return r->x[0][index_of(in, at.n, at.c - before, at.y * stride, at.x * stride)];
}

static double embedding(const op_reference *r, size_t i)
{
    size_t n = r->run->layer.n_out;
    return r->params[0][(size_t)((const int32_t *)r->run->x[0])[i / n] * n + i % n];
}

static double position(const op_reference *r, size_t i)
{
    return r->x[0][i] + r->params[0][i % (in_of(r).c * in_of(r).h)];
}

/* --- whole outputs --- */

static void batch_norm(op_reference *r)
{
    fl_tensor_shape in = in_of(r);
    double n = (double)(in.n * in.h * in.w), share = r->run->layer.momentum;
    for (size_t c = 0; c < in.c; c++) {
        double sum = 0, squares = 0, mean = r->state[0][c], variance = r->state[1][c];
        for (size_t i = 0; i < fl_tensor_shape_size(in); i++)
            if (place_of(in, i).c == c) sum += r->x[0][i], squares += r->x[0][i] * r->x[0][i];
        if (r->training) mean = sum / n, variance = squares / n - mean * mean;
        r->after[0][c] = r->training ? (1 - share) * r->state[0][c] + share * mean : mean;
        r->after[1][c] = r->training ? (1 - share) * r->state[1][c] + share * variance * n / (n - 1) : variance;
        for (size_t i = 0; i < fl_tensor_shape_size(in); i++)
            if (place_of(in, i).c == c)
                r->y[i] =
                    r->params[0][c] * (r->x[0][i] - mean) / sqrt(variance + r->run->layer.epsilon) + r->params[1][c];
    }
}

/* z of gate `gate`, value k, of an example whose x and last h are given. */
static double gate_of(const op_reference *r, size_t gate, size_t k, const double *x, const double *h)
{
    size_t n_h = r->run->layer.n_out, n_x = in_of(r).h, row = gate * n_h + k;
    double z = r->params[2][row];
    for (size_t j = 0; j < n_x; j++) z += r->params[0][row * n_x + j] * x[j];
    for (size_t j = 0; j < n_h; j++) z += r->params[1][row * n_h + j] * h[j];
    return z;
}

static void lstm_example(op_reference *r, size_t n, double *h, double *c)
{
    fl_tensor_shape in = in_of(r);
    size_t n_h = r->run->layer.n_out;
    for (size_t t = 0; t < in.c; t++) {
        const double *x = r->x[0] + (n * in.c + t) * in.h;
        double *out = r->y + (n * in.c + t) * n_h;
        for (size_t k = 0; k < n_h; k++) {
            double i = sigmoid_of(gate_of(r, 0, k, x, h)), f = sigmoid_of(gate_of(r, 1, k, x, h));
            double g = tanh(gate_of(r, 2, k, x, h)), o = sigmoid_of(gate_of(r, 3, k, x, h));
            c[k] = f * c[k] + i * g;
            out[k] = o * tanh(c[k]);
        }
        memcpy(h, out, n_h * sizeof *h);
    }
}

static void lstm(op_reference *r)
{
    size_t n_h = r->run->layer.n_out;
    double h[n_h], c[n_h];
    for (size_t n = 0; n < in_of(r).n; n++) {
        for (size_t k = 0; k < n_h; k++) {
            h[k] = r->run->layer.carry ? r->state[0][n * n_h + k] : 0;
            c[k] = r->run->layer.carry ? r->state[1][n * n_h + k] : 0;
        }
        lstm_example(r, n, h, c);
        if (!r->run->layer.carry) continue;
        memcpy(r->after[0] + n * n_h, h, sizeof h);
        memcpy(r->after[1] + n * n_h, c, sizeof c);
    }
}

/* Value j of projection `which` (q, k, v) of a position x. */
static double project(const op_reference *r, size_t which, const double *x, size_t j)
{
    size_t d = in_of(r).h, row = which * d + j;
    double total = r->params[1][row];
    for (size_t i = 0; i < d; i++) total += r->params[0][row * d + i] * x[i];
    return total;
}

/* What the heads make for position t of an example: d values. */
static void attend(const op_reference *r, const double *example, size_t t, double *mixed)
{
    fl_tensor_shape in = in_of(r);
    size_t d = in.h, heads = r->run->layer.heads, of_head = d / heads, seen = r->run->layer.acausal ? in.c : t + 1;
    memset(mixed, 0, d * sizeof *mixed);
    for (size_t head = 0; head < heads; head++) {
        double powers[seen], total = 0;
        for (size_t s = 0; s < seen; s++) {
            double score = 0;
            for (size_t j = head * of_head; j < (head + 1) * of_head; j++)
                score += project(r, 0, example + t * d, j) * project(r, 1, example + s * d, j);
            total += powers[s] = exp(score / sqrt((double)of_head));
        }
        for (size_t s = 0; s < seen; s++)
            for (size_t j = head * of_head; j < (head + 1) * of_head; j++)
                mixed[j] += powers[s] / total * project(r, 2, example + s * d, j);
    }
}

static void attention(op_reference *r)
{
    fl_tensor_shape in = in_of(r);
    double mixed[in.h];
    for (size_t row = 0; row < in.n * in.c; row++) {
        attend(r, r->x[0] + row / in.c * in.c * in.h, row % in.c, mixed);
        for (size_t o = 0; o < in.h; o++) {
            r->y[row * in.h + o] = r->params[3][o];
            for (size_t j = 0; j < in.h; j++) r->y[row * in.h + o] += r->params[2][o * in.h + j] * mixed[j];
        }
    }
}

/* --- losses --- */

static double softmax_cross_entropy(const op_reference *r, size_t row, double *error)
{
    size_t n = fl_tensor_shape_columns(in_of(r)), label = (size_t)r->run->labels[row], best = 0;
    const double *z = r->x[0] + row * n;
    double total = 0, loss = 0, smoothing = r->run->layer.label_smoothing;
    for (size_t j = 0; j < n; j++) total += exp(z[j]);
    for (size_t j = 0; j < n; j++) {
        double target = smoothing / (double)n + (j == label ? 1 - smoothing : 0);
        loss -= target * log(exp(z[j]) / total);
        if (z[j] > z[best]) best = j;
    }
    *error = best != label;
    return loss;
}

static double sigmoid_cross_entropy(const op_reference *r, size_t example, double *error)
{
    size_t n = fl_tensor_shape_size(in_of(r)) / in_of(r).n;
    double loss = 0;
    for (size_t i = example * n; i < (example + 1) * n; i++) {
        double p = sigmoid_of(r->x[0][i]), t = r->run->targets[i];
        loss -= t * log(p) + (1 - t) * log(1 - p);
        *error += (p - t) * (p - t);
    }
    return loss;
}

static double mean_squared(const op_reference *r, size_t example, double *error)
{
    size_t n = fl_tensor_shape_size(in_of(r)) / in_of(r).n;
    for (size_t i = example * n; i < (example + 1) * n; i++) *error += pow(r->x[0][i] - r->run->targets[i], 2);
    return *error;
}

static double quadratic(const op_reference *r, size_t example, double *error)
{
    size_t n = fl_tensor_shape_size(in_of(r)) / in_of(r).n;
    for (size_t i = 0; i < n; i++) {
        double c = 10 / r->run->layer.condition * pow(r->run->layer.condition, (double)i / (double)(n - 1));
        *error += c / 2 * pow(r->params[0][i] - r->x[0][example * n + i], 2);
    }
    return *error;
}

/* As their papers have them; Branin's less its minimum. */
static double function(const op_reference *r, size_t example, double *error)
{
    const double pi = acos(-1);
    double x = r->params[0][0], y = r->params[0][1];
    double values[] = {
        [FL_LAYER_ROSENBROCK] = pow(1 - x, 2) + 100 * pow(y - x * x, 2),
        [FL_LAYER_BEALE] = pow(1.5 - x + x * y, 2) + pow(2.25 - x + x * y * y, 2) + pow(2.625 - x + x * y * y * y, 2),
        [FL_LAYER_BRANIN] = pow(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6, 2) +
                            10 * (1 - 1 / (8 * pi)) * cos(x) + 10 - .39788735772973816,
        [FL_LAYER_SADDLE] = x * x / 2 + pow(y, 4) / 4 - y * y / 2 + .25,
        [FL_LAYER_PARABOLA] = (x * x + 10 * y * y) / 2,
    };
    return *error = values[r->run->layer.function];
}

/* --- all kinds --- */

typedef double number(const op_reference *r, size_t i);
typedef void whole(op_reference *r);
typedef double loss(const op_reference *r, size_t row, double *error);

static number *const numbers[FL_LAYER_KINDS] = {
    [FL_LAYER_DENSE] = dense,
    [FL_LAYER_CONVOLUTION] = convolution,
    [FL_LAYER_MAX_POOL] = max_pool,
    [FL_LAYER_AVERAGE_POOL] = average_pool,
    [FL_LAYER_RELU] = relu,
    [FL_LAYER_SIGMOID] = sigmoid,
    [FL_LAYER_TANH] = hyperbolic_tangent,
    [FL_LAYER_GELU] = gelu,
    [FL_LAYER_LAYER_NORM] = layer_norm,
    [FL_LAYER_DROPOUT] = dropout,
    [FL_LAYER_ADD] = add,
    [FL_LAYER_CONCATENATE] = concatenate,
    [FL_LAYER_FLATTEN] = flatten,
    [FL_LAYER_SEQUENCE] = sequence,
    [FL_LAYER_LAST] = last,
    [FL_LAYER_SUBSAMPLE] = subsample,
    [FL_LAYER_EMBEDDING] = embedding,
    [FL_LAYER_POSITION] = position,
};
static whole *const wholes[FL_LAYER_KINDS] = {
    [FL_LAYER_BATCH_NORM] = batch_norm,
    [FL_LAYER_LSTM] = lstm,
    [FL_LAYER_ATTENTION] = attention,
};
static loss *const losses[FL_LAYER_KINDS] = {
    [FL_LAYER_SOFTMAX_CROSS_ENTROPY] = softmax_cross_entropy,
    [FL_LAYER_SIGMOID_CROSS_ENTROPY] = sigmoid_cross_entropy,
    [FL_LAYER_MEAN_SQUARED] = mean_squared,
    [FL_LAYER_QUADRATIC] = quadratic,
    [FL_LAYER_FUNCTION] = function,
};

void op_reference_compute(op_reference *r)
{
    fl_layer_kind kind = r->run->layer.kind;
    if (wholes[kind]) wholes[kind](r);
    for (size_t i = 0; numbers[kind] && i < r->run->n_y; i++) r->y[i] = numbers[kind](r, i);
    memset(r->errors, 0, r->run->n_y * sizeof *r->errors);
    for (size_t i = 0; losses[kind] && i < r->run->n_y; i++) r->y[i] = losses[kind](r, i, &r->errors[i]);
}

static double *doubles(fl_arena *arena, size_t n)
{
    return fl_arena_bytes(arena, n * sizeof(double));
}

static double *widened(fl_arena *arena, const float *values, size_t n)
{
    double *wide = doubles(arena, n);
    for (size_t i = 0; i < n; i++) wide[i] = values[i];
    return wide;
}

op_reference op_reference_new(fl_arena *arena, const op_run *run, bool training)
{
    op_reference r = { .run = run, .training = training };
    for (size_t k = 0; k < run->n_in; k++)
        if (run->d_x[k]) r.x[k] = widened(arena, run->x[k], run->n_x[k]);
    for (size_t t = 0; t < run->n_tensors; t++) r.params[t] = widened(arena, run->params[t], run->tensors[t].n_values);
    for (size_t t = 0; t < run->n_states; t++) {
        r.state[t] = widened(arena, run->before[t], run->states[t].n_values);
        r.after[t] = doubles(arena, run->states[t].n_values);
    }
    r.y = doubles(arena, run->n_y);
    r.errors = doubles(arena, run->n_y);
    return r;
}
