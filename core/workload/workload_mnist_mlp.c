/* The smallest of the classical tasks; most optimizers solve it, so it tells a broken one. */
#include "workload/workload.h"

extern const fl_dataset_kind fl_dataset_mnist;

const fl_workload fl_workload_mnist_mlp = {
    .entry = { .name = "mnist/mlp", .about = "MLP 784-256-128-10 with ReLU on handwritten digits", .source = "" },
    .dataset = &fl_dataset_mnist,
    .architecture = &fl_network_mlp,
    .init = "he_normal",
};
