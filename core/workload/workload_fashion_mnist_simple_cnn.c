/* The Simple CNN of Choi et al. 2019, table of workloads: batch 256, 10,000 steps. */
#include "workload/workload.h"

extern const fl_dataset_kind fl_dataset_fashion_mnist;

const fl_workload fl_workload_fashion_mnist_simple_cnn = {
    .entry = { .name = "fashion_mnist/simple_cnn",
               .about = "the base CNN of Shallue et al. on pictures of clothing",
               .source = "Shallue et al. 2018, arXiv 1811.03600; Choi et al. 2019, arXiv 1910.05446" },
    .dataset = &fl_dataset_fashion_mnist,
    .architecture = &fl_network_simple_cnn,
    .init = "he_normal",
};
