/* From layers to ops: which op fuses a ReLU, where naive is the fallback, and where it needs its input made canonical.
 */
#include "network/chain.h"

#include <string.h>

/* What is fixed while the chain grows, and its open end. */
typedef struct plan {
    fl_network_chain chain;
    const fl_backend *backend;
    const fl_layer *layers;
    size_t n_layers;
    fl_backend_precision precision;
    bool training;
    fl_backend_activation activation;
} plan;

static bool is_kind(const plan *p, size_t i, fl_layer_kind kind)
{
    return i < p->n_layers && p->layers[i].kind == kind;
}

/* The layer that is planned in place `i`, NULL beyond the last. A ReLU right before a max-pool is planned after it: the
 * results are the same bits, since the largest of rectified numbers is the rectified largest and a window without a
 * positive number passes no gradient on either way, and there is less left to rectify. */
static const fl_layer *layer_at(const plan *p, size_t i)
{
    if (is_kind(p, i, FL_LAYER_RELU) && is_kind(p, i + 1, FL_LAYER_MAX_POOL)) return &p->layers[i + 1];
    if (is_kind(p, i, FL_LAYER_MAX_POOL) && is_kind(p, i - 1, FL_LAYER_RELU)) return &p->layers[i - 1];
    return i < p->n_layers ? &p->layers[i] : NULL;
}

static bool is_relu(const plan *p, size_t i)
{
    const fl_layer *layer = layer_at(p, i);
    return layer && layer->kind == FL_LAYER_RELU;
}

static bool is_fallback(const plan *p, size_t i)
{
    const fl_layer *layer = layer_at(p, i);
    return layer && !p->backend->plan[layer->kind];
}

static void add_stage(plan *p, fl_backend_op *op, const fl_layer *layer)
{
    fl_network_chain *chain = &p->chain;
    if (!chain->n_tensors) chain->first_trained = chain->n_stages;
    chain->n_tensors += op->n_tensors;
    chain->stages[chain->n_stages++] = (fl_network_stage){ op, layer };
    p->activation = op->out;
}

static void note_fallback(fl_network_chain *chain, const char *word)
{
    size_t i = 0;
    while (chain->fallbacks[i] && chain->fallbacks[i] != word) i++;
    chain->fallbacks[i] = word;
}

static fl_backend_request request_at(const plan *p, size_t i)
{
    bool relu_next = is_relu(p, i + 1);
    return (fl_backend_request){
        .layer = layer_at(p, i),
        .in = p->activation,
        .precision = p->precision,
        .training = p->training,
        .needs_d_in = p->training && p->chain.n_tensors > 0,
        .relu_next = relu_next,
        .canonical_next = is_fallback(p, i + 1 + relu_next),
    };
}

/* The change that the op about to be planned with `request` needs before it. */
static void make_canonical(plan *p, fl_backend_request request)
{
    request.layer = NULL;
    add_stage(p, p->backend->to_canonical(&request), NULL);
}

/* Plan what stands in place `i`; returns how many places that took care of. */
static size_t plan_at(plan *p, size_t i)
{
    bool fallback;
    if (is_fallback(p, i) && p->activation.layout) make_canonical(p, request_at(p, i));
    fl_backend_request request = request_at(p, i);
    fl_backend_op *op = fl_backend_plan(p->backend, &request, &fallback);
    if (fallback) note_fallback(&p->chain, fl_layer_word(request.layer->kind));
    add_stage(p, op, request.layer);
    return op->fused_relu ? 2 : 1;
}

/* Examples come as the first layer reads them; naive, where it is the fallback, reads floats. */
static fl_backend_activation examples_activation(const plan *p, fl_tensor_shape shape)
{
    fl_backend_precision precision = is_fallback(p, 0) ? FL_BACKEND_F32 : p->backend->examples[p->precision];
    size_t size = precision == FL_BACKEND_BF16 ? sizeof(uint16_t) : sizeof(float);
    return (
        fl_backend_activation){ .shape = shape, .bytes = fl_tensor_shape_size(shape) * size, .precision = precision };
}

fl_network_chain fl_network_chain_plan(fl_arena *arena, const fl_backend *backend, const fl_layer *layers,
                                       size_t n_layers, fl_tensor_shape in, fl_backend_precision precision,
                                       bool training)
{
    fl_layer *own = fl_arena_bytes(arena, n_layers * sizeof *own);
    memcpy(own, layers, n_layers * sizeof *own);
    plan p = {
        .chain = { .stages =
                       fl_arena_bytes(arena, 2 * n_layers * sizeof(fl_network_stage)) }, /* each with a change before */
        .backend = backend,
        .layers = own,
        .n_layers = n_layers,
        .precision = precision,
        .training = training,
    };
    p.activation = p.chain.in = examples_activation(&p, in);
    for (size_t i = 0; i < n_layers;) i += plan_at(&p, i);
    return p.chain;
}

void fl_network_chain_free(fl_network_chain *chain)
{
    for (size_t i = 0; i < chain->n_stages; i++) chain->stages[i].op->free(chain->stages[i].op);
}

void fl_network_stage_describe(const fl_network_stage *stage, fl_text *text)
{
    const char *name = "to_canonical";
    if (stage->layer) name = stage->layer->name ? stage->layer->name : fl_layer_word(stage->layer->kind);
    fl_text_add(text, "%s: %s", name, stage->op->implementation);
}
