/* Networks that are graphs: several readers of one output, sums, shared memory; against the derivative along a line. */
#include "support/test.h"
#include "base/memory.h"
#include "base/random.h"
#include "network/network.h"

#include <math.h>

enum { EXAMPLES = 4, CLASSES = 3, MOST_LAYERS = 24 };

/* The loss at the parameters plus `along` times their gradient, which `direction` holds in the network's own layout. */
static double loss_at(fl_network *network, const float *parameters, const float *direction, double along)
{
    size_t count = fl_network_layout(network)->count;
    for (size_t i = 0; i < count; i++)
        fl_network_parameters(network)[i] = (float)(parameters[i] + along * direction[i]);
    fl_network_refresh(network, 0, count);
    fl_network_forward(network);
    return fl_network_loss(network);
}

static float *copy_of(const float *values, size_t n)
{
    float *copy = fl_memory_new(n, sizeof *copy);
    memcpy(copy, values, n * sizeof *copy);
    return copy;
}

/* |g| by the gradient and by the central difference of the loss along g/|g|; their relative distance. */
static double gradient_error(fl_network *network)
{
    size_t count = fl_network_layout(network)->count;
    double length = 0;
    fl_network_forward(network);
    fl_network_backward(network, NULL, NULL);
    float *direction = copy_of(fl_network_gradient(network), count);
    float *parameters = copy_of(fl_network_parameters(network), count);
    for (size_t i = 0; i < count; i++) length += (double)direction[i] * direction[i];
    length = sqrt(length);
    for (size_t i = 0; i < count; i++) direction[i] = (float)(direction[i] / length);
    const double step = 1e-3;
    double slope =
        (loss_at(network, parameters, direction, step) - loss_at(network, parameters, direction, -step)) / (2 * step);
    free(direction);
    free(parameters);
    return length > 0 ? fabs(slope - length) / length : fabs(slope);
}

static fl_network *made(const fl_backend *backend, const fl_layer *layers, size_t n, fl_tensor_shape in, uint64_t seed)
{
    fl_network *network = fl_network_new(backend, layers, n, in, FL_BACKEND_F32, true, NULL);
    fl_init init = { .weights = fl_init_find("he_normal", NULL), .bias = 0.1 };
    fl_random_stream stream = fl_random_stream_start(seed, "batch", 0);
    float *input = fl_memory_new(fl_tensor_shape_size(in), sizeof *input);
    for (size_t i = 0; i < fl_tensor_shape_size(in); i++) input[i] = (float)fl_random_normal(&stream);
    fl_network_init(network, &init, seed);
    fl_network_set_input(network, input);
    for (size_t i = 0; i < in.n; i++) fl_network_labels(network)[i] = (int32_t)fl_random_below(&stream, CLASSES);
    free(input);
    return network;
}

/* conv, norm, ReLU, then a block around which the ReLU is carried. */
static const fl_layer residual[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv0", .n_out = 4, .kernel = 3, .pad = 1 },
    { .kind = FL_LAYER_BATCH_NORM, .name = "bn0" },
    { .kind = FL_LAYER_TANH, .name = "tanh0" },
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv1", .n_out = 4, .kernel = 3, .pad = 1 },
    { .kind = FL_LAYER_BATCH_NORM, .name = "bn1" },
    { .kind = FL_LAYER_ADD, .n_from = 2, .from = { 5, 3 } },
    { .kind = FL_LAYER_TANH, .name = "tanh1" },
    { .kind = FL_LAYER_DENSE, .name = "dense", .n_out = CLASSES },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

static void a_block_is_differentiated(void **state)
{
    for (const fl_backend *const *b = fl_backends(); *b; b++) {
        if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
        fl_network *network =
            made(*b, residual, sizeof residual / sizeof *residual, (fl_tensor_shape){ EXAMPLES, 2, 6, 6 }, 1);
        double error = gradient_error(network);
        if (!(error < 2e-3)) fail_msg("%s: the gradient is off by %g", (*b)->entry.name, error);
        fl_network_free(network);
    }
}

/* A graph of dense layers, sums and tanh over vectors of one length: each reads any before it. What nobody reads is
 * summed up at the end, so that every layer counts. */
static size_t draw_graph(fl_layer layers[MOST_LAYERS], fl_random_stream *stream)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };
    enum { INNER = 12, WIDTH = 5 };
    bool read[INNER + 1] = { 0 };
    size_t n = 0, unread = 0;
    layers[n++] = (fl_layer){ .kind = FL_LAYER_DENSE, .name = names[0], .n_out = WIDTH };
    for (; n < INNER; n++) {
        fl_layer *layer = &layers[n];
        static const fl_layer_kind kinds[] = { FL_LAYER_DENSE, FL_LAYER_ADD, FL_LAYER_ADD, FL_LAYER_TANH };
        *layer = (fl_layer){ .kind = kinds[fl_random_below(stream, 4)], .name = names[n], .n_from = 1 };
        if (layer->kind == FL_LAYER_DENSE) layer->n_out = WIDTH;
        if (layer->kind == FL_LAYER_ADD && n < 2) layer->kind = FL_LAYER_TANH;
        layer->from[0] = 1 + fl_random_below(stream, n);
        if (layer->kind == FL_LAYER_ADD) {
            layer->n_from = 2;
            do layer->from[1] = 1 + fl_random_below(stream, n);
            while (layer->from[1] == layer->from[0]);
        }
        for (size_t k = 0; k < layer->n_from; k++) read[layer->from[k]] = true;
    }
    size_t end = n;
    for (size_t i = 1; i <= n; i++) {
        if (read[i]) continue;
        layers[end] = unread++ ? (fl_layer){ .kind = FL_LAYER_ADD, .n_from = 2, .from = { i, end } }
                               : (fl_layer){ .kind = FL_LAYER_TANH, .n_from = 1, .from = { i } };
        end++;
    }
    layers[end++] = (fl_layer){ .kind = FL_LAYER_DENSE, .name = "out", .n_out = CLASSES };
    layers[end++] = (fl_layer){ .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY };
    return end;
}

static void any_graph_is_differentiated(void **state)
{
    fl_random_stream stream = fl_random_stream_start(3, "graphs", 0);
    for (size_t i = 0; i < 200; i++) {
        fl_layer layers[2 * MOST_LAYERS];
        size_t n = draw_graph(layers, &stream);
        for (const fl_backend *const *b = fl_backends(); *b; b++) {
            if (!(*b)->usable(FL_BACKEND_F32, NULL)) continue;
            fl_network *network = made(*b, layers, n, (fl_tensor_shape){ EXAMPLES, 5, 1, 1 }, i);
            double error = gradient_error(network);
            if (!(error < 5e-3)) fail_msg("graph %zu, %s: the gradient is off by %g", i, (*b)->entry.name, error);
            fl_network_free(network);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_differentiated),
        cmocka_unit_test(any_graph_is_differentiated),
    };
    return test_run(tests, NULL, NULL);
}
