/* Naive against an oracle: each layer written once more as its textbook sum, in double, and its gradients as central
 * differences of that. The layers are linear or piecewise linear, so a central difference is exact but for rounding.
 */
#include "support/op_chain.h"
#include "base/denormals.h"

#include "base/memory.h"

/* One layer in double. */
typedef struct oracle {
    const fl_layer *layer;
    fl_tensor_shape in, out;
    double *x, *weight, *bias;
} oracle;

static double pixel(const oracle *o, size_t n, size_t c, size_t y, size_t x)
{
    size_t pad = o->layer->pad; /* coordinates count from the padding's corner */
    if (y < pad || x < pad || y >= o->in.h + pad || x >= o->in.w + pad) return 0;
    return o->x[((n * o->in.c + c) * o->in.h + y - pad) * o->in.w + x - pad];
}

static double convolution(const oracle *o, size_t n, size_t f, size_t y, size_t x)
{
    size_t k = o->layer->kernel;
    double total = o->bias[f];
    for (size_t c = 0; c < o->in.c; c++)
        for (size_t i = 0; i < k; i++)
            for (size_t j = 0; j < k; j++)
                total += o->weight[((f * o->in.c + c) * k + i) * k + j] * pixel(o, n, c, y + i, x + j);
    return total;
}

static double dense(const oracle *o, size_t n, size_t f, size_t y, size_t x)
{
    size_t n_in = o->in.c * o->in.h * o->in.w;
    double total = o->bias[f];
    for (size_t i = 0; i < n_in; i++) total += o->weight[f * n_in + i] * o->x[n * n_in + i];
    return total;
}

static double max_pool(const oracle *o, size_t n, size_t c, size_t y, size_t x)
{
    size_t k = o->layer->kernel;
    double best = -HUGE_VAL;
    for (size_t i = 0; i < k * k; i++) best = fmax(best, pixel(o, n, c, y * k + i / k, x * k + i % k));
    return best;
}

static double relu(const oracle *o, size_t n, size_t c, size_t y, size_t x)
{
    return fmax(pixel(o, n, c, y, x), 0);
}

static double output(const oracle *o, size_t i)
{
    static double (*const kinds[])(const oracle *, size_t, size_t, size_t,
                                   size_t) = { [FL_LAYER_DENSE] = dense,
                                               [FL_LAYER_CONVOLUTION] = convolution,
                                               [FL_LAYER_MAX_POOL] = max_pool,
                                               [FL_LAYER_RELU] = relu };
    size_t x = i % o->out.w, y = i / o->out.w % o->out.h, c = i / (o->out.w * o->out.h) % o->out.c;
    return kinds[o->layer->kind](o, i / (o->out.w * o->out.h * o->out.c), c, y, x);
}

/* The number whose gradients the chain computes: sum of d_y y. */
static double objective(const oracle *o, const float *d_y)
{
    double total = 0;
    for (size_t i = 0; i < fl_tensor_shape_size(o->out); i++) total += d_y[i] * output(o, i);
    return total;
}

static void assert_gradient(oracle *o, const float *d_y, double *values, size_t n, const float *gradient)
{
    const double h = 1e-5; /* small against the distance to the next kink, large against double's rounding */
    float *expected = fl_memory_new(n, sizeof *expected);
    for (size_t i = 0; i < n; i++) {
        double kept = values[i];
        values[i] = kept + h;
        double above = objective(o, d_y);
        values[i] = kept - h;
        expected[i] = (float)((above - objective(o, d_y)) / (2 * h));
        values[i] = kept;
    }
    assert_near(gradient, expected, n, 2e-6, "gradient");
    free(expected);
}

static double *widened(const float *values, size_t n)
{
    double *wide = fl_memory_new(n, sizeof *wide);
    for (size_t i = 0; i < n; i++) wide[i] = values[i];
    return wide;
}

static void check(const fl_layer *layer, fl_tensor_shape in)
{
    fl_arena *arena = fl_arena_new();
    chain_data data = chain_data_new(arena, layer, 1, in, CHAIN_REAL, 7);
    chain_run(fl_backends()[0], layer, 1, FL_BACKEND_F32, true, &data);
    oracle o = { layer, in, data.out, widened(data.x, fl_tensor_shape_size(in)), NULL, NULL };
    if (data.n_tensors) o.weight = widened(data.parameters[0], data.n_values[0]);
    if (data.n_tensors) o.bias = widened(data.parameters[1], data.n_values[1]);
    for (size_t i = 0; i < fl_tensor_shape_size(data.out); i++)
        if (!(fabs(data.y[i] - output(&o, i)) <= 1e-5))
            fail_msg("output %zu is %g, not %g", i, data.y[i], output(&o, i));
    assert_gradient(&o, data.d_y, o.x, fl_tensor_shape_size(in), data.d_x);
    if (data.n_tensors) assert_gradient(&o, data.d_y, o.weight, data.n_values[0], data.gradients[0]);
    if (data.n_tensors) assert_gradient(&o, data.d_y, o.bias, data.n_values[1], data.gradients[1]);
    free(o.x);
    free(o.weight);
    free(o.bias);
    fl_arena_free(arena);
}

static void dense_is_its_sum_and_its_gradients(void **state)
{
    check(&(fl_layer){ .kind = FL_LAYER_DENSE, .name = "t", .n_out = 5 }, (fl_tensor_shape){ 3, 17, 1, 1 });
    check(&(fl_layer){ .kind = FL_LAYER_DENSE, .name = "t", .n_out = 3 }, (fl_tensor_shape){ 1, 2, 3, 5 });
}

static void convolution_is_its_sum_and_its_gradients(void **state)
{
    check(&(fl_layer){ .kind = FL_LAYER_CONVOLUTION, .name = "t", .n_out = 3, .kernel = 3, .pad = 1 },
          (fl_tensor_shape){ 2, 3, 4, 5 });
    check(&(fl_layer){ .kind = FL_LAYER_CONVOLUTION, .name = "t", .n_out = 2, .kernel = 5, .pad = 2 },
          (fl_tensor_shape){ 3, 1, 2, 3 });
    check(&(fl_layer){ .kind = FL_LAYER_CONVOLUTION, .name = "t", .n_out = 2, .kernel = 2, .pad = 0 },
          (fl_tensor_shape){ 1, 5, 3, 2 });
    check(&(fl_layer){ .kind = FL_LAYER_CONVOLUTION, .name = "t", .n_out = 2, .kernel = 1, .pad = 2 },
          (fl_tensor_shape){ 1, 2, 1, 1 });
}

static void max_pool_takes_the_largest_of_whole_windows(void **state)
{
    check(&(fl_layer){ .kind = FL_LAYER_MAX_POOL, .kernel = 2 }, (fl_tensor_shape){ 3, 2, 5, 7 });
    check(&(fl_layer){ .kind = FL_LAYER_MAX_POOL, .kernel = 3 }, (fl_tensor_shape){ 1, 5, 8, 4 });
}

static void relu_cuts_at_zero(void **state)
{
    check(&(fl_layer){ .kind = FL_LAYER_RELU }, (fl_tensor_shape){ 3, 5, 2, 3 });
}

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

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_is_its_sum_and_its_gradients),
        cmocka_unit_test(convolution_is_its_sum_and_its_gradients),
        cmocka_unit_test(max_pool_takes_the_largest_of_whole_windows),
        cmocka_unit_test(relu_cuts_at_zero),
        cmocka_unit_test(a_tie_in_a_window_goes_to_the_first_in_row_order),
        cmocka_unit_test(the_derivative_of_relu_at_zero_is_zero),
        cmocka_unit_test(relu_and_max_pool_commute_to_the_bit),
    };
    return test_run(tests, NULL, NULL);
}
