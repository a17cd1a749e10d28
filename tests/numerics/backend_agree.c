/* Every usable backend against naive, op by op and on awkward shapes.
 *
 * With whole numbers from -1, 0, 1 every sum is exact in f32 in any order, and in bf16 as long as it stays below 2^8:
 * so backends must agree to the bit, in a world full of ties in max-pool and zeros under a ReLU. With normal numbers
 * they must agree within a tolerance.
 */
#include "support/op_chain.h"
#include "base/denormals.h"

/* A layer under test and its input. */
typedef struct shape_case {
    fl_layer layer;
    fl_tensor_shape in;
} shape_case;

#define CONVOLUTION(o, k, p)                                                                                           \
    {                                                                                                                  \
        .kind = FL_LAYER_CONVOLUTION, .name = "t", .n_out = o, .kernel = k, .pad = p                                   \
    }
#define STRIDED(o, k, p, s, ...)                                                                                       \
    {                                                                                                                  \
        .kind = FL_LAYER_CONVOLUTION, .name = "t", .n_out = o, .kernel = k, .pad = p, .stride = s, __VA_ARGS__         \
    }
#define POOL(k)                                                                                                        \
    {                                                                                                                  \
        .kind = FL_LAYER_MAX_POOL, .kernel = k                                                                         \
    }
#define DENSE(o)                                                                                                       \
    {                                                                                                                  \
        .kind = FL_LAYER_DENSE, .name = "t", .n_out = o                                                                \
    }

static const shape_case cases[] = {
    { CONVOLUTION(1, 1, 0), { 1, 1, 1, 1 } },
    { CONVOLUTION(5, 3, 1), { 3, 3, 7, 5 } },
    { CONVOLUTION(17, 3, 1), { 7, 5, 6, 9 } },
    { CONVOLUTION(3, 5, 2), { 1, 17, 5, 4 } },
    { CONVOLUTION(5, 5, 2), { 3, 1, 9, 9 } },
    { CONVOLUTION(5, 5, 2), { 1, 3, 2, 2 } }, /* the window is larger than the image */
    { CONVOLUTION(3, 3, 1), { 3, 5, 1, 1 } },
    { CONVOLUTION(17, 2, 0), { 3, 17, 3, 4 } }, /* an even window */
    { CONVOLUTION(3, 1, 2), { 3, 3, 4, 2 } },   /* outputs that see only zeros */
    { CONVOLUTION(17, 4, 0), { 1, 5, 4, 4 } },  /* one output pixel */
    { CONVOLUTION(32, 5, 2), { 2, 16, 8, 8 } },
    { CONVOLUTION(20, 5, 2), { 2, 3, 27, 25 } }, /* more places than one piece of them has */
    { CONVOLUTION(48, 3, 0), { 3, 32, 9, 18 } }, /* whole tiles of channels, odd numbers of them */
    { CONVOLUTION(32, 5, 2), { 1, 1, 28, 28 } }, /* the first layer of a picture */
    { STRIDED(17, 3, 1, 2, .no_bias = true), { 3, 5, 9, 8 } },
    { STRIDED(32, 3, 1, 2, .no_bias = true), { 2, 16, 16, 16 } }, /* of a residual network */
    { STRIDED(32, 3, 1, 1, .no_bias = true), { 3, 16, 16, 16 } },
    { STRIDED(24, 1, 0, 2, .n_from = 0), { 2, 8, 7, 7 } },
    { STRIDED(12, 3, 2, 3, .groups = 2), { 2, 6, 8, 5 } },
    { STRIDED(64, 3, 1, 1, .groups = 4, .no_bias = true), { 2, 64, 6, 6 } },
    { STRIDED(16, 3, 1, 1, .groups = 16), { 2, 16, 5, 7 } }, /* a filter to each channel */
    { CONVOLUTION(64, 3, 1), { 3, 32, 2, 2 } },              /* planes of a few pixels */
    { STRIDED(24, 3, 1, 1, .no_bias = true), { 2, 40, 2, 1 } },
    { STRIDED(17, 3, 1, 2, .no_bias = true), { 3, 33, 4, 3 } },
    { STRIDED(64, 2, 0, 1, .no_bias = true), { 2, 48, 4, 4 } },
    { POOL(1), { 1, 1, 1, 1 } },
    { POOL(2), { 3, 5, 7, 9 } }, /* a row and a column are dropped */
    { POOL(3), { 7, 17, 5, 4 } },
    { POOL(2), { 1, 3, 4, 6 } },
    { POOL(4), { 3, 16, 9, 7 } },
    { POOL(5), { 3, 1, 5, 5 } },
    { POOL(2), { 2, 32, 6, 5 } },  /* whole vectors of channels */
    { POOL(3), { 1, 40, 10, 7 } }, /* and half ones; an image alone */
    { POOL(2), { 5, 1, 12, 15 } }, /* one channel */
    { DENSE(1), { 1, 1, 1, 1 } },
    { DENSE(5), { 3, 17, 1, 1 } },
    { DENSE(17), { 7, 3, 3, 5 } },
    { DENSE(1), { 3, 5, 7, 3 } },
    { DENSE(3), { 1, 17, 1, 1 } },
    { DENSE(16), { 16, 16, 2, 2 } },
    { DENSE(64), { 5, 48, 1, 1 } },     /* whole blocks of weights, */
    { DENSE(192), { 37, 32, 2, 1 } },   /* more examples than a step of a product has */
    { DENSE(1024), { 13, 131, 1, 1 } }, /* more weights than are computed at a time */
    { { .kind = FL_LAYER_DENSE, .name = "t", .n_out = 128, .no_bias = true }, { 3, 64, 1, 1 } },
    { DENSE(128), { 5, 7, 64, 1, FL_TENSOR_SEQUENCE } }, /* positions */
    { { .kind = FL_LAYER_DENSE, .name = "t", .n_out = 12, .groups = 4 }, { 5, 2, 8, 1, FL_TENSOR_SEQUENCE } },
    { { .kind = FL_LAYER_RELU }, { 3, 5, 7, 3 } },
    { { .kind = FL_LAYER_RELU }, { 1, 17, 1, 1 } },
    { CONVOLUTION(48, 3, 1), { 3, 32, 7, 9 } },    /* whole blocks of channels: an odd width, */
    { CONVOLUTION(16, 3, 1), { 15, 16, 14, 12 } }, /* more images than a piece has, and a last piece of fewer, */
    { STRIDED(32, 3, 1, 2), { 8, 16, 9, 7 } },     /* strides, of which some leave rows behind the last window, */
    { STRIDED(16, 5, 2, 3, .no_bias = true), { 6, 32, 12, 13 } },
    { CONVOLUTION(32, 5, 2), { 22, 48, 3, 2 } }, /* a window larger than the image, */
    { CONVOLUTION(16, 3, 4), { 2, 16, 3, 4 } },  /* and outputs that see only zeros */
    { CONVOLUTION(16, 3, 0), { 3, 1, 7, 9 } },   /* one channel into whole blocks: odd widths, */
    { CONVOLUTION(48, 5, 1), { 1, 1, 12, 35 } }, /* a row longer than what is summed up together, an image alone, */
    { CONVOLUTION(32, 5, 2), { 2, 1, 9, 15 } },
    { CONVOLUTION(16, 5, 0), { 5, 1, 16, 16 } },
    { STRIDED(16, 3, 2, 1, .no_bias = true), { 3, 1, 6, 3 } },
    { CONVOLUTION(16, 5, 2), { 2, 1, 20, 2 } },  /* a window wider than the image, */
    { CONVOLUTION(16, 3, 3), { 2, 1, 5, 17 } },  /* and outputs that see only zeros */
    { CONVOLUTION(16, 3, 1), { 2, 32, 3, 31 } }, /* one block of channels out: a row of every stretch there is, */
    { STRIDED(16, 3, 1, 1, .no_bias = true), { 3, 48, 5, 2 } }, /* a row within the window's, */
    { STRIDED(48, 3, 1, 1, .no_bias = true), { 2, 16, 4, 1 } }, /* and one block in: a column alone */
    { DENSE(130), { 515, 37, 1, 1 } },           /* more rows than are summed up at a time, parts of blocks */
    { CONVOLUTION(64, 3, 1), { 26, 64, 2, 2 } }, /* planes of a few pixels, several images together: six and four, */
    { STRIDED(128, 3, 1, 1, .no_bias = true), { 25, 64, 2, 1 } }, /* one left over, a column alone, */
    { CONVOLUTION(64, 3, 1), { 29, 64, 3, 4 } },                  /* and pixels inside the plane */
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* What stands around the layer: a convolution before it makes a library choose its own layout for the activation. */
typedef struct surroundings {
    size_t convolution_before, relu_after;
} surroundings;

static size_t surround(const shape_case *c, surroundings around, fl_layer layers[3])
{
    size_t n = 0;
    if (around.convolution_before && c->in.form == FL_TENSOR_IMAGE)
        layers[n++] = (fl_layer){ .kind = FL_LAYER_CONVOLUTION, .name = "before", .n_out = c->in.c, .kernel = 1 };
    layers[n++] = c->layer;
    if (around.relu_after) layers[n++] = (fl_layer){ .kind = FL_LAYER_RELU };
    return n;
}

/* The convolution before passes its input on as it is. */
static void make_identity(chain_data *data)
{
    size_t c = data->in.c;
    memset(data->parameters[0], 0, c * c * sizeof(float));
    for (size_t i = 0; i < c; i++) data->parameters[0][i * c + i] = 1;
    memset(data->parameters[1], 0, c * sizeof(float));
}

static void agree(const fl_backend *backend, fl_backend_precision precision, size_t i, surroundings around,
                  chain_numbers numbers, double tolerance)
{
    fl_layer layers[3];
    size_t n = surround(&cases[i], around, layers);
    fl_arena *arena = fl_arena_new();
    chain_data expected = chain_data_new(arena, layers, n, cases[i].in, numbers, i);
    if (around.convolution_before && cases[i].in.form == FL_TENSOR_IMAGE) make_identity(&expected);
    chain_data got = chain_twin(arena, &expected), forward_only = chain_twin(arena, &expected);
    chain_run(fl_backends()[0], layers, n, FL_BACKEND_F32, true, &expected);
    chain_run(backend, layers, n, precision, true, &got);
    chain_run(backend, layers, n, precision, false, &forward_only);
    char what[100];
    snprintf(what, sizeof what, "%s %s, case %zu%s%s", backend->entry.name, fl_backend_precision_name(precision), i,
             around.convolution_before ? ", convolution before" : "", around.relu_after ? ", relu after" : "");
    assert_chains_near(&got, &expected, tolerance, what);
    assert_near(forward_only.y, expected.y, fl_tensor_shape_size(got.out), tolerance, what);
    fl_arena_free(arena);
}

static void agree_everywhere(fl_backend_precision precision, chain_numbers numbers, double tolerance)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (size_t i = 0; i < N_CASES && (*backend)->usable(precision, NULL); i++)
            for (size_t around = 0; around < 4; around++)
                agree(*backend, precision, i, (surroundings){ around / 2, around % 2 }, numbers, tolerance);
}

static void whole_numbers_agree_to_the_bit_in_f32(void **state)
{
    agree_everywhere(FL_BACKEND_F32, CHAIN_WHOLE, 0);
}

static void whole_numbers_agree_to_the_bit_in_bf16(void **state)
{
    agree_everywhere(FL_BACKEND_BF16, CHAIN_WHOLE, 0);
}

/* The longest sum here has 1350 terms: random rounding gives about sqrt(1350) 2^-24 of a typical term's size, 2.2e-6.
 */
static void real_numbers_agree_in_f32(void **state)
{
    agree_everywhere(FL_BACKEND_F32, CHAIN_REAL, 5e-6);
}

/* bf16 keeps 8 bits: inputs, weights, outputs and gradients are each off by at most 2^-9 of themselves, and sums of
 * many are off by less of their largest. Four roundings on the way and a factor of two make 2^-6. Max-pool and ReLU
 * stay out: a value rounded across a tie or across zero sends a whole gradient elsewhere. */
static void real_numbers_agree_in_bf16(void **state)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (size_t i = 0; i < N_CASES && (*backend)->usable(FL_BACKEND_BF16, NULL); i++)
            for (size_t before = 0;
                 before < 2 && (cases[i].layer.kind == FL_LAYER_CONVOLUTION || cases[i].layer.kind == FL_LAYER_DENSE);
                 before++)
                agree(*backend, FL_BACKEND_BF16, i, (surroundings){ before, 0 }, CHAIN_REAL, 0x1p-6);
}

/* Values that a comparison may stumble over: NaN, infinities, both zeros, ties, a denormal, in every place of a window.
 */
static void draw_special(float *values, size_t n, uint64_t seed)
{
    static const float special[] = { NAN, INFINITY, -INFINITY, -0.0f, 0, 1, 1, -1, 0x1p-127f };
    fl_random_stream stream = fl_random_stream_start(seed, "special", 0);
    for (size_t i = 0; i < n; i++) values[i] = special[fl_random_below(&stream, sizeof special / sizeof *special)];
}

/* Equal as numbers, or both NaN. */
static void assert_same_values(const float *got, const float *expected, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (got[i] != expected[i] && !(isnan(got[i]) && isnan(expected[i])))
            fail_msg("%s: number %zu is %g, expected %g", what, i, got[i], expected[i]);
}

static void pool_specials(const fl_backend *backend, fl_backend_precision precision, size_t i, bool relu)
{
    fl_layer layers[2] = { cases[i].layer, { .kind = FL_LAYER_RELU } };
    fl_arena *arena = fl_arena_new();
    chain_data expected = chain_data_new(arena, layers, 1 + relu, cases[i].in, CHAIN_WHOLE, i);
    draw_special(expected.x, fl_tensor_shape_size(expected.in), i);
    chain_data got = chain_twin(arena, &expected);
    chain_run(fl_backends()[0], layers, 1 + relu, FL_BACKEND_F32, true, &expected);
    chain_run(backend, layers, 1 + relu, precision, true, &got);
    assert_same_values(got.y, expected.y, fl_tensor_shape_size(got.out), backend->entry.name);
    assert_same_values(got.d_x, expected.d_x, fl_tensor_shape_size(got.in), backend->entry.name);
    fl_arena_free(arena);
}

static void max_pool_treats_special_values_as_naive_does(void **state)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++)
            for (size_t i = 0; i < 2 * N_CASES && (*backend)->usable(precision, NULL); i++)
                if (cases[i / 2].layer.kind == FL_LAYER_MAX_POOL) pool_specials(*backend, precision, i / 2, i % 2);
}

/* More positions than are looked at together, the last of them a few. */
static void attention_agrees(void **state)
{
    static const fl_tensor_shape in = { 2, 71, 10, 1, FL_TENSOR_SEQUENCE };
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (size_t all = 0; all < 2 && (*backend)->usable(FL_BACKEND_F32, NULL); all++) {
            fl_layer layer = { .kind = FL_LAYER_ATTENTION, .name = "t", .heads = 2, .acausal = all };
            fl_arena *arena = fl_arena_new();
            chain_data expected = chain_data_new(arena, &layer, 1, in, CHAIN_REAL, 1);
            chain_data got = chain_twin(arena, &expected);
            chain_run(fl_backends()[0], &layer, 1, FL_BACKEND_F32, true, &expected);
            chain_run(*backend, &layer, 1, FL_BACKEND_F32, true, &got);
            assert_chains_near(&got, &expected, 1e-5, (*backend)->entry.name);
            fl_arena_free(arena);
        }
}

static void start_all(unsigned threads)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        if ((*backend)->usable(FL_BACKEND_F32, NULL)) assert_true((*backend)->start(threads, NULL));
}

/* Threads split sums differently, and libraries have had faults in just that. */
static void two_threads_agree_as_well(void **state)
{
    start_all(2);
    agree_everywhere(FL_BACKEND_F32, CHAIN_WHOLE, 0);
    agree_everywhere(FL_BACKEND_BF16, CHAIN_WHOLE, 0);
    start_all(1);
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    start_all(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_agree_to_the_bit_in_f32),
        cmocka_unit_test(whole_numbers_agree_to_the_bit_in_bf16),
        cmocka_unit_test(real_numbers_agree_in_f32),
        cmocka_unit_test(real_numbers_agree_in_bf16),
        cmocka_unit_test(max_pool_treats_special_values_as_naive_does),
        cmocka_unit_test(attention_agrees),
        cmocka_unit_test(two_threads_agree_as_well),
    };
    return test_run(tests, NULL, NULL);
}
