/* Plan and bind a chain of layers with buffers of their own for every activation, and run it once, so that values and
 * gradients are real. */
#include "speed/kernels/model.h"
#include "network/graph.h"
#include "init/init.h"

#include <string.h>

enum { SEED = 1 };

struct open_model {
    model_choice choice;
    fl_arena *arena; /* owns all memory, the model's own included */
    fl_network_graph graph;
    fl_backend_buffers *buffers; /* one per stage */
};

/* --- making one --- */

/* Tensors of `op`, initialised as numbers `tensor` and on of the model. */
static void lend_tensors(const fl_backend_op *op, size_t tensor, fl_arena *arena, fl_backend_buffers *buffers)
{
    const fl_init init = { .weights = fl_init_find("he_normal", NULL) };
    for (size_t t = 0; t < op->n_tensors; t++) {
        const fl_tensor *block = &op->tensors[t];
        float *canonical = fl_arena_floats(arena, block->n_values), *own = fl_arena_floats(arena, block->count);
        fl_init_tensor(&init, block, tensor + t, SEED, canonical);
        op->import(op, t, canonical, own);
        buffers->param[t] = own;
        buffers->grad[t] = fl_arena_floats(arena, block->count);
    }
}

/* Pixels between 0 and 1, every class in turn. */
static void make_batch(fl_arena *arena, const fl_backend_activation *in, void **input, int32_t **labels)
{
    fl_random_stream stream = fl_random_stream_start(SEED, "pixels", 0);
    float *pixels = fl_arena_floats(arena, fl_tensor_shape_size(in->shape));
    *input = fl_arena_bytes(arena, in->bytes);
    *labels = fl_arena_bytes(arena, in->shape.n * sizeof **labels);
    for (size_t i = 0; i < fl_tensor_shape_size(in->shape); i++) pixels[i] = (float)fl_random_uniform(&stream);
    fl_backend_activation_fill(in, pixels, *input);
    for (size_t i = 0; i < in->shape.n; i++) (*labels)[i] = (int32_t)(i % 10);
}

static void bind(open_model *model)
{
    fl_arena *arena = model->arena;
    size_t batch = model->choice.in.n, tensor = 0;
    void *input;
    int32_t *labels;
    make_batch(arena, &model->graph.values[0].activation, &input, &labels);
    fl_backend_buffers buffers = { .in = { input }, .labels = labels };
    buffers.losses = fl_arena_floats(arena, batch);
    buffers.errors = fl_arena_floats(arena, batch);
    for (size_t i = 0; i < model->graph.n_stages; i++) {
        fl_backend_op *op = model->graph.stages[i].op;
        fl_backend_buffers *own = &model->buffers[i];
        *own = buffers;
        own->out = fl_arena_bytes(arena, op->out.bytes);
        own->d_out = fl_arena_bytes(arena, op->out.bytes);
        own->workspace = fl_arena_bytes(arena, op->workspace_bytes);
        own->scratch = fl_arena_bytes(arena, op->scratch_bytes);
        lend_tensors(op, tensor, arena, own);
        op->bind(op, own);
        fl_backend_op_refresh(op);
        tensor += op->n_tensors;
        buffers.in[0] = own->out;
        buffers.d_in[0] = own->d_out;
    }
}

static void run_once(const fl_network_graph *graph)
{
    for (size_t i = 0; i < graph->n_stages; i++) graph->stages[i].op->forward(graph->stages[i].op);
    for (size_t i = graph->n_stages; i-- > 0;)
        if (graph->stages[i].trained) graph->stages[i].op->backward(graph->stages[i].op);
}

static open_model *make(const model_choice *choice)
{
    fl_arena *arena = fl_arena_new();
    open_model *model = fl_arena_bytes(arena, sizeof *model);
    model->choice = *choice;
    model->arena = arena;
    model->graph = fl_network_graph_plan(arena, choice->backend, choice->workload->layers, choice->workload->n_layers,
                                         choice->in, choice->precision, true);
    model->buffers = fl_arena_bytes(arena, model->graph.n_stages * sizeof *model->buffers);
    bind(model);
    run_once(&model->graph);
    return model;
}

static void unmake(open_model *model)
{
    fl_network_graph_free(&model->graph);
    fl_arena_free(model->arena);
}

static bool same(const model_choice *a, const model_choice *b)
{
    return a->workload == b->workload && a->backend == b->backend && a->precision == b->precision &&
           !memcmp(&a->in, &b->in, sizeof a->in);
}

const open_model *model_get(const model_choice *choice)
{
    static open_model *kept;
    if (kept && same(&kept->choice, choice)) return kept;
    if (kept) unmake(kept);
    return kept = make(choice);
}

/* --- one layer of it --- */

/* The stage of a layer. Kinds may change places in a graph (a ReLU and its pool), layers of one kind may not. */
static size_t stage_of(const open_model *model, size_t layer)
{
    const fl_layer *layers = model->choice.workload->layers;
    const fl_network_stage *stages = model->graph.stages;
    size_t before = 0, stage = 0;
    for (size_t i = 0; i < layer; i++) before += layers[i].kind == layers[layer].kind;
    for (; stage < model->graph.n_stages; stage++)
        if (stages[stage].layer && stages[stage].layer->kind == layers[layer].kind && before-- == 0) return stage;
    fl_error_die("layer %zu has no stage of its own", layer);
}

static fl_backend_request request_of(const open_model *model, size_t stage, bool needs_d_in)
{
    const fl_backend_op *op = model->graph.stages[stage].op;
    return (fl_backend_request){
        .layer = model->graph.stages[stage].layer,
        .n_in = 1,
        .in = { model->graph.values[model->graph.stages[stage].in[0]].activation },
        .precision = model->choice.precision,
        .training = true,
        .needs_d_in = needs_d_in,
        .relu_next = op->fused_relu,
        .canonical_next = !op->out.layout,
    };
}

fl_backend_op *model_layer(const open_model *model, size_t layer, bool needs_d_in, fl_arena *arena)
{
    bool fallback;
    size_t stage = stage_of(model, layer);
    fl_backend_request request = request_of(model, stage, needs_d_in);
    fl_backend_op *op = fl_backend_plan(model->choice.backend, &request, &fallback);
    const fl_backend_buffers *met = &model->buffers[stage];
    fl_backend_buffers own = { .in = { met->in[0] } };
    if (needs_d_in) own.d_in[0] = fl_arena_bytes(arena, request.in[0].bytes);
    own.scratch = fl_arena_bytes(arena, op->scratch_bytes);
    own.out = fl_arena_bytes(arena, op->out.bytes);
    own.d_out = fl_arena_bytes(arena, op->out.bytes);
    own.workspace = fl_arena_bytes(arena, op->workspace_bytes);
    lend_tensors(op, 0, arena, &own);
    op->bind(op, &own);
    fl_backend_op_refresh(op);
    op->forward(op);
    if (op->out.bytes == model->graph.stages[stage].op->out.bytes) memcpy(own.d_out, met->d_out, op->out.bytes);
    return op;
}
