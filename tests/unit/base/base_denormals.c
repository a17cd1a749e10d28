/* Denormal numbers are zero wherever a trial computes, in the libraries' threads too, and nowhere else. */
#include "support/op_chain.h"
#include "support/optimizer_run.h"

#include "base/denormals.h"
#include "train/train.h"

#include <float.h>

/* As the processor does it, not the compiler. */
static float halved(float value)
{
    volatile float factor = 0.5f;
    return value * factor;
}

static void modes_are_set_and_restored(void **state)
{
    assert_true(halved(FLT_MIN) > 0);
    unsigned before = fl_denormals_flush();
    assert_true(halved(FLT_MIN) == 0);             /* a denormal result */
    assert_true(halved(0x1p-127f) * 0x1p30f == 0); /* a denormal operand */
    fl_denormals_restore(before);
    assert_true(halved(FLT_MIN) > 0);
}

/* Intel SDM 1, 10.2.3: all exceptions masked (0x1f80), rounding to nearest, flush-to-zero 0x8000, denormals-are-zero
 * 0x0040. */
static void the_environment_is_that_of_a_trial(void **state)
{
    assert_int_equal(fl_denormals_environment(), 0x9fc0);
    unsigned before = fl_denormals_flush();
    assert_int_equal(fl_denormals_environment(), 0x9fc0);
    fl_denormals_restore(before);
}

/* 256 products of 1e-41 each: as denormals they add up to 2.6e-39, as zeros to zero. There is work for two threads. */
static void check_products(const fl_backend *backend, const fl_layer *layer, fl_tensor_shape in)
{
    fl_arena *arena = fl_arena_new();
    chain_data data = chain_data_new(arena, layer, 1, in, CHAIN_WHOLE, 1);
    for (size_t i = 0; i < fl_tensor_shape_size(in); i++) data.x[i] = 1e-20f;
    for (size_t i = 0; i < data.n_values[0]; i++) data.parameters[0][i] = 1e-21f;
    for (size_t i = 0; i < data.n_values[1]; i++) data.parameters[1][i] = 0;
    chain_run(backend, layer, 1, FL_BACKEND_F32, false, &data); /* threads begun here would not inherit the modes */
    unsigned before = fl_denormals_flush();
    chain_run(backend, layer, 1, FL_BACKEND_F32, false, &data);
    fl_denormals_restore(before); /* a denormal equals zero where it is taken for zero */
    size_t n = chain_nonzeros(data.y, fl_tensor_shape_size(data.out));
    if (n) fail_msg("%s, %s: %zu denormals", backend->entry.name, fl_layer_word(layer->kind), n);
    fl_arena_free(arena);
}

static void check_backends(unsigned threads)
{
    const fl_layer dense = { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = 256 };
    const fl_layer convolution = { .kind = FL_LAYER_CONVOLUTION, .name = "convolution", .n_out = 32, .kernel = 4 };
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        if (!(*backend)->usable(FL_BACKEND_F32, NULL)) continue;
        assert_true((*backend)->start(threads, NULL));
        check_products(*backend, &dense, (fl_tensor_shape){ 512, 256, 1, 1 });
        check_products(*backend, &convolution, (fl_tensor_shape){ 16, 16, 12, 12 });
        assert_true((*backend)->start(1, NULL));
    }
}

static void every_backend_computes_without_them(void **state)
{
    check_backends(1);
}

/* Threads are those of the first call, of a later one, and of one after fewer. */
static void so_do_the_threads_of_libraries(void **state)
{
    check_backends(2);
    check_backends(1);
    check_backends(2);
}

/* 0.9^900 = 7e-42: a denormal where there are any. */
static void a_moment_decays_to_zero(void **state)
{
    unsigned before = fl_denormals_flush();
    run *r = run_named("adam", 37);
    fl_promise_course_start(r);
    for (unsigned t = 0; t < 900; t++) {
        for (size_t i = 0; i < 37; i++) r->gradient[i] = t ? 0 : 1;
        fl_promise_course_step(r, 0.001);
    }
    fl_denormals_restore(before);
    for (size_t i = 0; i < 37; i++) assert_true(r->update.state[0][i] == 0);
    run_free(r);
}

static void look(void *user, const fl_train_step *step)
{
    *(float *)user = halved(FLT_MIN);
}

static void a_trial_computes_without_them_and_its_caller_goes_on_with_them(void **state)
{
    float seen = 1;
    fl_trial_owners owners = { fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("quadratic/noisy", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_train_callbacks watch = { .user = &seen, .stepped = look };
    fl_outcome outcome;
    trial.backend = fl_backend_find("naive", NULL);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.01;
    trial.steps = 1;
    assert_true(fl_train_trial(trainer, &trial, &watch, &outcome, NULL));
    assert_true(seen == 0);
    assert_true(halved(FLT_MIN) > 0);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    fl_train_trainer_free(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_are_set_and_restored),
        cmocka_unit_test(the_environment_is_that_of_a_trial),
        cmocka_unit_test(every_backend_computes_without_them),
        cmocka_unit_test(so_do_the_threads_of_libraries),
        cmocka_unit_test(a_moment_decays_to_zero),
        cmocka_unit_test(a_trial_computes_without_them_and_its_caller_goes_on_with_them),
    };
    return test_run(tests, NULL, NULL);
}
