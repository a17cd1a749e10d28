/* Lay out parameters and memory for a planned chain, bind once; then forward and backward walk its ops.
 *
 * When training, every activation keeps its values until backward has used them, and their gradients share two
 * buffers in turn: a gradient is read by one op only. Forward alone lets the values share two buffers in the same way.
 */
#include "network/network.h"
#include "base/arena.h"
#include "base/memory.h"
#include "network/chain.h"

#include <stdlib.h>
#include <string.h>

struct fl_network {
    fl_arena *arena; /* owns all memory, the network's own included */
    fl_network_chain chain;
    bool training;
    fl_tensor_shape in;
    fl_tensor_layout layout;
    fl_tensor *tensors;
    void *input;
    float *parameters, *gradient, *losses;
    int32_t *labels;
    uint8_t *wrong;
};

static void add_tensor(fl_network *network, const fl_tensor *tensor)
{
    fl_tensor_layout *layout = &network->layout;
    fl_tensor *placed = &network->tensors[layout->n_tensors++];
    *placed = *tensor;
    placed->offset = layout->count;
    layout->n_parameters += placed->n_values;
    layout->count += (placed->count + FL_TENSOR_ALIGNMENT - 1) / FL_TENSOR_ALIGNMENT * FL_TENSOR_ALIGNMENT;
}

/* The weight of the last layer with tensors. */
static void mark_output(fl_network *network)
{
    size_t first = network->layout.n_tensors;
    for (size_t i = network->chain.n_stages; i-- > 0 && first == network->layout.n_tensors;)
        first -= network->chain.stages[i].op->n_tensors;
    if (first < network->layout.n_tensors && network->tensors[first].role == FL_TENSOR_MATRIX)
        network->tensors[first].role = FL_TENSOR_OUTPUT;
}

static void lay_out_parameters(fl_network *network)
{
    const fl_network_chain *chain = &network->chain;
    network->tensors = fl_arena_bytes(network->arena, chain->n_tensors * sizeof *network->tensors);
    network->layout.tensors = network->tensors;
    for (size_t i = 0; i < chain->n_stages; i++)
        for (size_t t = 0; t < chain->stages[i].op->n_tensors; t++)
            add_tensor(network, &chain->stages[i].op->tensors[t]);
    mark_output(network);
    network->parameters = fl_arena_floats(network->arena, network->layout.count);
    if (network->training) network->gradient = fl_arena_floats(network->arena, network->layout.count);
}

static void make_ends(fl_network *network)
{
    network->input = fl_arena_bytes(network->arena, network->chain.in.bytes);
    network->labels = fl_arena_bytes(network->arena, network->in.n * sizeof *network->labels);
    network->losses = fl_arena_floats(network->arena, network->in.n);
    network->wrong = fl_arena_bytes(network->arena, network->in.n);
}

/* Two buffers that the outputs of the stages from `first` on take in turn. */
static void make_pair(fl_network *network, size_t first, void *pair[2])
{
    size_t bytes[2] = { 0, 0 };
    for (size_t i = first; i < network->chain.n_stages; i++) {
        size_t wanted = network->chain.stages[i].op->out.bytes;
        if (wanted > bytes[i % 2]) bytes[i % 2] = wanted;
    }
    for (size_t i = 0; i < 2; i++) pair[i] = fl_arena_bytes(network->arena, bytes[i]);
}

static void bind_tensors(fl_network *network, const fl_backend_op *op, size_t first_tensor, fl_backend_buffers *buffers)
{
    for (size_t t = 0; t < op->n_tensors; t++) {
        size_t offset = network->tensors[first_tensor + t].offset;
        buffers->param[t] = network->parameters + offset;
        if (network->training) buffers->grad[t] = network->gradient + offset;
    }
}

static void bind_stages(fl_network *network)
{
    const fl_network_chain *chain = &network->chain;
    void *gradients[2] = { 0 }, *values[2] = { 0 };
    if (network->training)
        make_pair(network, chain->first_trained, gradients);
    else
        make_pair(network, 0, values);
    const void *in = network->input;
    for (size_t i = 0, first_tensor = 0; i < chain->n_stages; i++) {
        fl_backend_op *op = chain->stages[i].op;
        fl_backend_buffers buffers = {
            .in = in,
            .out = network->training ? fl_arena_bytes(network->arena, op->out.bytes) : values[i % 2],
            .d_in = i > chain->first_trained ? gradients[(i - 1) % 2] : NULL,
            .d_out = gradients[i % 2],
            .workspace = fl_arena_bytes(network->arena, op->workspace_bytes),
            .labels = network->labels,
            .losses = network->losses,
            .wrong = network->wrong,
        };
        bind_tensors(network, op, first_tensor, &buffers);
        op->bind(op, &buffers);
        first_tensor += op->n_tensors;
        in = buffers.out;
    }
}

fl_network *fl_network_new(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_tensor_shape in,
                           fl_backend_precision precision, bool training, fl_error *error)
{
    if (!backend->usable(precision, error)) return NULL;
    fl_arena *arena = fl_arena_new();
    fl_network *network = fl_arena_bytes(arena, sizeof *network);
    network->arena = arena;
    network->training = training;
    network->in = in;
    network->chain = fl_network_chain_plan(arena, backend, layers, n_layers, in, precision, training);
    lay_out_parameters(network);
    make_ends(network);
    bind_stages(network);
    return network;
}

void fl_network_free(fl_network *network)
{
    if (!network) return;
    fl_network_chain_free(&network->chain);
    fl_arena_free(network->arena);
}

fl_tensor_shape fl_network_in(const fl_network *network)
{
    return network->in;
}

const fl_tensor_layout *fl_network_layout(const fl_network *network)
{
    return &network->layout;
}

float *fl_network_parameters(fl_network *network)
{
    return network->parameters;
}

float *fl_network_gradient(fl_network *network)
{
    return network->gradient;
}

void *fl_network_input(fl_network *network)
{
    return network->input;
}

fl_backend_precision fl_network_input_precision(const fl_network *network)
{
    return network->chain.in.precision;
}

void fl_network_set_input(fl_network *network, const float *canonical)
{
    fl_backend_activation_fill(&network->chain.in, canonical, network->input);
}

int32_t *fl_network_labels(fl_network *network)
{
    return network->labels;
}

const float *fl_network_losses(const fl_network *network)
{
    return network->losses;
}

const uint8_t *fl_network_wrong(const fl_network *network)
{
    return network->wrong;
}

void fl_network_forward(fl_network *network)
{
    const fl_network_chain *chain = &network->chain;
    for (size_t i = 0; i < chain->n_stages; i++) chain->stages[i].op->forward(chain->stages[i].op);
}

void fl_network_backward(fl_network *network, fl_network_done *done, void *user)
{
    const fl_network_chain *chain = &network->chain;
    size_t tensor = network->layout.n_tensors, end = network->layout.count;
    for (size_t i = chain->n_stages; i-- > chain->first_trained;) {
        fl_backend_op *op = chain->stages[i].op;
        op->backward(op);
        if (!op->n_tensors) continue;
        size_t first = network->tensors[tensor -= op->n_tensors].offset;
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
    for (size_t i = 0; i < network->chain.n_stages; i++) {
        fl_backend_op *op = network->chain.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++)
            if (op->refresh) refresh_tensor(op, t, tensor, first, first + count);
    }
}

double fl_network_loss(const fl_network *network)
{
    double total = 0;
    for (size_t i = 0; i < network->in.n; i++) total += network->losses[i];
    return total / (double)network->in.n;
}

void fl_network_import(fl_network *network, const float *canonical)
{
    const fl_tensor *tensor = network->tensors;
    for (size_t i = 0; i < network->chain.n_stages; i++) {
        fl_backend_op *op = network->chain.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++) {
            op->import(op, t, canonical, network->parameters + tensor->offset);
            canonical += tensor->n_values;
        }
        fl_backend_op_refresh(op);
    }
}

void fl_network_export(const fl_network *network, float *canonical)
{
    const fl_tensor *tensor = network->tensors;
    for (size_t i = 0; i < network->chain.n_stages; i++) {
        const fl_backend_op *op = network->chain.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++) {
            op->export(op, t, network->parameters + tensor->offset, canonical);
            canonical += tensor->n_values;
        }
    }
}

void fl_network_import_canonical(fl_network *network, const fl_tensor_layout *from, const float *values)
{
    for (size_t i = 0, tensor = 0; i < network->chain.n_stages; i++) {
        fl_backend_op *op = network->chain.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++)
            op->import(op, t, values + from->tensors[tensor].offset,
                       network->parameters + network->tensors[tensor].offset);
        fl_backend_op_refresh(op);
    }
}

static void export_canonical(const fl_network *network, const float *native, const fl_tensor_layout *to, float *values)
{
    for (size_t i = 0, tensor = 0; i < network->chain.n_stages; i++) {
        const fl_backend_op *op = network->chain.stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++)
            op->export(op, t, native + network->tensors[tensor].offset, values + to->tensors[tensor].offset);
    }
}

void fl_network_export_canonical(const fl_network *network, const fl_tensor_layout *to, float *values)
{
    export_canonical(network, network->parameters, to, values);
}

void fl_network_export_gradient(const fl_network *network, const fl_tensor_layout *to, float *values)
{
    export_canonical(network, network->gradient, to, values);
}

void fl_network_init(fl_network *network, const fl_init *init, uint64_t seed)
{
    float *canonical = fl_memory_new(network->layout.n_parameters, sizeof *canonical), *end = canonical;
    for (size_t i = 0; i < network->layout.n_tensors; i++) {
        fl_init_tensor(init, &network->tensors[i], i, seed, end);
        end += network->tensors[i].n_values;
    }
    fl_network_import(network, canonical);
    free(canonical);
}

const char *const *fl_network_fallbacks(const fl_network *network)
{
    return network->chain.fallbacks;
}

void fl_network_describe(const fl_network *network, fl_text *text)
{
    for (size_t i = 0; i < network->chain.n_stages; i++) {
        if (i) fl_text_add(text, "; ");
        fl_network_stage_describe(&network->chain.stages[i], text);
    }
}
