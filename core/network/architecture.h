/* The models that several workloads share, as lists of layers. */
#ifndef FL_NETWORK_ARCHITECTURE_H
#define FL_NETWORK_ARCHITECTURE_H

#include "layer/layer.h"

typedef struct fl_network_architecture {
    const fl_layer *layers; /* the last one is the loss */
    size_t n_layers;
} fl_network_architecture;

/* 784-256-128-10 with ReLU: dense1, dense2, dense3; 235,146 parameters on 28x28x1. */
extern const fl_network_architecture fl_network_mlp;

/* The "base" CNN of Shallue et al. 2018: conv1 5x5x32 same, ReLU, pool 2, conv2 5x5x64 same, ReLU, pool 2, dense1 1024,
 * ReLU, dense2 10; 3,274,634 parameters on 28x28x1. */
extern const fl_network_architecture fl_network_simple_cnn;

#endif
