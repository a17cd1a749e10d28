/* Every kind of layer on every usable backend against naive: in training and evaluation, alone and between a
 * convolution, which makes a library choose its own layouts, and a ReLU, which an op may fuse.
 */
#include "support/op_around.h"
#include "support/op_chain.h"
#include "support/test.h"
#include "base/denormals.h"

/* An op_run with other results. */
static op_run twin(fl_arena *arena, const op_run *run)
{
    op_run other = *run;
    other.y = fl_arena_floats(arena, run->n_y);
    other.errors = fl_arena_floats(arena, run->n_y);
    for (size_t k = 0; k < run->n_in; k++)
        if (run->d_x[k]) other.d_x[k] = fl_arena_floats(arena, run->n_x[k]);
    for (size_t t = 0; t < run->n_tensors; t++) other.grads[t] = fl_arena_floats(arena, run->tensors[t].n_values);
    for (size_t t = 0; t < run->n_states; t++) other.after[t] = fl_arena_floats(arena, run->states[t].n_values);
    return other;
}

static void assert_part(const float *got, const float *expected, size_t n, double tolerance, const char *what,
                        const char *part)
{
    char name[200];
    snprintf(name, sizeof name, "%s: %s", what, part);
    assert_near(got, expected, n, tolerance, name);
}

static void assert_agree(const op_run *got, const op_run *expected, bool training, double tolerance, const char *what)
{
    assert_part(got->y, expected->y, got->n_y, tolerance, what, "output");
    if (got->loss) assert_part(got->errors, expected->errors, got->n_y, tolerance, what, "error");
    for (size_t t = 0; t < got->n_states; t++)
        assert_part(got->after[t], expected->after[t], got->states[t].n_values, tolerance, what, got->states[t].name);
    for (size_t k = 0; training && k < got->n_in; k++)
        if (got->d_x[k]) assert_part(got->d_x[k], expected->d_x[k], got->n_x[k], tolerance, what, "gradient of input");
    for (size_t t = 0; training && t < got->n_tensors; t++)
        assert_part(got->grads[t], expected->grads[t], got->tensors[t].n_values, tolerance, what, got->tensors[t].name);
}

static void agree(const fl_backend *backend, const op_case *c, op_around around, uint64_t seed, double tolerance)
{
    char what[200];
    fl_arena *arena = fl_arena_new();
    op_run expected = op_run_new(arena, c, seed), got = twin(arena, &expected);
    op_around exact = around;
    exact.precision = FL_BACKEND_F32;
    op_around_compute(&expected, fl_backends()[0], exact);
    op_around_compute(&got, backend, around);
    snprintf(what, sizeof what, "%s %s, %s%s%s%s", backend->entry.name, fl_backend_precision_name(around.precision),
             c->name, around.training ? "" : " in evaluation", around.convolution_before ? ", convolution before" : "",
             around.relu_after ? ", relu after" : "");
    assert_agree(&got, &expected, around.training, tolerance, what);
    fl_arena_free(arena);
}

/* Where rounding cannot send a whole gradient elsewhere. */
static bool is_smooth(const op_case *c, op_around around)
{
    return c->layer.kind != FL_LAYER_MAX_POOL && c->layer.kind != FL_LAYER_RELU && !around.relu_after;
}

static void agree_everywhere(const fl_backend *backend, fl_backend_precision precision, double tolerance)
{
    for (const op_case *c = op_cases; c->name && backend->usable(precision, NULL); c++)
        for (unsigned bits = 0; bits < 8; bits++) {
            op_around around = { precision, !(bits & 1), bits & 2, bits & 4 };
            if (around.relu_after && (fl_layer_spec_of(&c->layer)->loss || c->layer.kind == FL_LAYER_RELU)) continue;
            if (precision == FL_BACKEND_F32 || is_smooth(c, around)) agree(backend, c, around, 7 + bits, tolerance);
        }
}

/* A few roundings of float more than naive has, which sums in double: 1e-5 of the largest. */
static void every_kind_agrees_in_f32(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) agree_everywhere(*b, FL_BACKEND_F32, 1e-5);
}

/* Inputs, weights and gradients are each off by at most 2^-9 of themselves; four roundings and a factor of four for
 * normalisations, which divide by what they have subtracted. */
static void every_kind_agrees_in_bf16(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) agree_everywhere(*b, FL_BACKEND_BF16, 0x1p-5);
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        if ((*b)->usable(FL_BACKEND_F32, NULL)) assert_true((*b)->start(1, NULL));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_agrees_in_f32),
        cmocka_unit_test(every_kind_agrees_in_bf16),
    };
    return test_run(tests, NULL, NULL);
}
