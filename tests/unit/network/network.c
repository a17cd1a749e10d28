/* Networks: whole models on every backend. */
#include "support/test.h"
#include "base/denormals.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "network/network.h"
#include "workload/workload.h"

static const fl_tensor_shape IMAGES = { 3, 1, 28, 28 };

/* The same parameters for every network over the same layers: drawing three million takes a while, so they are kept. */
static void set_parameters(fl_network *network)
{
    static float *drawn[4];
    static size_t counts[4];
    size_t n = fl_network_layout(network)->n_parameters, i = 0;
    while (drawn[i] && counts[i] != n) i++;
    if (!drawn[i]) {
        fl_init init = { .weights = fl_init_find("he_normal", NULL), .bias = 0.125 };
        fl_network_init(network, &init, 5);
        counts[i] = n;
        drawn[i] = fl_memory_new(n, sizeof **drawn);
        fl_network_export(network, drawn[i]);
    }
    fl_network_import(network, drawn[i]);
}

/* Parameters and a batch, the same ones on every backend. */
static void fill(fl_network *network)
{
    set_parameters(network);
    fl_random_stream stream = fl_random_stream_start(5, "batch", 0);
    float input[3 * 28 * 28];
    for (size_t i = 0; i < fl_tensor_shape_size(IMAGES); i++) input[i] = (float)fl_random_uniform(&stream);
    fl_network_set_input(network, input);
    for (size_t i = 0; i < IMAGES.n; i++) fl_network_labels(network)[i] = (int32_t)fl_random_below(&stream, 10);
}

static fl_network *made(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision, bool training)
{
    fl_network *network = fl_network_new(backend, a->layers, a->n_layers, IMAGES, precision, training, NULL);
    assert_non_null(network);
    fill(network);
    return network;
}

/* A flat array of the network's in canonical order, free(). */
static float *canonical(fl_network *network, const float *own)
{
    const fl_tensor_layout *layout = fl_network_layout(network);
    float *kept = fl_memory_new(layout->count, sizeof *kept), *out = fl_memory_new(layout->n_parameters, sizeof *out);
    memcpy(kept, fl_network_parameters(network), layout->count * sizeof *kept);
    memcpy(fl_network_parameters(network), own, layout->count * sizeof *kept);
    fl_network_export(network, out);
    memcpy(fl_network_parameters(network), kept, layout->count * sizeof *kept);
    free(kept);
    return out;
}

/* |a - b| / |b|, Euclidean. */
static double distance(const float *a, const float *b, size_t n)
{
    double difference = 0, length = 0;
    for (size_t i = 0; i < n; i++) {
        difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        length += (double)b[i] * b[i];
    }
    return sqrt(difference / length);
}

static void the_models_have_their_parameters(void **state)
{
    fl_network *mlp = made(fl_backends()[0], fl_workload_find("mnist/mlp", NULL), FL_BACKEND_F32, false);
    fl_network *cnn = made(fl_backends()[0], fl_workload_find("mnist/simple_cnn", NULL), FL_BACKEND_F32, false);
    assert_int_equal(fl_network_layout(mlp)->n_parameters, 235146);  /* 784*256+256 + 256*128+128 + 128*10+10 */
    assert_int_equal(fl_network_layout(cnn)->n_parameters, 3274634); /* Shallue et al. 2018, "base" CNN */
    const char *names[] = { "conv1.weight",  "conv1.bias",  "conv2.weight",  "conv2.bias",
                            "dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias" };
    assert_int_equal(fl_network_layout(cnn)->n_tensors, 8);
    for (size_t i = 0; i < 8; i++) assert_string_equal(fl_network_layout(cnn)->tensors[i].name, names[i]);
    fl_network_free(mlp);
    fl_network_free(cnn);
}

typedef void network_check(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision);

static void everywhere(network_check *check)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++) {
            if (!(*backend)->usable(precision, NULL)) continue;
            check(*backend, fl_workload_find("mnist/mlp", NULL), precision);
            check(*backend, fl_workload_find("mnist/simple_cnn", NULL), precision);
        }
}

static void check_layout(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *network = made(backend, a, precision, true);
    const fl_tensor_layout *layout = fl_network_layout(network);
    size_t end = 0, sum = 0;
    for (size_t i = 0; i < layout->n_tensors; i++) {
        assert_int_equal(layout->tensors[i].offset % 16, 0);
        assert_true(layout->tensors[i].offset >= end);
        assert_in_range(layout->tensors[i].count, layout->tensors[i].n_values, 2 * layout->tensors[i].n_values);
        end = layout->tensors[i].offset + layout->tensors[i].count;
        sum += layout->tensors[i].n_values;
    }
    assert_int_equal(sum, layout->n_parameters);
    assert_true(layout->count >= end && layout->count % 16 == 0);
    fl_network_free(network);
}

static void blocks_lie_on_multiples_of_sixteen_without_overlap(void **state)
{
    everywhere(check_layout);
}

static size_t nonzeros(const float *values, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += values[i] != 0;
    return count;
}

static void check_padding(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *network = made(backend, a, precision, true);
    const fl_tensor_layout *layout = fl_network_layout(network);
    fl_network_forward(network);
    fl_network_backward(network, NULL, NULL);
    float *parameters = canonical(network, fl_network_parameters(network));
    float *gradient = canonical(network, fl_network_gradient(network));
    assert_int_equal(nonzeros(fl_network_parameters(network), layout->count),
                     nonzeros(parameters, layout->n_parameters));
    assert_int_equal(nonzeros(fl_network_gradient(network), layout->count), nonzeros(gradient, layout->n_parameters));
    free(parameters);
    free(gradient);
    fl_network_free(network);
}

static void padding_is_zero_after_import_and_after_backward(void **state)
{
    everywhere(check_padding);
}

static void check_round_trip(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *network = made(backend, a, precision, false);
    size_t n = fl_network_layout(network)->n_parameters;
    float *in = fl_memory_new(n, sizeof *in), *out = fl_memory_new(n, sizeof *out);
    for (size_t i = 0; i < n; i++) in[i] = (float)i + 1;
    fl_network_import(network, in);
    fl_network_export(network, out);
    assert_memory_equal(in, out, n * sizeof *in);
    free(in);
    free(out);
    fl_network_free(network);
}

static void import_and_export_give_back_the_same_bits(void **state)
{
    everywhere(check_round_trip);
}

static void check_init(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_init init = { .weights = fl_init_find("he_normal", NULL), .bias = 0.125 };
    fl_network *naive = made(fl_backends()[0], a, FL_BACKEND_F32, false), *other = made(backend, a, precision, true);
    size_t n = fl_network_layout(naive)->n_parameters;
    fl_network_init(naive, &init, 6);
    fl_network_init(other, &init, 6);
    float *expected = canonical(naive, fl_network_parameters(naive));
    float *got = canonical(other, fl_network_parameters(other));
    assert_memory_equal(got, expected, n * sizeof *got);
    assert_true(got[n - 1] == 0.125f); /* the last one is a bias */
    free(expected);
    free(got);
    fl_network_free(naive);
    fl_network_free(other);
}

static void initial_values_are_the_same_on_every_backend(void **state)
{
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        if ((*backend)->usable(FL_BACKEND_F32, NULL))
            check_init(*backend, fl_workload_find("mnist/mlp", NULL), FL_BACKEND_F32);
}

/* f32: a few roundings of 2^-24 per layer; a ReLU that flips moves a hair of the gradient. bf16: roundings of 2^-9 per
 * layer, and one value in a hundred or so lies close enough to a kink to flip, which moves a tenth of the gradient's
 * length. */
static void check_agreement(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    const double loss_tolerance[] = { [FL_BACKEND_F32] = 1e-6, [FL_BACKEND_BF16] = 2e-2 };
    const double gradient_tolerance[] = { [FL_BACKEND_F32] = 1e-5, [FL_BACKEND_BF16] = 0.15 };
    fl_network *naive = made(fl_backends()[0], a, FL_BACKEND_F32, true), *other = made(backend, a, precision, true);
    fl_network *networks[] = { naive, other };
    for (size_t i = 0; i < 2; i++) {
        fl_network_forward(networks[i]);
        fl_network_backward(networks[i], NULL, NULL);
    }
    assert_close(fl_network_loss(other), fl_network_loss(naive), loss_tolerance[precision]);
    float *expected = canonical(naive, fl_network_gradient(naive)), *got = canonical(other, fl_network_gradient(other));
    double far = distance(got, expected, fl_network_layout(naive)->n_parameters);
    if (!(far <= gradient_tolerance[precision]))
        fail_msg("%s %s: the gradient is %g away", backend->entry.name, fl_backend_precision_name(precision), far);
    free(expected);
    free(got);
    fl_network_free(naive);
    fl_network_free(other);
}

static void losses_and_gradients_agree_across_backends(void **state)
{
    everywhere(check_agreement);
}

static void check_evaluation(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *training = made(backend, a, precision, true), *evaluation = made(backend, a, precision, false);
    assert_null(fl_network_gradient(evaluation));
    fl_network_forward(training);
    fl_network_forward(evaluation);
    assert_memory_equal(fl_network_losses(evaluation), fl_network_losses(training), IMAGES.n * sizeof(float));
    assert_memory_equal(fl_network_errors(evaluation), fl_network_errors(training), IMAGES.n * sizeof(float));
    fl_network_free(training);
    fl_network_free(evaluation);
}

static void a_network_for_evaluation_gives_the_same_losses(void **state)
{
    everywhere(check_evaluation);
}

static void check_repetition(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *first = made(backend, a, precision, true), *second = made(backend, a, precision, true);
    fl_network *networks[] = { first, second, second }; /* the second one twice: nothing is left behind by a pass */
    for (size_t i = 0; i < 3; i++) {
        fl_network_forward(networks[i]);
        fl_network_backward(networks[i], NULL, NULL);
    }
    assert_memory_equal(fl_network_losses(first), fl_network_losses(second), IMAGES.n * sizeof(float));
    assert_memory_equal(fl_network_gradient(first), fl_network_gradient(second),
                        fl_network_layout(first)->count * sizeof(float));
    fl_network_free(first);
    fl_network_free(second);
}

static void a_pass_gives_the_same_bits_again(void **state)
{
    everywhere(check_repetition);
}

/* Losses and gradient of a network whose parameters were imported, and of one whose parameters were written from others
 * to the same ones, refreshed in pieces that end anywhere. */
static void check_pieces(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *imported = made(backend, a, precision, true), *refreshed = made(backend, a, precision, true);
    size_t n = fl_network_layout(refreshed)->count, piece = 0;
    float *parameters = fl_network_parameters(refreshed);
    for (size_t i = 0; i < n; i++) parameters[i] *= 2;
    fl_network_refresh(refreshed, 0, n);
    memcpy(parameters, fl_network_parameters(imported), n * sizeof *parameters);
    for (size_t first = 0; first < n; first += piece) {
        piece = first % 3 ? 20011 : 1000;
        fl_network_refresh(refreshed, first, n - first < piece ? n - first : piece);
    }
    fl_network *both[] = { imported, refreshed };
    for (size_t i = 0; i < 2; i++) {
        fl_network_forward(both[i]);
        fl_network_backward(both[i], NULL, NULL);
    }
    assert_memory_equal(fl_network_losses(refreshed), fl_network_losses(imported), IMAGES.n * sizeof(float));
    assert_memory_equal(fl_network_gradient(refreshed), fl_network_gradient(imported), n * sizeof(float));
    fl_network_free(imported);
    fl_network_free(refreshed);
}

static void parameters_may_change_piece_by_piece(void **state)
{
    everywhere(check_pieces);
}

static void check_divergence(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *network = made(backend, a, precision, true);
    const fl_tensor_layout *layout = fl_network_layout(network);
    fl_network_parameters(network)[layout->tensors[layout->n_tensors - 2].offset] = INFINITY;
    fl_network_refresh(network, 0, layout->count);
    fl_network_forward(network);
    assert_false(isfinite(fl_network_loss(network)));
    assert_int_equal(fl_network_errors(network)[0], 1);
    fl_network_free(network);
}

static void a_parameter_that_is_not_finite_reaches_the_loss(void **state)
{
    everywhere(check_divergence);
}

/* Recorded on an AVX-512 machine with gcc 12 at -O3; -O0, -O2 with sanitizers and clang 14 gave the same. */
static void naive_gives_the_same_bits_on_every_machine(void **state)
{
    fl_network *network = made(fl_backends()[0], fl_workload_find("mnist/simple_cnn", NULL), FL_BACKEND_F32, true);
    fl_network_forward(network);
    fl_network_backward(network, NULL, NULL);
    char text[FL_HASH_TEXT];
    fl_hash_text(fl_hash(fl_network_losses(network), IMAGES.n * sizeof(float)), text);
    assert_string_equal(text, "265b6fd688066c02");
    fl_hash_text(fl_hash(fl_network_gradient(network), fl_network_layout(network)->count * sizeof(float)), text);
    assert_string_equal(text, "c298369de75680d6");
    fl_network_free(network);
}

static void what_falls_back_is_said_once(void **state)
{
    static const fl_layer layers[] = { { .kind = FL_LAYER_DENSE, .name = "dense1", .n_out = 12 },
                                       { .kind = FL_LAYER_DROPOUT, .rate = .2 },
                                       { .kind = FL_LAYER_DENSE, .name = "dense2", .n_out = 10 },
                                       { .kind = FL_LAYER_DROPOUT, .rate = .3 },
                                       { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } };
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++) {
        if (!(*backend)->usable(FL_BACKEND_F32, NULL)) continue;
        fl_network *network = fl_network_new(*backend, layers, 5, IMAGES, FL_BACKEND_F32, true, NULL);
        const char *const *fallbacks = fl_network_fallbacks(network);
        if (*backend != fl_backends()[0]) assert_string_equal(*fallbacks++, "dropout");
        assert_null(fallbacks[0]);
        fl_network_free(network);
    }
}

static void a_description_names_every_implementation(void **state)
{
    fl_text text = { 0 };
    fl_network *network = made(fl_backends()[0], fl_workload_find("mnist/simple_cnn", NULL), FL_BACKEND_F32, true);
    fl_network_describe(network, &text);
    assert_contains(text.bytes, "conv1: axpy loops; max_pool1: row loops; relu1: row loops; conv2: ");
    assert_contains(text.bytes, "dense2: axpy loops; softmax_cross_entropy: double sums");
    fl_text_free(&text);
    fl_network_free(network);
}

/* A convolution straight into the loss: its activation must be made canonical first. Its labels are among 80 classes,
 * and a ReLU that nothing takes over comes before the first parameters. */
static void a_fallback_meets_a_canonical_activation(void **state)
{
    static const fl_layer layers[] = { { .kind = FL_LAYER_RELU },
                                       { .kind = FL_LAYER_CONVOLUTION, .name = "conv", .n_out = 5, .kernel = 25 },
                                       { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY } };
    const fl_workload odd = { .layers = layers, .n_layers = 3 };
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (fl_backend_precision precision = 0; precision < FL_BACKEND_PRECISIONS; precision++) {
            if (!(*backend)->usable(precision, NULL)) continue;
            check_agreement(*backend, &odd, precision);
            check_padding(*backend, &odd, precision);
        }
}

static void a_backend_that_cannot_compute_is_refused_with_a_sentence(void **state)
{
    fl_error error;
    const fl_workload *a = fl_workload_find("mnist/mlp", NULL);
    assert_null(fl_network_new(fl_backends()[0], a->layers, a->n_layers, IMAGES, FL_BACKEND_BF16, true, &error));
    assert_string_equal(error.text, "backend 'naive' computes in f32 only, not in bf16");
    assert_int_equal(error.fault, FL_ERROR_USER);
}

/* --- memory --- */

static void assert_same_gradient(fl_network *a, fl_network *b)
{
    fl_network_forward(a);
    fl_network_backward(a, NULL, NULL);
    assert_memory_equal(fl_network_gradient(a), fl_network_gradient(b), fl_network_layout(a)->count * sizeof(float));
}

/* Whatever lies there before: what the other left, at first NaN. */
static void check_turns(const fl_backend *backend, const fl_workload *a, fl_backend_precision precision)
{
    fl_network *own = made(backend, a, precision, true), *turns[2];
    size_t bytes = 0;
    for (size_t i = 0; i < 2; i++) {
        turns[i] = fl_network_plan(backend, a->layers, a->n_layers, IMAGES, precision, !i, NULL);
        if (fl_network_working_bytes(turns[i]) > bytes) bytes = fl_network_working_bytes(turns[i]);
    }
    void *working = aligned_alloc(64, (bytes + 63) / 64 * 64);
    memset(working, 255, bytes);
    for (size_t i = 0; i < 2; i++) {
        fl_network_allocate(turns[i], working);
        fill(turns[i]);
    }
    fl_network_forward(own);
    fl_network_backward(own, NULL, NULL);
    assert_same_gradient(turns[0], own);
    fl_network_forward(turns[1]);
    assert_same_gradient(turns[0], own);
    for (size_t i = 0; i < 2; i++) fl_network_free(turns[i]);
    fl_network_free(own);
    free(working);
}

static void networks_that_take_turns_work_on_the_same_memory(void **state)
{
    everywhere(check_turns);
}

int main(void)
{
    fl_denormals_flush(); /* as a trial computes */
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        if ((*backend)->usable(FL_BACKEND_F32, NULL)) (*backend)->start(1, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_models_have_their_parameters),
        cmocka_unit_test(blocks_lie_on_multiples_of_sixteen_without_overlap),
        cmocka_unit_test(padding_is_zero_after_import_and_after_backward),
        cmocka_unit_test(import_and_export_give_back_the_same_bits),
        cmocka_unit_test(initial_values_are_the_same_on_every_backend),
        cmocka_unit_test(losses_and_gradients_agree_across_backends),
        cmocka_unit_test(a_network_for_evaluation_gives_the_same_losses),
        cmocka_unit_test(a_pass_gives_the_same_bits_again),
        cmocka_unit_test(parameters_may_change_piece_by_piece),
        cmocka_unit_test(a_parameter_that_is_not_finite_reaches_the_loss),
        cmocka_unit_test(naive_gives_the_same_bits_on_every_machine),
        cmocka_unit_test(what_falls_back_is_said_once),
        cmocka_unit_test(a_description_names_every_implementation),
        cmocka_unit_test(a_fallback_meets_a_canonical_activation),
        cmocka_unit_test(networks_that_take_turns_work_on_the_same_memory),
        cmocka_unit_test(a_backend_that_cannot_compute_is_refused_with_a_sentence),
    };
    return test_run(tests, NULL, NULL);
}
