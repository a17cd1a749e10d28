/* Every kind of layer on naive against an independent reference in double (support/op_reference.h): outputs, errors and
 * state; and each gradient against central differences of that reference. The reference is smooth to its last digits,
 * so what is left is the rounding of floats; in a curvature, whose products are sums in double, of one float.
 */
#include "support/op_reference.h"
#include "support/test.h"
#include "base/denormals.h"
#include "base/memory.h"

typedef struct tolerance {
    double value, gradient; /* relative to the largest number of an array */
    double own;             /* relative to the number itself */
} tolerance;

/* A few roundings of float, times the terms of the longest sum here. */
static const tolerance FLOATS = { 1e-6, 2e-6, 0 };

/* Half of a number's last digit; and what differences in double leave. */
static const tolerance ROUNDED_ONCE = { 1e-9, 1e-8, 0x1p-24 };

typedef struct comparison {
    const op_run *run;
    op_reference reference;
    tolerance within;
} comparison;

static void assert_all_near(const comparison *c, const float *got, const double *expected, size_t n, double within,
                            const char *what)
{
    double largest = 1e-2;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - expected[i]) <= within * largest + c->within.own * fabs(expected[i])))
            fail_msg("%s: %s %zu of %zu is %.9g, not %.9g; the largest is %.3g", c->run->of->name, what, i, n, got[i],
                     expected[i], largest);
}

static void assert_forward(const comparison *c)
{
    const op_run *run = c->run;
    double within = c->within.value;
    assert_all_near(c, run->y, c->reference.y, run->n_y, within, "output");
    if (run->loss) assert_all_near(c, run->errors, c->reference.errors, run->n_y, within, "error");
    for (size_t t = 0; t < run->n_states; t++)
        assert_all_near(c, run->after[t], c->reference.after[t], run->states[t].n_values, within, "state");
}

/* sum of d_y y: the number whose gradients backward computes. */
static double objective(op_reference *reference)
{
    double total = 0;
    op_reference_compute(reference);
    for (size_t i = 0; i < reference->run->n_y; i++) total += reference->run->d_y[i] * reference->y[i];
    return total;
}

static void assert_gradient(comparison *c, double *values, size_t n, const float *gradient, const char *what)
{
    const double h = 1e-5; /* its square is far below the tolerance, double's rounding over it too */
    double *expected = fl_memory_new(n, sizeof *expected);
    for (size_t i = 0; i < n; i++) {
        double kept = values[i];
        values[i] = kept + h;
        double above = objective(&c->reference);
        values[i] = kept - h;
        expected[i] = (above - objective(&c->reference)) / (2 * h);
        values[i] = kept;
    }
    assert_all_near(c, gradient, expected, n, c->within.gradient, what);
    free(expected);
}

static void assert_backward(comparison *c)
{
    const op_run *run = c->run;
    for (size_t k = 0; k < run->n_in; k++)
        if (run->d_x[k]) assert_gradient(c, c->reference.x[k], run->n_x[k], run->d_x[k], "gradient of input");
    for (size_t t = 0; t < run->n_tensors; t++)
        assert_gradient(c, c->reference.params[t], run->tensors[t].n_values, run->grads[t], run->tensors[t].name);
}

static void check(const op_case *of, uint64_t seed, bool training, bool curvature, tolerance within)
{
    fl_arena *arena = fl_arena_new();
    op_run run = op_run_new(arena, of, seed);
    run.curvature = curvature;
    op_run_compute(&run, fl_backends()[0], training);
    comparison c = { &run, op_reference_new(arena, &run, training), within };
    op_reference_compute(&c.reference);
    assert_forward(&c);
    if (training) assert_backward(&c);
    fl_arena_free(arena);
}

static void training_is_the_reference_and_its_differences(void **state)
{
    for (const op_case *c = op_cases; c->name; c++)
        for (uint64_t seed = 1; seed <= 3; seed++) check(c, seed, true, false, FLOATS);
}

static void evaluation_is_the_reference(void **state)
{
    for (const op_case *c = op_cases; c->name; c++) check(c, 4, false, false, FLOATS);
}

/* Long sums, over inputs and over examples. */
static const op_case long_sums[] = {
    { "dense of many inputs",
      { .kind = FL_LAYER_DENSE, .name = "layer", .n_out = 66 },
      { { 1, 100, 1, 1, FL_TENSOR_IMAGE } } },
    { "dense of many examples",
      { .kind = FL_LAYER_DENSE, .name = "layer", .n_out = 3 },
      { { 300, 4, 1, 1, FL_TENSOR_IMAGE } } },
    { "convolution of many channels",
      { .kind = FL_LAYER_CONVOLUTION, .name = "layer", .n_out = 2, .kernel = 3, .pad = 1 },
      { { 1, 50, 4, 5, FL_TENSOR_IMAGE } } },
    { "convolution of many examples",
      { .kind = FL_LAYER_CONVOLUTION, .name = "layer", .n_out = 2, .kernel = 3, .stride = 2 },
      { { 50, 1, 5, 7, FL_TENSOR_IMAGE } } },
    { NULL },
};

static bool is_product(const op_case *c)
{
    return c->layer.kind == FL_LAYER_DENSE || c->layer.kind == FL_LAYER_CONVOLUTION;
}

static void a_curvature_rounds_products_once(void **state)
{
    for (const op_case *c = op_cases; c->name; c++) check(c, 5, true, true, is_product(c) ? ROUNDED_ONCE : FLOATS);
    for (const op_case *c = long_sums; c->name; c++) check(c, 6, true, true, ROUNDED_ONCE);
}

static void every_kind_has_a_case(void **state)
{
    for (size_t kind = 0; kind < FL_LAYER_KINDS; kind++) {
        const op_case *c = op_cases;
        while (c->name && c->layer.kind != kind) c++;
        if (!c->name) fail_msg("no case has the kind '%s'", fl_layer_word((fl_layer_kind)kind));
    }
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_is_the_reference_and_its_differences),
        cmocka_unit_test(evaluation_is_the_reference),
        cmocka_unit_test(a_curvature_rounds_products_once),
        cmocka_unit_test(every_kind_has_a_case),
    };
    return test_run(tests, NULL, NULL);
}
