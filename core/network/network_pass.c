/* Forward and backward walk the stages of a bound network; what they read and leave. */
#include "network/cut.h"
#include "network/network_parts.h"
#include "backend/bf16.h"
#include "base/error.h"

#include <string.h>

void fl_network_set_input(fl_network *network, const float *canonical)
{
    fl_backend_activation_fill(&network->graph.values[0].activation, canonical, network->buffers.input);
}

void fl_network_set_moment(fl_network *network, fl_backend_moment moment)
{
    network->moment = moment;
}

fl_backend_moment fl_network_moment(const fl_network *network)
{
    return network->moment;
}

void fl_network_forward_part(fl_network *network, fl_network_part part)
{
    const fl_network_stage *stages = network->graph.stages;
    for (size_t i = part.first; i < part.end; i++) stages[i].op->forward(stages[i].op);
}

void fl_network_forward(fl_network *network)
{
    fl_network_forward_part(network, (fl_network_part){ 0, network->graph.n_stages });
}

void fl_network_stage_backward(fl_network *network, size_t i, bool runs)
{
    const fl_network_stage_buffers *at = &network->buffers.stages[i];
    fl_backend_op *op = network->graph.stages[i].op;
    if (runs && op->backward) op->backward(op);
    for (size_t k = 0; k < at->n_sums; k++) fl_network_sum_run(&at->sums[k]);
}

void fl_network_backward_part(fl_network *network, fl_network_part part)
{
    for (size_t i = part.end; i-- > part.first;)
        if (network->graph.stages[i].trained) fl_network_stage_backward(network, i, true);
}

void fl_network_backward(fl_network *network, fl_network_done *done, void *user)
{
    const fl_network_graph *graph = &network->graph;
    size_t tensor = network->layout.n_tensors, end = network->layout.count;
    for (size_t i = graph->n_stages; i-- > 0;) {
        const fl_network_stage *stage = &graph->stages[i];
        if (!stage->trained) continue;
        fl_network_stage_backward(network, i, true);
        if (!stage->op->n_tensors) continue;
        size_t first = network->tensors[tensor -= stage->op->n_tensors].offset;
        if (done) done(user, first, end - first);
        end = first;
    }
}

/* Refresh where a range of the parameter buffer and a tensor overlap; `index` counts the op's tensors. */
static void refresh_tensor(fl_backend_op *op, size_t index, const fl_tensor *tensor, size_t first, size_t end)
{
    size_t from = first > tensor->offset ? first : tensor->offset;
    size_t to = end < tensor->offset + tensor->count ? end : tensor->offset + tensor->count;
    if (from < to) op->refresh(op, index, from - tensor->offset, to - from);
}

void fl_network_refresh(fl_network *network, size_t first, size_t count)
{
    const fl_tensor *tensor = network->tensors;
    for (size_t i = 0; i < network->graph.n_stages; i++) {
        fl_backend_op *op = network->graph.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++)
            if (op->refresh) refresh_tensor(op, t, tensor, first, first + count);
    }
}

double fl_network_loss(const fl_network *network)
{
    double total = 0;
    for (size_t i = 0; i < network->n_losses; i++) total += network->losses[i];
    return total / (double)network->n_losses;
}

size_t fl_network_output(const fl_network *network, float *to)
{
    const fl_network_graph *graph = &network->graph;
    const fl_network_value *value = &graph->values[graph->stages[graph->n_stages - 1].in[0]];
    const fl_backend_activation *activation = &value->activation;
    const void *from = network->buffers.stages[value->producer].out;
    size_t n = fl_tensor_shape_size(activation->shape), columns = fl_tensor_shape_columns(activation->shape);
    if (activation->layout) fl_error_die("a loss reads an activation that is not canonical");
    if (!to) return columns;
    if (activation->precision == FL_BACKEND_F32) memcpy(to, from, n * sizeof *to);
    for (size_t i = 0; activation->precision == FL_BACKEND_BF16 && i < n; i++)
        to[i] = fl_backend_float(((const uint16_t *)from)[i]);
    return columns;
}
