/* Where a planned network can be cut, and what its parts are. */
#include "layer/operations.h"
#include "network/cut.h"
#include "network/network_parts.h"

size_t fl_network_n_stages(const fl_network *network)
{
    return network->graph.n_stages;
}

/* Does a stage from `stage` on read the value? */
static bool is_read_from(const fl_network_graph *graph, size_t value, size_t stage)
{
    for (size_t s = stage; s < graph->n_stages; s++)
        for (size_t k = 0; k < graph->stages[s].n_in; k++)
            if (graph->stages[s].in[k] == value) return true;
    return false;
}

/* The one value that is there before `stage` and read from it on; 0, the network's input, where there are more. */
static size_t crossing(const fl_network_graph *graph, size_t stage)
{
    size_t found = 0, n = is_read_from(graph, 0, stage);
    for (size_t v = 1; v < graph->n_values; v++) {
        if (graph->values[v].producer >= stage || !is_read_from(graph, v, stage)) continue;
        found = v;
        n++;
    }
    return n == 1 ? found : 0;
}

size_t fl_network_cuts(const fl_network *network, fl_network_cut *cuts)
{
    const fl_network_graph *graph = &network->graph;
    size_t n = 0;
    for (size_t s = 1; s < graph->n_stages; s++) {
        size_t v = crossing(graph, s);
        const fl_backend_activation *a = &graph->values[v].activation;
        if (!graph->values[v].trained) continue;
        if (cuts)
            cuts[n] = (fl_network_cut){ s, graph->stages[s].request.index, v, a->bytes,
                                        !a->layout && a->precision == FL_BACKEND_F32 };
        n++;
    }
    return n;
}

static const fl_network_stage_buffers *producer_of(const fl_network *network, const fl_network_cut *cut)
{
    return &network->buffers.stages[network->graph.values[cut->value].producer];
}

void *fl_network_cut_values(const fl_network *network, const fl_network_cut *cut)
{
    return producer_of(network, cut)->out;
}

void *fl_network_cut_gradient(const fl_network *network, const fl_network_cut *cut)
{
    return producer_of(network, cut)->d_out;
}

/* Forward, the weights' gradient, and the input's where something before is trained. */
double fl_network_part_operations(const fl_network *network, fl_network_part part)
{
    double operations = 0;
    for (size_t s = part.first; s < part.end; s++) {
        const fl_network_stage *stage = &network->graph.stages[s];
        if (stage->layer)
            operations +=
                (stage->request.needs_d_in ? 3 : 2) * fl_layer_operations(stage->layer, stage->request.in[0].shape);
    }
    return operations;
}

/* Where tensor `index` of a layout begins, or where the last one ends. */
static size_t offset_of(const fl_tensor_layout *layout, size_t index)
{
    return index < layout->n_tensors ? layout->tensors[index].offset : layout->count;
}

/* Tensors, and arrays of state, of the stages before `stage`. */
static size_t tensors_before(const fl_network *network, size_t stage)
{
    size_t n = 0;
    for (size_t s = 0; s < stage; s++) n += network->graph.stages[s].op->n_tensors;
    return n;
}

static size_t states_before(const fl_network *network, size_t stage)
{
    size_t n = 0;
    for (size_t s = 0; s < stage; s++) n += network->graph.stages[s].op->n_states;
    return n;
}

void fl_network_part_parameters(const fl_network *network, fl_network_part part, size_t *first, size_t *count)
{
    *first = offset_of(&network->layout, tensors_before(network, part.first));
    *count = offset_of(&network->layout, tensors_before(network, part.end)) - *first;
}

void fl_network_part_state(const fl_network *network, fl_network_part part, size_t *first, size_t *count)
{
    *first = offset_of(&network->state_layout, states_before(network, part.first));
    *count = offset_of(&network->state_layout, states_before(network, part.end)) - *first;
}
