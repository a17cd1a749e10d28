/* The losses against closed forms, on every backend. */
#include "support/test.h"
#include "base/denormals.h"
#include "base/memory.h"
#include "backend/backend.h"

enum { MOST = 64 };

/* A loss on `n` examples of `c` numbers. */
typedef struct loss_run {
    float d_in[MOST], gradient[MOST], losses[MOST];
    float errors[MOST];
} loss_run;

static loss_run run_on(const fl_backend *backend, fl_layer layer, size_t n, size_t c, const float *in,
                       const int32_t *labels, const float *theta)
{
    loss_run result = { 0 };
    bool fallback;
    fl_backend_request request = {
        .layer = &layer, .n_in = 1, .in = { { .shape = { n, c, 1, 1 } } }, .training = true, .needs_d_in = true
    };
    fl_backend_op *op = fl_backend_plan(backend, &request, &fallback);
    assert_int_equal(op->out.bytes, 0);
    void *workspace = fl_memory_new(op->workspace_bytes, 1);
    op->bind(op, &(fl_backend_buffers){ .in = { in },
                                        .d_in = { result.d_in },
                                        .workspace = workspace,
                                        .labels = labels,
                                        .losses = result.losses,
                                        .errors = result.errors,
                                        .param = { theta },
                                        .grad = { result.gradient } });
    op->forward(op);
    op->backward(op);
    free(workspace);
    op->free(op);
    return result;
}

static void assert_alike(const float *got, const float *expected, const char *backend, const char *what)
{
    for (size_t i = 0; i < MOST; i++)
        if (isfinite(expected[i]) ? !(fabs((double)got[i] - expected[i]) <= 1e-6 * fmax(1, fabs((double)expected[i])))
                                  : isfinite(got[i]))
            fail_msg("%s: %s %zu is %.9g, on naive %.9g", backend, what, i, got[i], expected[i]);
}

/* On naive; every other backend must say the same. */
static loss_run run_loss(fl_layer layer, size_t n, size_t c, const float *in, const int32_t *labels, const float *theta)
{
    loss_run expected = run_on(fl_backends()[0], layer, n, c, in, labels, theta);
    for (const fl_backend *const *b = fl_backends() + 1; *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        loss_run got = run_on(*b, layer, n, c, in, labels, theta);
        assert_alike(got.losses, expected.losses, (*b)->entry.name, "loss");
        assert_alike(got.errors, expected.errors, (*b)->entry.name, "error");
        assert_alike(got.d_in, expected.d_in, (*b)->entry.name, "gradient");
    }
    return expected;
}

static loss_run softmax(size_t n, size_t c, const float *logits, const int32_t *labels)
{
    return run_loss((fl_layer){ .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY }, n, c, logits, labels, NULL);
}

/* exp(1), exp(2), exp(3) over their sum: .09003057317, .24472847105, .66524095577; -log of the last is .40760596444. */
static void softmax_of_one_two_three(void **state)
{
    float logits[] = { 1, 2, 3, /**/ 3, 2, 1 };
    int32_t labels[] = { 2, 1 };
    loss_run got = softmax(2, 3, logits, labels);
    assert_close(got.losses[0], 0.40760596444438, 1e-7);
    assert_close(got.losses[1], 1.40760596444438, 1e-7);
    assert_int_equal(got.errors[0], 0);
    assert_int_equal(got.errors[1], 1);
    double expected[] = { .09003057317038, .24472847105480,     .66524095577482 - 1,
                          .66524095577482, .24472847105480 - 1, .09003057317038 };
    for (size_t i = 0; i < 6; i++) assert_close(got.d_in[i], expected[i] / 2, 2e-7);
}

/* All logits alike: the loss is log(10), and the first class is the largest. */
static void a_tie_between_logits_goes_to_the_first(void **state)
{
    float logits[20] = { 0 };
    int32_t labels[] = { 0, 9 };
    loss_run got = softmax(2, 10, logits, labels);
    assert_close(got.losses[0], 2.302585092994046, 1e-7);
    assert_int_equal(got.errors[0], 0);
    assert_int_equal(got.errors[1], 1);
}

/* A difference of 1000 is beyond exp in double; the loss is that difference. */
static void large_logits_do_not_overflow(void **state)
{
    float logits[] = { 3e38f, 0, /**/ 500, -500 };
    int32_t labels[] = { 0, 1 };
    loss_run got = softmax(2, 2, logits, labels);
    assert_true(got.losses[0] == 0);
    assert_true(got.losses[1] == 1000);
}

/* Beside a logit of 1e14 a float has no room for the others. */
static void logits_too_large_for_their_differences_have_a_gradient(void **state)
{
    float logits[] = { 1e14f, 3e13f, -1e14f, 0, 1, 2, 3, 4, 5, 6 };
    int32_t labels[] = { 1 };
    loss_run got = softmax(1, 10, logits, labels);
    assert_close(got.losses[0], 7e13, 1e7);
    assert_true(got.d_in[0] == 1 && got.d_in[1] == -1 && got.d_in[9] == 0);
}

static void a_logit_that_is_not_finite_is_seen(void **state)
{
    float bad[] = { NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < 3; i++) {
        float logits[] = { 5, bad[i], 1, /**/ 5, 0, 1 };
        int32_t labels[] = { 0, 0 };
        loss_run got = softmax(2, 3, logits, labels);
        assert_true(!isfinite(got.losses[0]) && isfinite(got.losses[1]));
        assert_int_equal(got.errors[0], 1);
        assert_true(isnan(got.d_in[0]) && isfinite(got.d_in[3]));
    }
}

/* Curvatures .1, 1, 10; theta - x = (1, 2, 3) and (2, 2, 2): losses .5 (.1 + 4 + 90) and .5 (.4 + 4 + 40). */
static void quadratic_has_its_closed_form(void **state)
{
    float theta[] = { 2, 3, 4 }, x[] = { 1, 1, 1, /**/ 0, 1, 2 };
    fl_layer layer = { .kind = FL_LAYER_QUADRATIC, .name = "quadratic", .curvature_max = 10, .condition = 100 };
    loss_run got = run_loss(layer, 2, 3, x, NULL, theta);
    assert_close(got.losses[0], 47.05, 1e-7);
    assert_close(got.losses[1], 22.2, 1e-7);
    double gradient[] = { .1 * 1.5, 1 * 2.0, 10 * 2.5 };
    for (size_t i = 0; i < 3; i++) assert_close(got.gradient[i], gradient[i], 1e-7);
    double d_in[] = { -.05, -1, -15, /**/ -.1, -1, -10 };
    for (size_t i = 0; i < 6; i++) assert_close(got.d_in[i], d_in[i], 1e-7);
    assert_true(got.errors[0] == got.losses[0] && got.errors[1] == got.losses[1]);
}

static void curvatures_are_log_spaced_up_to_ten(void **state)
{
    fl_layer layer = { .kind = FL_LAYER_QUADRATIC, .name = "quadratic", .curvature_max = 10, .condition = 1e4 };
    for (size_t i = 0; i < 5; i++) assert_close(fl_layer_curvature(&layer, 5, i), 1e-3 * pow(10, (double)i), 1e-14);
    assert_true(fl_layer_curvature(&layer, 1, 0) == 10);
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(softmax_of_one_two_three),
        cmocka_unit_test(logits_too_large_for_their_differences_have_a_gradient),
        cmocka_unit_test(a_tie_between_logits_goes_to_the_first),
        cmocka_unit_test(large_logits_do_not_overflow),
        cmocka_unit_test(a_logit_that_is_not_finite_is_seen),
        cmocka_unit_test(quadratic_has_its_closed_form),
        cmocka_unit_test(curvatures_are_log_spaced_up_to_ten),
    };
    return test_run(tests, NULL, NULL);
}
