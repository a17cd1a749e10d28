/* A small model on real pictures: the cost of a step is all but the arithmetic. */
#include "workload/workload.h"

extern const fl_dataset_kind fl_dataset_fashion_mnist;

const fl_workload fl_workload_fashion_mnist_mlp = {
    .entry = { .name = "fashion_mnist/mlp",
               .about = "MLP 784-256-128-10 with ReLU on pictures of clothing",
               .source = "" },
    .dataset = &fl_dataset_fashion_mnist,
    .architecture = &fl_network_mlp,
    .init = "he_normal",
};
