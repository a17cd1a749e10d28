/* The "Simple CNN on MNIST" of Shallue et al. 2018. */
#include "workload/workload.h"

extern const fl_dataset_kind fl_dataset_mnist;

const fl_workload fl_workload_mnist_simple_cnn = {
    .entry = { .name = "mnist/simple_cnn",
               .about = "the base CNN of Shallue et al. on handwritten digits",
               .source = "Shallue et al. 2018, arXiv 1811.03600" },
    .dataset = &fl_dataset_mnist,
    .architecture = &fl_network_simple_cnn,
    .init = "he_normal",
};
