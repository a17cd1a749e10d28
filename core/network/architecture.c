/* The architectures of the paper's image workloads. */
#include "network/architecture.h"

static const fl_layer mlp[] = {
    { .kind = FL_DENSE, .name = "dense1", .n_out = 256 }, { .kind = FL_RELU },
    { .kind = FL_DENSE, .name = "dense2", .n_out = 128 }, { .kind = FL_RELU },
    { .kind = FL_DENSE, .name = "dense3", .n_out = 10 },  { .kind = FL_SOFTMAX_CROSS_ENTROPY },
};

static const fl_layer simple_cnn[] = {
    { .kind = FL_CONVOLUTION, .name = "conv1", .n_out = 32, .kernel = 5, .pad = 2 },
    { .kind = FL_RELU },
    { .kind = FL_MAX_POOL, .kernel = 2 },
    { .kind = FL_CONVOLUTION, .name = "conv2", .n_out = 64, .kernel = 5, .pad = 2 },
    { .kind = FL_RELU },
    { .kind = FL_MAX_POOL, .kernel = 2 },
    { .kind = FL_DENSE, .name = "dense1", .n_out = 1024 },
    { .kind = FL_RELU },
    { .kind = FL_DENSE, .name = "dense2", .n_out = 10 },
    { .kind = FL_SOFTMAX_CROSS_ENTROPY },
};

const fl_architecture fl_architecture_mlp = { mlp, sizeof mlp / sizeof *mlp };
const fl_architecture fl_architecture_simple_cnn = { simple_cnn, sizeof simple_cnn / sizeof *simple_cnn };
