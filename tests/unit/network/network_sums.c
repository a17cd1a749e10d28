/* Sums that a backend may compute with a convolution in evaluation: the losses of training to the bit, whether it does
 * or not; and it does where it can, in f32.
 */
#include "support/op_chain.h"
#include "support/test.h"
#include "base/denormals.h"
#include "base/memory.h"
#include "base/random.h"
#include "network/network.h"

#include <math.h>

enum { EXAMPLES = 3, CLASSES = 5, MOST_LAYERS = 15 };

#define CONVOLUTION(NAME, OUT, KERNEL, ...)                                                                            \
    {                                                                                                                  \
        .kind = FL_LAYER_CONVOLUTION, .name = NAME, .n_out = OUT, .kernel = KERNEL, __VA_ARGS__                        \
    }
#define FROM(LAYER) .n_from = 1, .from = { LAYER }
#define SUM(A, B)                                                                                                      \
    {                                                                                                                  \
        .kind = FL_LAYER_ADD, .n_from = 2, .from = { A, B }                                                            \
    }
#define OF(KIND)                                                                                                       \
    {                                                                                                                  \
        .kind = FL_LAYER_##KIND                                                                                        \
    }
#define DENSE                                                                                                          \
    {                                                                                                                  \
        .kind = FL_LAYER_DENSE, .name = "end", .n_out = CLASSES                                                        \
    }

/* Numbers of layers begin at 1; 0 is the input. */
static const struct {
    const char *name;
    fl_tensor_shape in;
    size_t together; /* sums that oneDNN computes with a convolution, with AVX-512 in f32 */
    fl_layer layers[MOST_LAYERS];
} models[] = {
    { "pre-activation blocks, a part of sixteen channels, one pixel a window",
      { EXAMPLES, 3, 7, 6 },
      2,
      { CONVOLUTION("stem", 20, 3, .pad = 1),
        { .kind = FL_LAYER_RELU, FROM(1) },
        CONVOLUTION("a", 20, 3, .pad = 1),
        OF(RELU),
        CONVOLUTION("b", 20, 3, .pad = 1),
        SUM(5, 1),
        { .kind = FL_LAYER_TANH, FROM(6) },
        CONVOLUTION("c", 20, 1, .pad = 0),
        SUM(6, 8),
        OF(TANH),
        DENSE,
        OF(SOFTMAX_CROSS_ENTROPY) } },
    { "a shortcut that is convolved after the block, strides, no bias, many channels",
      { EXAMPLES, 2, 9, 9 },
      1,
      { CONVOLUTION("stem", 48, 3, .pad = 1),
        OF(RELU),
        CONVOLUTION("a", 144, 3, .stride = 2, .pad = 1),
        OF(RELU),
        CONVOLUTION("b", 144, 3, .pad = 1, .no_bias = true),
        CONVOLUTION("shortcut", 144, 1, .stride = 2, FROM(2)),
        SUM(5, 6),
        { .kind = FL_LAYER_MAX_POOL, .kernel = 2 },
        DENSE,
        OF(SOFTMAX_CROSS_ENTROPY) } },
    { "groups, and a filter by channel",
      { EXAMPLES, 4, 5, 8 },
      2,
      { CONVOLUTION("stem", 32, 3, .pad = 1), CONVOLUTION("a", 32, 3, .pad = 1, .groups = 2), SUM(1, 2), OF(SIGMOID),
        CONVOLUTION("b", 32, 3, .pad = 1, .groups = 32, FROM(4)), SUM(5, 4), DENSE, OF(SOFTMAX_CROSS_ENTROPY) } },
    { "other readers, sums of three, a layer twice, the input, a ReLU behind",
      { EXAMPLES, 6, 6, 6 },
      0,
      { CONVOLUTION("a", 6, 3, .pad = 1),
        SUM(1, 0),
        CONVOLUTION("b", 6, 3, .pad = 1),
        { .kind = FL_LAYER_ADD, .n_from = 3, .from = { 3, 2, 1 } },
        CONVOLUTION("c", 6, 3, .pad = 1),
        SUM(5, 5),
        CONVOLUTION("d", 6, 3, .pad = 1),
        OF(TANH),
        SUM(7, 6),
        { .kind = FL_LAYER_ADD, .n_from = 3, .from = { 9, 8, 4 } },
        CONVOLUTION("e", 6, 3, .pad = 1),
        SUM(10, 11),
        OF(RELU),
        DENSE,
        OF(SOFTMAX_CROSS_ENTROPY) } },
    { "planes of few pixels",
      { EXAMPLES, 2, 6, 6 },
      0,
      { CONVOLUTION("stem", 32, 3, .stride = 3), CONVOLUTION("a", 32, 5, .pad = 2), SUM(1, 2), DENSE,
        OF(SOFTMAX_CROSS_ENTROPY) } },
};

static size_t count_layers(const fl_layer *layers)
{
    size_t n = 0;
    while (layers[n].kind != FL_LAYER_SOFTMAX_CROSS_ENTROPY) n++;
    return n + 1;
}

static fl_network *made(const fl_backend *backend, size_t m, fl_backend_precision precision, bool training)
{
    fl_tensor_shape in = models[m].in;
    fl_network *network =
        fl_network_new(backend, models[m].layers, count_layers(models[m].layers), in, precision, training, NULL);
    fl_init init = { .weights = fl_init_find("he_normal", NULL), .bias = 0.1 };
    fl_random_stream stream = fl_random_stream_start(m, "batch", 0);
    float *input = fl_memory_new(fl_tensor_shape_size(in), sizeof *input);
    for (size_t i = 0; i < fl_tensor_shape_size(in); i++) input[i] = (float)fl_random_normal(&stream);
    fl_network_init(network, &init, m);
    fl_network_set_input(network, input);
    for (size_t i = 0; i < in.n; i++) fl_network_labels(network)[i] = (int32_t)fl_random_below(&stream, CLASSES);
    fl_network_forward(network);
    free(input);
    return network;
}

typedef void model_check(const fl_backend *backend, size_t m, fl_backend_precision precision);

static void everywhere(model_check *check)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++)
        for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++)
            for (size_t m = 0; (*b)->usable(precision, NULL) && m < sizeof models / sizeof *models; m++)
                check(*b, m, precision);
}

static void check_bits(const fl_backend *backend, size_t m, fl_backend_precision precision)
{
    fl_network *training = made(backend, m, precision, true), *evaluation = made(backend, m, precision, false);
    float outputs[2][EXAMPLES * CLASSES];
    fl_network_output(training, outputs[0]);
    fl_network_output(evaluation, outputs[1]);
    if (memcmp(outputs[0], outputs[1], sizeof outputs[0]))
        fail_msg("%s %s, %s: an evaluation sees other outputs than training", backend->entry.name,
                 fl_backend_precision_name(precision), models[m].name);
    assert_memory_equal(fl_network_losses(evaluation), fl_network_losses(training), EXAMPLES * sizeof(float));
    fl_network_free(training);
    fl_network_free(evaluation);
}

static void an_evaluation_sees_the_outputs_of_training(void **state)
{
    everywhere(check_bits);
}

/* Relative to the largest: in f32 a few roundings of 2^-24 per layer, in bf16 of 2^-9. */
static void check_agreement(const fl_backend *backend, size_t m, fl_backend_precision precision)
{
    const double tolerance[] = { [FL_BACKEND_F32] = 1e-5, [FL_BACKEND_BF16] = 0x1p-5 };
    fl_network *naive = made(fl_backends()[0], m, FL_BACKEND_F32, false), *other = made(backend, m, precision, false);
    float expected[EXAMPLES * CLASSES], got[EXAMPLES * CLASSES];
    fl_network_output(naive, expected);
    fl_network_output(other, got);
    assert_near(got, expected, EXAMPLES * CLASSES, tolerance[precision], models[m].name);
    fl_network_free(naive);
    fl_network_free(other);
}

static void the_outputs_are_those_of_naive(void **state)
{
    everywhere(check_agreement);
}

static size_t count_together(const fl_network *network)
{
    fl_text text = { 0 };
    size_t n = 0;
    fl_network_describe(network, &text);
    for (const char *at = text.bytes; (at = strstr(at, "with the sum")); at++) n++;
    fl_text_free(&text);
    return n;
}

static bool has_avx512(const fl_backend *backend)
{
    fl_text text = { 0 };
    backend->describe(&text);
    bool has = strstr(text.bytes, "avx512");
    fl_text_free(&text);
    return has;
}

static void check_together(const fl_backend *backend, size_t m, fl_backend_precision precision)
{
    fl_network *training = made(backend, m, precision, true), *evaluation = made(backend, m, precision, false);
    bool asked = !strcmp(backend->entry.name, "onednn") && precision == FL_BACKEND_F32;
    size_t n = count_together(evaluation), expected = asked ? models[m].together : 0;
    if (n > expected || (n < expected && has_avx512(backend)))
        fail_msg("%s %s, %s: %zu sums are computed with a convolution, not %zu", backend->entry.name,
                 fl_backend_precision_name(precision), models[m].name, n, expected);
    assert_int_equal(count_together(training), 0);
    fl_network_free(training);
    fl_network_free(evaluation);
}

static void they_are_computed_together_in_an_evaluation_in_f32(void **state)
{
    everywhere(check_together);
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        if ((*backend)->usable(FL_BACKEND_F32, NULL)) assert_true((*backend)->start(1, NULL));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_evaluation_sees_the_outputs_of_training),
        cmocka_unit_test(the_outputs_are_those_of_naive),
        cmocka_unit_test(they_are_computed_together_in_an_evaluation_in_f32),
    };
    return test_run(tests, NULL, NULL);
}
