/* One update rule on a noisy quadratic over tensors of every kind, as JSON on stdout, for compare.py to compare with
 * PyTorch and NumPy: the gradient of step t at theta is curvature theta + noise of t.
 *
 *   rules_trace RULE STEPS RATE [NAME=VALUE]...     exit code 77: the rule's library is missing
 */
#include "support/optimizer_run.h"

#include "base/denormals.h"
#include "base/random.h"
#include "math/dense.h"

#include <jansson.h>

static const fl_tensor tensors[] = {
    { "wide", { 6, 10 }, 2, .role = FL_TENSOR_MATRIX, .n_matrices = 1 },
    { "tall", { 9, 4 }, 2, .role = FL_TENSOR_MATRIX, .n_matrices = 1 },
    { "stack", { 21, 4 }, 2, .role = FL_TENSOR_MATRIX, .n_matrices = 3 },
    { "filters", { 5, 3, 2, 2 }, 4, .role = FL_TENSOR_MATRIX, .n_matrices = 1 },
    { "embedding", { 5, 5 }, 2, .role = FL_TENSOR_EMBEDDING, .n_matrices = 1 },
    { "output", { 10, 6 }, 2, .role = FL_TENSOR_OUTPUT, .n_matrices = 1 },
    { "bias", { 7 }, 1, .role = FL_TENSOR_VECTOR, .n_matrices = 1 },
    { "dense", { 7, 3 }, 2, .role = FL_TENSOR_MATRIX, .n_matrices = 1 },
};
/* What has Kronecker factors: the second of three matrices, filters, and a layer with its bias. */
static const fl_optimizer_block blocks[] = {
    { .weight = 2, .bias = 2, .row = 7, .out = 7, .in = 4 },
    { .weight = 3, .bias = 3, .out = 5, .in = 12 },
    { .weight = 7, .bias = 6, .out = 7, .in = 3, .has_bias = true },
};
enum { N_TENSORS = sizeof tensors / sizeof *tensors, MOST = 512, MISSING = 77 };

static float curvature[MOST], noise[MOST];

/* All tensors one behind the other, as a network has them. */
static void lay_out(run *r)
{
    fl_tensor placed[N_TENSORS];
    memcpy(placed, tensors, sizeof tensors);
    r->layout = (fl_tensor_layout){ .n_tensors = N_TENSORS, .tensors = placed };
    for (fl_tensor *t = placed; t < placed + N_TENSORS; t++) {
        t->n_values = 1;
        for (size_t d = 0; d < t->n_dims; d++) t->n_values *= t->shape[d];
        r->layout.n_parameters += t->n_values;
    }
    r->layout = fl_tensor_layout_canonical(&r->layout, r->tensors);
}

static size_t whole_length(void)
{
    run r = { .rule = NULL };
    lay_out(&r);
    return r.layout.count;
}

/* Draw numbers for every parameter; padding stays zero. */
static void draw(const run *r, const char *purpose, uint64_t position, float *values)
{
    for (size_t i = 0; i < N_TENSORS; i++) {
        const fl_tensor *t = &r->layout.tensors[i];
        fl_random_stream stream = fl_random_stream_start(17, purpose, position * N_TENSORS + i);
        for (size_t k = 0; k < t->n_values; k++) values[t->offset + k] = (float)fl_random_normal(&stream);
    }
}

static json_t *numbers(const run *r, const float *values)
{
    json_t *list = json_array();
    for (const fl_tensor *t = r->layout.tensors; t < r->layout.tensors + N_TENSORS; t++)
        for (size_t k = 0; k < t->n_values; k++) json_array_append_new(list, json_real((double)values[t->offset + k]));
    return list;
}

static json_t *shapes(const run *r)
{
    json_t *list = json_array();
    for (const fl_tensor *t = r->layout.tensors; t < r->layout.tensors + N_TENSORS; t++)
        json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:s, s:i}", "name", t->name, "rows", (int)t->shape[0],
                                              "columns", (int)(t->n_values / t->shape[0]), "role",
                                              fl_tensor_role_name(t->role), "n_matrices", (int)t->n_matrices));
    return list;
}

static double set_gradient(run *r)
{
    double loss = 0;
    for (size_t i = 0; i < r->layout.count; i++) {
        double theta = (double)r->update.parameters[i];
        loss += (double)curvature[i] * theta * theta / 2 + (double)noise[i] * theta;
        r->gradient[i] = curvature[i] * r->update.parameters[i] + noise[i];
    }
    return loss;
}

static void set_hyper(run *r, const char *word)
{
    char name[80];
    const char *equals = strchr(word, '=');
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    size_t i = fl_hyper_index(r->rule->hypers, r->rule->n_hypers, name);
    if (i == r->rule->n_hypers) fl_error_die("%s has no %s", r->rule->entry.name, name);
    if (r->rule->hypers[i].choices)
        run_choose(r, name, equals + 1);
    else
        run_set(r, name, strtod(equals + 1, NULL));
}

static run *prepared(int argc, char **argv)
{
    const fl_optimizer *rule = fl_optimizer_find(argv[1], NULL);
    fl_error why;
    if (!rule) fl_error_die("there is no rule '%s'", argv[1]);
    if (rule->dense && !fl_math_usable(&why)) exit(MISSING);
    run *r = run_new(rule, whole_length());
    lay_out(r);
    run_set(r, "learning_rate", strtod(argv[3], NULL));
    for (int i = 4; i < argc; i++) set_hyper(r, argv[i]);
    draw(r, "parameters", 0, r->update.parameters);
    draw(r, "curvature", 0, curvature);
    for (size_t i = 0; i < r->layout.count; i++) curvature[i] = fabsf(curvature[i]);
    r->gradient_at = set_gradient;
    r->update.blocks = blocks;
    r->update.n_blocks = sizeof blocks / sizeof *blocks;
    r->curvature = curvature;
    return r;
}

int main(int argc, char **argv)
{
    fl_denormals_flush(); /* as a trial computes */
    if (argc < 4) fl_error_die("usage: rules_trace RULE STEPS RATE [NAME=VALUE]...");
    run *r = prepared(argc, argv);
    unsigned steps = (unsigned)strtoul(argv[2], NULL, 10);
    double rate = strtod(argv[3], NULL);
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:[], s:[], s:[]}", "tensors", shapes(r), "start", numbers(r, r->update.parameters),
                  "curvature", numbers(r, curvature), "noise", "rates", "parameters");
    fl_promise_course_start(r);
    for (unsigned t = 0; t < steps; t++) {
        double now = rate * (1 - 0.9 * t / steps);
        draw(r, "noise", t, noise);
        fl_promise_course_step(r, now);
        json_array_append_new(json_object_get(all, "noise"), numbers(r, noise));
        json_array_append_new(json_object_get(all, "rates"), json_real(now));
        json_array_append_new(json_object_get(all, "parameters"), numbers(r, r->update.parameters));
    }
    json_object_set_new(all, "gradients", json_integer(r->gradients));
    json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
    run_free(r);
    json_decref(all);
    return 0;
}
