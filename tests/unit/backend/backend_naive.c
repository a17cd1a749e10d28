/* What the layers promise beside their sums (backend_kinds.c): ties, kinks, masks, and ops that commute. */
#include "support/op_chain.h"
#include "backend/dropout.h"
#include "base/denormals.h"

/* layer.h: a tie goes to the first in row order. */
static void a_tie_in_a_window_goes_to_the_first_in_row_order(void **state)
{
    float x[] = { 1, 2, 2, 1, /**/ 2, 1, 2, 2 }, y[2], d_x[8], d_y[] = { 3, 5 };
    fl_layer pool = { .kind = FL_LAYER_MAX_POOL, .kernel = 2 };
    chain_data data = { .in = { 1, 1, 2, 4 }, .out = { 1, 1, 1, 2 }, .x = x, .d_y = d_y, .y = y, .d_x = d_x };
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        if (!(*backend)->usable(FL_BACKEND_F32, NULL)) continue;
        chain_run(*backend, &pool, 1, FL_BACKEND_F32, true, &data);
        assert_memory_equal(y, ((float[]){ 2, 2 }), sizeof y);
        assert_memory_equal(d_x, ((float[]){ 0, 3, 5, 0, /**/ 0, 0, 0, 0 }), sizeof d_x);
    }
}

static void the_derivative_of_relu_at_zero_is_zero(void **state)
{
    float x[] = { -1, 0, -0.0f, 2 }, y[4], d_x[4], d_y[] = { 3, 5, 7, 11 };
    fl_layer relu = { .kind = FL_LAYER_RELU };
    chain_data data = { .in = { 1, 4, 1, 1 }, .out = { 1, 4, 1, 1 }, .x = x, .d_y = d_y, .y = y, .d_x = d_x };
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        if (!(*backend)->usable(FL_BACKEND_F32, NULL)) continue;
        chain_run(*backend, &relu, 1, FL_BACKEND_F32, true, &data);
        for (size_t i = 0; i < 4; i++) assert_true(y[i] == (i == 3 ? 2 : 0) && d_x[i] == (i == 3 ? 11 : 0));
    }
}

/* What lets a network plan a ReLU after the max-pool it stands before. Whole numbers bring windows of zeros and ties.
 */
static void relu_and_max_pool_commute_to_the_bit(void **state)
{
    static const fl_layer pool = { .kind = FL_LAYER_MAX_POOL, .kernel = 2 }, relu = { .kind = FL_LAYER_RELU };
    fl_arena *arena = fl_arena_new();
    chain_data first =
        chain_data_new(arena, (fl_layer[]){ relu, pool }, 2, (fl_tensor_shape){ 3, 5, 9, 12 }, CHAIN_WHOLE, 1);
    chain_data second = chain_twin(arena, &first);
    chain_run(fl_backends()[0], (fl_layer[]){ relu, pool }, 2, FL_BACKEND_F32, true, &first);
    chain_run(fl_backends()[0], (fl_layer[]){ pool, relu }, 2, FL_BACKEND_F32, true, &second);
    assert_chains_near(&second, &first, 0, "pool before relu");
    fl_arena_free(arena);
}

/* A window over the edge has what is in the image alone: here it is negative, and no zero of the padding wins. */
static void padding_never_wins(void **state)
{
    float x[] = { -1, -2, -3, -4 }, y[4], d_x[4], d_y[] = { 1, 2, 4, 8 };
    fl_layer pool = { .kind = FL_LAYER_MAX_POOL, .kernel = 2, .stride = 2, .pad = 1 };
    chain_data data = { .in = { 1, 1, 2, 2 }, .out = { 1, 1, 2, 2 }, .x = x, .d_y = d_y, .y = y, .d_x = d_x };
    chain_run(fl_backends()[0], &pool, 1, FL_BACKEND_F32, true, &data);
    assert_memory_equal(y, x, sizeof y);
    assert_memory_equal(d_x, d_y, sizeof d_x);
}

enum { ROWS = 6, COLUMNS = 37, MASK = ROWS * COLUMNS };

static void draw_mask(uint64_t seed, uint64_t step, size_t layer, float mask[MASK])
{
    fl_backend_moment moment = { .seed = seed, .step = step };
    fl_backend_dropout_mask(.25, layer, &moment, COLUMNS, 0, MASK, mask);
}

static void a_mask_is_the_same_in_micro_batches(void **state)
{
    float whole[MASK], parts[MASK];
    draw_mask(7, 11, 2, whole);
    for (size_t row = 0; row < ROWS; row += 2) {
        fl_backend_moment moment = { .seed = 7, .step = 11, .row = row };
        fl_backend_dropout_mask(.25, 2, &moment, COLUMNS, 0, 2 * COLUMNS, parts + row * COLUMNS);
    }
    assert_memory_equal(parts, whole, sizeof whole);
}

static void each_seed_step_and_layer_has_its_mask(void **state)
{
    float first[MASK], other[MASK];
    draw_mask(7, 11, 2, first);
    draw_mask(8, 11, 2, other);
    assert_memory_not_equal(first, other, sizeof first);
    draw_mask(7, 12, 2, other);
    assert_memory_not_equal(first, other, sizeof first);
    draw_mask(7, 11, 3, other);
    assert_memory_not_equal(first, other, sizeof first);
}

/* n draws with probability .75 have a deviation of sqrt(.75 .25 / n); five of them. */
static void a_mask_keeps_its_share(void **state)
{
    enum { MANY = 100000 };
    static float mask[MANY];
    fl_backend_moment moment = { .seed = 3 };
    size_t kept = 0;
    fl_backend_dropout_mask(.25, 0, &moment, MANY, 0, MANY, mask);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(mask[i] == 0 || mask[i] == 4.0f / 3);
        kept += mask[i] != 0;
    }
    assert_true(fabs(kept / (double)MANY - .75) < 5 * sqrt(.75 * .25 / MANY));
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tie_in_a_window_goes_to_the_first_in_row_order),
        cmocka_unit_test(padding_never_wins),
        cmocka_unit_test(the_derivative_of_relu_at_zero_is_zero),
        cmocka_unit_test(relu_and_max_pool_commute_to_the_bit),
        cmocka_unit_test(a_mask_is_the_same_in_micro_batches),
        cmocka_unit_test(each_seed_step_and_layer_has_its_mask),
        cmocka_unit_test(a_mask_keeps_its_share),
    };
    return test_run(tests, NULL, NULL);
}
