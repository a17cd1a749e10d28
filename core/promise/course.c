/* Arrays between guards, lent to a rule as a trainer lends them. */
#include "promise/course.h"
#include "base/arena.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 16 }; /* floats before and after each array */
static const float guard_value = -12345.678f;
static bool guards_broken;

const fl_tensor fl_promise_tensors[FL_PROMISE_TENSORS] = {
    { "conv.weight", { 4, 3, 2, 2 }, 4, .n_values = 48, .count = 48, .n_matrices = 2 }, /* two of 2 x 12 */
    { "conv.bias", { 4 }, 1, .n_values = 4, .offset = 48, .count = 16, .role = FL_TENSOR_VECTOR },
    { "dense.weight", { 7, 3 }, 2, .n_values = 21, .offset = 64, .count = 32 },
    { "dense.bias", { 7 }, 1, .n_values = 7, .offset = 96, .count = 16, .role = FL_TENSOR_VECTOR },
};

static float *guarded_new(size_t n)
{
    size_t bytes = (n + 2 * GUARD) * sizeof(float), line = GUARD * sizeof(float);
    float *all = aligned_alloc(line, (bytes + line - 1) / line * line);
    if (!all) fl_error_give_up("no memory for %zu bytes", bytes);
    memset(all, 0, bytes);
    for (size_t i = 0; i < GUARD; i++) all[i] = all[GUARD + n + i] = guard_value;
    return all + GUARD;
}

static void guarded_free(float *array, size_t n)
{
    if (!array) return;
    float *all = array - GUARD;
    for (size_t i = 0; i < GUARD; i++) guards_broken |= all[i] != guard_value || all[GUARD + n + i] != guard_value;
    free(all);
}

bool fl_promise_course_guarded(void)
{
    bool guarded = !guards_broken;
    guards_broken = false;
    return guarded;
}

/* What has Kronecker factors: the second matrix of the filters, and a dense layer whose bias, beside padding, keeps its
 * zero. */
static const fl_optimizer_block blocks[] = {
    { .weight = 0, .bias = 0, .row = 2, .out = 2, .in = 12 },
    { .weight = 2, .bias = 2, .out = 7, .in = 3 },
};

/* Of a gradient that is the same everywhere the loss is a plane. */
static double loss_at(fl_promise_course *course)
{
    double sum = 0;
    if (course->gradient_at) return course->gradient_at(course);
    for (size_t i = 0; i < course->layout.count; i++)
        sum += (double)course->gradient[i] * (double)course->update.parameters[i];
    return sum;
}

static double evaluate(fl_optimizer_update *update, uint64_t batch, bool gradient)
{
    fl_promise_course *course = update->trainer;
    course->gradients += gradient;
    return loss_at(course);
}

static void stand(fl_optimizer_update *update, uint64_t batch) {}

static void product(fl_optimizer_update *update, fl_optimizer_curvature matrix, const float *v, float *out)
{
    const float *curvature = ((const fl_promise_course *)update->trainer)->curvature;
    for (size_t i = 0; i < update->layout->count; i++) out[i] = (curvature ? curvature[i] : 1) * v[i];
}

/* `size` on the diagonal and quarters of it beside: definite, and no multiple of the identity. */
static void fill_factor(size_t n, float size, float *matrix)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) matrix[i * n + j] = ldexpf(size, -2 * abs((int)i - (int)j));
}

/* Others at each step, so that a mean of them shows its weights. */
static void factors(fl_optimizer_update *update, fl_optimizer_curvature fisher, float *const *a, float *const *g)
{
    for (size_t i = 0; i < update->n_blocks; i++) {
        fill_factor(update->blocks[i].in + update->blocks[i].has_bias, 1 + (float)update->step / 4, a[i]);
        fill_factor(update->blocks[i].out, 1 / (1 + (float)update->step), g[i]);
    }
}

static const fl_optimizer_lent lent = { .evaluate = evaluate, .stand = stand, .product = product, .factors = factors };

static void lay_out(fl_promise_course *course, size_t n)
{
    bool whole = n == FL_PROMISE_N;
    course->layout = (fl_tensor_layout){ .count = n, .n_parameters = n, .n_tensors = 1, .tensors = course->tensors };
    course->tensors[0] = (fl_tensor){ .name = "vector", .shape = { n }, .n_dims = 1, .n_values = n, .count = n };
    course->tensors[0].role = FL_TENSOR_VECTOR;
    course->tensors[0].n_matrices = 1;
    if (!whole) return;
    memcpy(course->tensors, fl_promise_tensors, sizeof fl_promise_tensors);
    course->layout.n_tensors = FL_PROMISE_TENSORS;
    course->layout.n_parameters = 0;
    for (size_t i = 0; i < FL_PROMISE_TENSORS; i++) course->layout.n_parameters += course->tensors[i].n_values;
}

fl_promise_course *fl_promise_course_new(const fl_optimizer *rule, size_t n)
{
    fl_promise_course *c = fl_memory_new(1, sizeof *c);
    c->rule = rule;
    lay_out(c, n);
    for (size_t i = 0; i < rule->n_hypers; i++) c->hyper[i] = rule->hypers[i].default_value;
    c->gradient = guarded_new(n);
    c->update = (fl_optimizer_update){ .layout = &c->layout, .hyper = c->hyper, .lent = &lent, .trainer = c };
    c->update.gradient = c->gradient;
    if (n == FL_PROMISE_N) {
        c->update.blocks = blocks;
        c->update.n_blocks = sizeof blocks / sizeof *blocks;
    }
    c->update.parameters = guarded_new(n);
    for (size_t i = 0; i < rule->n_states; i++) c->update.state[i] = guarded_new(n);
    return c;
}

void fl_promise_course_start(fl_promise_course *c)
{
    if (c->rule->own) {
        c->own = c->rule->own(&c->update);
        c->update.own = guarded_new(c->own.kept);
        c->update.scratch = guarded_new(c->own.scratch);
    }
    if (c->rule->start) c->rule->start(&c->update);
}

fl_promise_course *fl_promise_course_started(const fl_optimizer *rule, size_t n)
{
    fl_promise_course *course = fl_promise_course_new(rule, n);
    fl_promise_course_draw(course, course->update.parameters, "parameters", 0);
    fl_promise_course_start(course);
    return course;
}

void fl_promise_course_step(fl_promise_course *c, double rate)
{
    c->update.rate = rate;
    if (c->rule->look) c->rule->look(&c->update);
    c->gradients += !c->rule->declines_gradient || !c->rule->declines_gradient(&c->update);
    c->update.loss = loss_at(c);
    c->rule->step(&c->update);
    c->update.step++;
}

void fl_promise_course_walk(fl_promise_course *course, unsigned steps, double rate)
{
    for (unsigned t = 0; t < steps; t++) {
        fl_promise_course_draw(course, course->gradient, "gradient", course->update.step);
        fl_promise_course_step(course, rate);
    }
}

void fl_promise_course_draw(const fl_promise_course *course, float *values, const char *purpose, uint64_t position)
{
    fl_random_stream stream = fl_random_stream_start(7, purpose, position);
    const fl_tensor *t = course->layout.tensors, *end = t + course->layout.n_tensors;
    for (size_t i = 0; i < course->layout.count; i++) {
        float drawn = (float)fl_random_normal(&stream);
        while (t + 1 < end && i >= t->offset + t->count) t++;
        values[i] = i < t->offset + t->n_values ? drawn : 0;
    }
}

void fl_promise_course_copy(fl_promise_course *to, const fl_promise_course *from)
{
    size_t bytes = from->layout.count * sizeof(float);
    memcpy(to->update.parameters, from->update.parameters, bytes);
    for (size_t i = 0; i < from->rule->n_states; i++) memcpy(to->update.state[i], from->update.state[i], bytes);
    if (from->own.kept) memcpy(to->update.own, from->update.own, from->own.kept * sizeof(float));
    to->update.step = from->update.step;
}

bool fl_promise_course_same(const fl_promise_course *a, const fl_promise_course *b)
{
    size_t bytes = a->layout.count * sizeof(float);
    bool same = !memcmp(a->update.parameters, b->update.parameters, bytes);
    for (size_t i = 0; i < a->rule->n_states; i++) same &= !memcmp(a->update.state[i], b->update.state[i], bytes);
    return same && (!a->own.kept || !memcmp(a->update.own, b->update.own, a->own.kept * sizeof(float)));
}

void fl_promise_course_free(fl_promise_course *c)
{
    guarded_free(c->gradient, c->layout.count);
    guarded_free(c->update.parameters, c->layout.count);
    for (size_t i = 0; i < c->rule->n_states; i++) guarded_free(c->update.state[i], c->layout.count);
    guarded_free(c->update.own, c->own.kept);
    guarded_free(c->update.scratch, c->own.scratch);
    free(c);
}
