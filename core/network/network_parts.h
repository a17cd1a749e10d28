/* What a network is made of, for the files of this folder alone. */
#ifndef FL_NETWORK_NETWORK_PARTS_H
#define FL_NETWORK_NETWORK_PARTS_H

#include "network/buffers.h"
#include "network/graph.h"
#include "network/network.h"

struct fl_network {
    fl_arena *arena; /* owns all memory, the network's own included */
    fl_network_graph graph;
    fl_network_buffers buffers;
    bool training;
    fl_tensor_shape in;
    fl_tensor_layout layout, state_layout;
    fl_tensor *tensors, *states;
    float *parameters, *gradient, *state;
    fl_backend_moment moment;
    size_t n_losses, n_targets;
    int32_t *labels;
    float *targets, *losses, *errors;
};

/* Backward of one stage (without `runs` the op has done its part), and the sums of gradients that follow it. */
void fl_network_stage_backward(fl_network *network, size_t stage, bool runs);

#endif
