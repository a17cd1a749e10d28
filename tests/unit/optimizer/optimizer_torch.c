/* The update rules against PyTorch 1.13.0 (Debian 12), which ran the same five gradients in float64 on one thread:
 *
 *   p = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
 *   o = torch.optim.SGD([p], lr=0.1)                       and so on, as beside each row below
 *   for g in gradients: p.grad = torch.tensor(g, dtype=torch.float64); o.step()
 *   print("%.17g" % x for x in p)
 */
#include "support/optimizer_run.h"
#include "base/denormals.h"

enum { N = 3, STEPS = 5 };

static const float gradients[STEPS][N] = {
    { 0.5f, -1.25f, 0.0078125f }, { -0.75f, 2.5f, 0.03125f },       { 0.125f, -0.5f, -0.015625f },
    { 1.0f, 0.25f, 0.0625f },     { -0.375f, -3.0f, 0.001953125f },
};

static void assert_torch(run *r, double rate, const double expected[N])
{
    const float start[N] = { 1.0f, -2.0f, 0.5f };
    memcpy(r->update.parameters, start, sizeof start);
    fl_promise_course_start(r);
    for (size_t t = 0; t < STEPS; t++) {
        memcpy(r->gradient, gradients[t], sizeof gradients[t]);
        fl_promise_course_step(r, rate);
    }
    for (size_t i = 0; i < N; i++) assert_close((double)r->update.parameters[i], expected[i], 5e-7);
    run_free(r);
}

/* SGD(lr=0.1) */
static void sgd_agrees_with_torch(void **state)
{
    assert_torch(run_named("sgd", N), 0.1, (double[]){ 0.94999999999999996, -1.8, 0.49121093750000006 });
}

/* SGD(lr=0.1, momentum=0.9) */
static void momentum_agrees_with_torch(void **state)
{
    assert_torch(run_named("momentum", N), 0.1,
                 (double[]){ 0.86679499999999998, -1.9598625000000003, 0.47821789062499998 });
}

/* SGD(lr=0.1, momentum=0.9, nesterov=True) */
static void nesterov_agrees_with_torch(void **state)
{
    assert_torch(run_named("nesterov", N), 0.1, (double[]){ 0.83011550000000023, -1.76387625, 0.47160703906250001 });
}

/* RMSprop(lr=0.01, alpha=0.9, eps=1e-3, momentum=0.8) */
static void rmsprop_outside_agrees_with_torch(void **state)
{
    run *r = run_named("rmsprop", N);
    run_set(r, "momentum", 0.8);
    run_set(r, "epsilon", 1e-3);
    run_choose(r, "epsilon_form", "outside");
    assert_torch(r, 0.01, (double[]){ 0.92678458985248457, -1.9447643493155795, 0.32465196277158975 });
}

/* Adam(lr=0.01, betas=(0.9, 0.999), eps=1e-8) */
static void adam_kingma_agrees_with_torch(void **state)
{
    run *r = run_named("adam", N);
    run_choose(r, "epsilon_form", "kingma");
    assert_torch(r, 0.01, (double[]){ 0.98817055660873421, -1.9943134849893975, 0.46581912996538266 });
}

/* Adam(lr=0.01, betas=(0.8, 0.99), eps=1e-1) */
static void adam_kingma_agrees_with_torch_at_a_large_epsilon(void **state)
{
    run *r = run_named("adam", N);
    run_choose(r, "epsilon_form", "kingma");
    run_set(r, "beta1", 0.8);
    run_set(r, "beta2", 0.99);
    run_set(r, "epsilon", 0.1);
    assert_torch(r, 0.01, (double[]){ 0.99017075675360666, -1.9946254218356387, 0.49387565025953639 });
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sgd_agrees_with_torch),
        cmocka_unit_test(momentum_agrees_with_torch),
        cmocka_unit_test(nesterov_agrees_with_torch),
        cmocka_unit_test(rmsprop_outside_agrees_with_torch),
        cmocka_unit_test(adam_kingma_agrees_with_torch),
        cmocka_unit_test(adam_kingma_agrees_with_torch_at_a_large_epsilon),
    };
    return test_run(tests, NULL, NULL);
}
