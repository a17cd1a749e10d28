/* What training starts from, and the state beside the parameters: running statistics, and what is carried on. */
#include "network/network_parts.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

const fl_tensor_layout *fl_network_state_layout(const fl_network *network)
{
    return &network->state_layout;
}

float *fl_network_state(fl_network *network)
{
    return network->state;
}

void fl_network_clear_carry(fl_network *network)
{
    for (size_t i = 0; i < network->state_layout.n_tensors; i++) {
        const fl_tensor *state = &network->states[i];
        if (state->start == FL_TENSOR_CARRY)
            memset(network->state + state->offset, 0, state->n_values * sizeof *network->state);
    }
}

void fl_network_copy_statistics(fl_network *to, const fl_network *from, const float *values)
{
    if (!values) values = from->state;
    for (size_t i = 0; i < to->state_layout.n_tensors; i++) {
        const fl_tensor *state = &to->states[i];
        if (state->start != FL_TENSOR_CARRY)
            memcpy(to->state + state->offset, values + from->states[i].offset, state->n_values * sizeof *to->state);
    }
}

size_t fl_network_export_statistics(const fl_network *network, float *to)
{
    size_t n = 0;
    for (size_t i = 0; i < network->state_layout.n_tensors; i++) {
        const fl_tensor *state = &network->states[i];
        if (state->start == FL_TENSOR_CARRY) continue;
        if (to) memcpy(to + n, network->state + state->offset, state->n_values * sizeof *to);
        n += state->n_values;
    }
    return n;
}

void fl_network_clear_state(fl_network *network)
{
    for (size_t i = 0; i < network->state_layout.n_tensors; i++) {
        const fl_tensor *state = &network->states[i];
        for (size_t k = 0; k < state->n_values; k++) network->state[state->offset + k] = state->start == FL_TENSOR_ONE;
    }
}

/* The layer that a tensor belongs to. */
static const fl_layer *layer_of(const fl_network *network, size_t tensor)
{
    const fl_network_stage *stage = network->graph.stages;
    while (tensor >= stage->op->n_tensors) tensor -= stage++->op->n_tensors;
    return stage->layer;
}

/* Where its layer says. */
static void init_start(const fl_network *network, size_t index, float *canonical)
{
    for (size_t i = 0; i < 2; i++) canonical[i] = (float)layer_of(network, index)->start[i];
}

static const fl_init *own_init(const fl_network *network, size_t index, const fl_init *init)
{
    const fl_layer *layer = layer_of(network, index);
    return layer->init ? layer->init : init;
}

void fl_network_init(fl_network *network, const fl_init *init, uint64_t seed)
{
    float *canonical = fl_memory_new(network->layout.n_parameters, sizeof *canonical), *end = canonical;
    for (size_t i = 0; i < network->layout.n_tensors; i++) {
        const fl_tensor *tensor = &network->tensors[i];
        if (tensor->start == FL_TENSOR_START)
            init_start(network, i, end);
        else
            fl_init_tensor(own_init(network, i, init), tensor, i, seed, end);
        end += tensor->n_values;
    }
    fl_network_import(network, canonical);
    fl_network_clear_state(network);
    free(canonical);
}
