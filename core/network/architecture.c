/* The architectures of the paper's image workloads. */
#include "network/architecture.h"

static const fl_layer mlp[] = {
    { .kind = FL_LAYER_DENSE, .name = "dense1", .n_out = 256 }, { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DENSE, .name = "dense2", .n_out = 128 }, { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DENSE, .name = "dense3", .n_out = 10 },  { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

static const fl_layer simple_cnn[] = {
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv1", .n_out = 32, .kernel = 5, .pad = 2 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_MAX_POOL, .kernel = 2 },
    { .kind = FL_LAYER_CONVOLUTION, .name = "conv2", .n_out = 64, .kernel = 5, .pad = 2 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_MAX_POOL, .kernel = 2 },
    { .kind = FL_LAYER_DENSE, .name = "dense1", .n_out = 1024 },
    { .kind = FL_LAYER_RELU },
    { .kind = FL_LAYER_DENSE, .name = "dense2", .n_out = 10 },
    { .kind = FL_LAYER_SOFTMAX_CROSS_ENTROPY },
};

const fl_network_architecture fl_network_mlp = { mlp, sizeof mlp / sizeof *mlp };
const fl_network_architecture fl_network_simple_cnn = { simple_cnn, sizeof simple_cnn / sizeof *simple_cnn };
