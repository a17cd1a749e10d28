/* Every kind of layer on naive against an independent reference in double (support/op_reference.h): outputs, errors and
 * state; and each gradient against central differences of that reference. The reference is smooth to its last digits,
 * so what is left is the rounding of floats.
 */
#include "support/op_reference.h"
#include "support/test.h"
#include "base/denormals.h"
#include "base/memory.h"

/* Relative to the largest number of an array: a few roundings of float, times the terms of the longest sum here. */
static const double VALUES = 1e-6, GRADIENTS = 2e-6;

static void assert_all_near(const float *got, const double *expected, size_t n, double tolerance, const char *name,
                            const char *what)
{
    double largest = 1e-2;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(expected[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - expected[i]) <= tolerance * largest))
            fail_msg("%s: %s %zu of %zu is %.9g, not %.9g; the largest is %.3g", name, what, i, n, got[i], expected[i],
                     largest);
}

static void assert_forward(const op_run *run, const op_reference *reference)
{
    assert_all_near(run->y, reference->y, run->n_y, VALUES, run->of->name, "output");
    if (run->loss) assert_all_near(run->errors, reference->errors, run->n_y, VALUES, run->of->name, "error");
    for (size_t t = 0; t < run->n_states; t++)
        assert_all_near(run->after[t], reference->after[t], run->states[t].n_values, VALUES, run->of->name, "state");
}

/* sum of d_y y: the number whose gradients backward computes. */
static double objective(op_reference *reference)
{
    double total = 0;
    op_reference_compute(reference);
    for (size_t i = 0; i < reference->run->n_y; i++) total += reference->run->d_y[i] * reference->y[i];
    return total;
}

static void assert_gradient(op_reference *reference, double *values, size_t n, const float *gradient, const char *what)
{
    const double h = 1e-5; /* its square is far below the tolerance, double's rounding over it too */
    double *expected = fl_memory_new(n, sizeof *expected);
    for (size_t i = 0; i < n; i++) {
        double kept = values[i];
        values[i] = kept + h;
        double above = objective(reference);
        values[i] = kept - h;
        expected[i] = (above - objective(reference)) / (2 * h);
        values[i] = kept;
    }
    assert_all_near(gradient, expected, n, GRADIENTS, reference->run->of->name, what);
    free(expected);
}

static void assert_backward(const op_run *run, op_reference *reference)
{
    for (size_t k = 0; k < run->n_in; k++)
        if (run->d_x[k]) assert_gradient(reference, reference->x[k], run->n_x[k], run->d_x[k], "gradient of input");
    for (size_t t = 0; t < run->n_tensors; t++)
        assert_gradient(reference, reference->params[t], run->tensors[t].n_values, run->grads[t], run->tensors[t].name);
}

static void check(const op_case *c, uint64_t seed, bool training)
{
    fl_arena *arena = fl_arena_new();
    op_run run = op_run_new(arena, c, seed);
    op_run_compute(&run, fl_backends()[0], training);
    op_reference reference = op_reference_new(arena, &run, training);
    op_reference_compute(&reference);
    assert_forward(&run, &reference);
    if (training) assert_backward(&run, &reference);
    fl_arena_free(arena);
}

static void training_is_the_reference_and_its_differences(void **state)
{
    for (const op_case *c = op_cases; c->name; c++)
        for (uint64_t seed = 1; seed <= 3; seed++) check(c, seed, true);
}

static void evaluation_is_the_reference(void **state)
{
    for (const op_case *c = op_cases; c->name; c++) check(c, 4, false);
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
        cmocka_unit_test(every_kind_has_a_case),
    };
    return test_run(tests, NULL, NULL);
}
