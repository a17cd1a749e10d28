/* Lay out parameters, state and memory for a planned graph, and bind its stages to them once. */
#include "network/network_parts.h"
#include "base/arena.h"
#include "backend/bf16.h"

#include <string.h>

static void add_tensor(fl_tensor_layout *layout, fl_tensor *tensors, const fl_tensor *tensor)
{
    fl_tensor *placed = &tensors[layout->n_tensors++];
    *placed = *tensor;
    placed->offset = layout->count;
    layout->n_parameters += placed->n_values;
    layout->count += (placed->count + FL_TENSOR_ALIGNMENT - 1) / FL_TENSOR_ALIGNMENT * FL_TENSOR_ALIGNMENT;
}

/* The weight of the last layer with tensors. */
static void mark_output(fl_network *network)
{
    size_t first = network->layout.n_tensors;
    for (size_t i = network->graph.n_stages; i-- > 0 && first == network->layout.n_tensors;)
        first -= network->graph.stages[i].op->n_tensors;
    if (first < network->layout.n_tensors && network->tensors[first].role == FL_TENSOR_MATRIX)
        network->tensors[first].role = FL_TENSOR_OUTPUT;
}

enum { PAGE = 4096, NEAR = 320 };

/* `bytes` on pages of their own, from byte `into` of the first. */
static float *whole_pages(fl_arena *arena, size_t bytes, size_t into)
{
    size_t all = (into + bytes + PAGE - 1) / PAGE * PAGE;
    uintptr_t piece = (uintptr_t)fl_arena_bytes(arena, all + PAGE);
    return (float *)((piece + PAGE - 1) / PAGE * PAGE + into);
}

/* Both begin in their pages as if the gradient lay behind the parameters, so that one memory that other processes see
 * can take their place (client/client.h); unless they would begin too near each other in a page: a processor takes a
 * load for the repetition of a store at the same place of another page. */
static void allocate_parameters(fl_network *network)
{
    size_t bytes = network->layout.count * sizeof(float), into = bytes % PAGE;
    if (into < NEAR || into > PAGE - NEAR) into = NEAR;
    network->parameters = whole_pages(network->arena, bytes, 0);
    network->state = fl_arena_floats(network->arena, network->state_layout.count);
    if (network->training) network->gradient = whole_pages(network->arena, bytes, into);
}

static void lay_out_parameters(fl_network *network)
{
    const fl_network_graph *graph = &network->graph;
    network->layout.tensors = network->tensors =
        fl_arena_bytes(network->arena, graph->n_tensors * sizeof *network->tensors);
    network->state_layout.tensors = network->states =
        fl_arena_bytes(network->arena, graph->n_states * sizeof *network->states);
    for (size_t i = 0; i < graph->n_stages; i++) {
        const fl_backend_op *op = graph->stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++) add_tensor(&network->layout, network->tensors, &op->tensors[t]);
        for (size_t t = 0; t < op->n_states; t++) add_tensor(&network->state_layout, network->states, &op->states[t]);
    }
    mark_output(network);
}

static const fl_network_stage *loss_stage(const fl_network *network)
{
    return &network->graph.stages[network->graph.n_stages - 1];
}

/* What the loss reads and writes beside its input: of a classifier a row per example or position, else per example. */
static void make_ends(fl_network *network)
{
    const fl_network_stage *loss = loss_stage(network);
    fl_tensor_shape in = network->graph.values[loss->in[0]].activation.shape;
    bool rows = loss->layer->kind == FL_LAYER_SOFTMAX_CROSS_ENTROPY;
    network->n_losses = rows ? fl_tensor_shape_rows(in) : in.n;
    network->n_targets = fl_layer_predicts_numbers(loss->layer) ? fl_tensor_shape_size(in) : 0;
    network->labels = fl_arena_bytes(network->arena, network->n_losses * sizeof *network->labels);
    network->targets = fl_arena_floats(network->arena, network->n_targets);
    network->losses = fl_arena_floats(network->arena, network->n_losses);
    network->errors = fl_arena_floats(network->arena, network->n_losses);
}

static size_t largest_scratch(const fl_network_graph *graph)
{
    size_t most = 0;
    for (size_t i = 0; i < graph->n_stages; i++)
        if (graph->stages[i].op->scratch_bytes > most) most = graph->stages[i].op->scratch_bytes;
    return most;
}

static void bind_tensors(fl_network *network, const fl_backend_op *op, const fl_tensor *tensor, const fl_tensor *state,
                         fl_backend_buffers *buffers)
{
    for (size_t t = 0; t < op->n_tensors; t++) {
        buffers->param[t] = network->parameters + tensor[t].offset;
        if (network->training) buffers->grad[t] = network->gradient + tensor[t].offset;
    }
    for (size_t t = 0; t < op->n_states; t++) buffers->state[t] = network->state + state[t].offset;
}

static fl_backend_buffers stage_buffers(fl_network *network, size_t i, void *scratch)
{
    const fl_network_graph *graph = &network->graph;
    const fl_network_stage *stage = &graph->stages[i];
    const fl_network_stage_buffers *at = &network->buffers.stages[i];
    fl_backend_buffers buffers = {
        .out = at->out,
        .d_out = at->d_out,
        .workspace = at->workspace,
        .scratch = scratch,
        .moment = &network->moment,
        .labels = network->labels,
        .targets = network->targets,
        .losses = network->losses,
        .errors = network->errors,
    };
    for (size_t k = 0; k < stage->n_in; k++) {
        const fl_network_value *value = &graph->values[stage->in[k]];
        buffers.in[k] = stage->in[k] ? network->buffers.stages[value->producer].out : network->buffers.input;
        buffers.d_in[k] = at->d_in[k];
    }
    return buffers;
}

static void bind_stages(fl_network *network, char *working)
{
    const fl_network_graph *graph = &network->graph;
    const fl_tensor *tensor = network->tensors, *state = network->states;
    if (!working) working = fl_arena_bytes(network->arena, fl_network_working_bytes(network));
    network->buffers = fl_network_buffers_lay_out(network->arena, graph, network->training, working);
    void *scratch = working + network->buffers.bytes;
    for (size_t i = 0; i < graph->n_stages; i++) {
        fl_backend_op *op = graph->stages[i].op;
        fl_backend_buffers buffers = stage_buffers(network, i, scratch);
        bind_tensors(network, op, tensor, state, &buffers);
        op->bind(op, &buffers);
        tensor += op->n_tensors;
        state += op->n_states;
    }
}

fl_network *fl_network_plan(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_tensor_shape in,
                            fl_backend_precision precision, bool training, fl_error *error)
{
    if (!backend->usable(precision, error)) return NULL;
    fl_arena *arena = fl_arena_new();
    fl_network *network = fl_arena_bytes(arena, sizeof *network);
    network->arena = arena;
    network->training = training;
    network->in = in;
    network->graph = fl_network_graph_plan(arena, backend, layers, n_layers, in, precision, training);
    lay_out_parameters(network);
    return network;
}

size_t fl_network_working_bytes(const fl_network *network)
{
    return fl_network_buffers_bytes(&network->graph, network->training) + largest_scratch(&network->graph);
}

double fl_network_missing_bytes(const fl_network *network)
{
    const fl_network_graph *graph = &network->graph;
    size_t arrays = network->training ? 2 : 1;
    if (network->parameters) return 0;
    double bytes = (double)sizeof(float) * (double)(arrays * network->layout.count + network->state_layout.count);
    bytes += (double)fl_network_working_bytes(network) + (double)graph->values[0].activation.bytes;
    for (size_t i = 0; i < graph->n_stages; i++) bytes += (double)graph->stages[i].op->workspace_bytes;
    return bytes;
}

void fl_network_keep_values(fl_network *network)
{
    network->graph.keeps = true;
}

bool fl_network_keeps_values(const fl_network *network)
{
    return network->graph.keeps;
}

void fl_network_allocate(fl_network *network, void *working)
{
    if (network->parameters) return;
    allocate_parameters(network);
    make_ends(network);
    bind_stages(network, working);
}

fl_network *fl_network_new(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_tensor_shape in,
                           fl_backend_precision precision, bool training, fl_error *error)
{
    fl_network *network = fl_network_plan(backend, layers, n_layers, in, precision, training, error);
    if (network) fl_network_allocate(network, NULL);
    return network;
}

void fl_network_free(fl_network *network)
{
    if (!network) return;
    fl_network_graph_free(&network->graph);
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
    return network->buffers.input;
}

fl_backend_precision fl_network_input_precision(const fl_network *network)
{
    return network->graph.values[0].activation.precision;
}

void fl_network_input_floats(const fl_network *network, void *to, size_t n)
{
    const uint16_t *halves = network->buffers.input;
    bool f32 = fl_network_input_precision(network) == FL_BACKEND_F32;
    if (f32) memcpy(to, network->buffers.input, n * sizeof(float));
    for (size_t i = 0; !f32 && i < n; i++) ((float *)to)[i] = fl_backend_float(halves[i]);
}

int32_t *fl_network_labels(fl_network *network)
{
    return network->labels;
}

const float *fl_network_losses(const fl_network *network)
{
    return network->losses;
}

const float *fl_network_errors(const fl_network *network)
{
    return network->errors;
}

size_t fl_network_n_losses(const fl_network *network)
{
    return network->n_losses;
}

float *fl_network_targets(fl_network *network)
{
    return network->n_targets ? network->targets : NULL;
}

size_t fl_network_n_targets(const fl_network *network)
{
    return network->n_targets;
}

const fl_layer *fl_network_loss_layer(const fl_network *network)
{
    return loss_stage(network)->layer;
}

const char *const *fl_network_fallbacks(const fl_network *network)
{
    return network->graph.fallbacks;
}

void fl_network_describe(const fl_network *network, fl_text *text)
{
    for (size_t i = 0; i < network->graph.n_stages; i++) {
        if (i) fl_text_add(text, "; ");
        fl_network_stage_describe(&network->graph.stages[i], text);
    }
}
