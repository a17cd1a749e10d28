/* Plan the chain, lay out parameters and memory, bind once; then forward and backward walk the ops.
 *
 * When training, every seam keeps its values until backward has used them, and the gradients at the seams share two
 * buffers in turn: a gradient is read by one op only. Forward alone lets the values share two buffers in the same way.
 */
#include "model/network.h"
#include "base/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FLOATS = 16 }; /* blocks begin on 64 bytes, the width of a cache line and of a vector register */

typedef struct stage {
    fl_op *op;
    const fl_layer *layer; /* NULL for the change to a canonical seam that a lent op needs */
} stage;

struct fl_network {
    fl_arena *arena;
    stage *stages;
    size_t n_stages, first_trained; /* the first stage with parameters: no gradient is needed before it */
    bool training;
    fl_shape in;
    fl_flat flat;
    fl_block *blocks;
    float *parameters, *gradient, *input, *losses;
    int32_t *labels;
    uint8_t *wrong;
    const char *lent[FL_LAYER_KINDS + 1];
};

/* What is fixed while the chain is planned. */
typedef struct chain {
    fl_network *network;
    const fl_backend *backend;
    const fl_layer *layers;
    size_t n_layers;
    fl_precision precision;
    fl_seam seam; /* the end of what is planned so far */
} chain;

static size_t n_tensors_so_far(const fl_network *network)
{
    size_t n = 0;
    for (size_t i = 0; i < network->n_stages; i++) n += network->stages[i].op->n_tensors;
    return n;
}

static void add_stage(chain *c, fl_op *op, const fl_layer *layer)
{
    fl_network *network = c->network;
    network->stages[network->n_stages++] = (stage){ op, layer };
    c->seam = op->out;
}

static bool is_lent(const chain *c, size_t i)
{
    return i < c->n_layers && !c->backend->plan[c->layers[i].kind];
}

static bool is_relu(const chain *c, size_t i)
{
    return i < c->n_layers && c->layers[i].kind == FL_RELU;
}

static void note_lent(fl_network *network, const char *word)
{
    size_t i = 0;
    while (network->lent[i] && network->lent[i] != word) i++;
    network->lent[i] = word;
}

/* Plan layer `i`; returns how many layers that took care of. */
static size_t plan_layer(chain *c, size_t i)
{
    bool lent, relu_next = is_relu(c, i + 1);
    fl_request request = {
        .layer = &c->layers[i],
        .precision = c->precision,
        .training = c->network->training,
        .needs_d_in = c->network->training && n_tensors_so_far(c->network) > 0,
        .relu_next = relu_next,
        .canonical_next = is_lent(c, i + 1 + relu_next),
    };
    request.in = c->seam;
    if (is_lent(c, i) && c->seam.layout) add_stage(c, c->backend->to_canonical(&request), NULL);
    request.in = c->seam;
    fl_op *op = fl_backend_plan(c->backend, &request, &lent);
    if (lent) note_lent(c->network, fl_layer_word(c->layers[i].kind));
    add_stage(c, op, &c->layers[i]);
    return op->took_relu ? 2 : 1;
}

static void plan_chain(chain *c)
{
    fl_network *network = c->network;
    network->stages = fl_arena_bytes(network->arena, 2 * c->n_layers * sizeof *network->stages);
    for (size_t i = 0; i < c->n_layers;) i += plan_layer(c, i);
    while (network->first_trained < network->n_stages && !network->stages[network->first_trained].op->n_tensors)
        network->first_trained++;
}

static void lay_out_parameters(fl_network *network)
{
    fl_flat *flat = &network->flat;
    size_t n = n_tensors_so_far(network);
    network->blocks = fl_arena_bytes(network->arena, n * sizeof *network->blocks);
    flat->blocks = network->blocks;
    for (size_t i = 0; i < network->n_stages; i++)
        for (size_t t = 0; t < network->stages[i].op->n_tensors; t++) {
            fl_block *block = &network->blocks[flat->n_blocks++];
            *block = network->stages[i].op->tensors[t];
            block->offset = flat->count;
            flat->n_parameters += block->n_values;
            flat->count += (block->count + BLOCK_FLOATS - 1) / BLOCK_FLOATS * BLOCK_FLOATS;
        }
    network->parameters = fl_arena_floats(network->arena, flat->count);
    if (network->training) network->gradient = fl_arena_floats(network->arena, flat->count);
}

/* Two buffers that seams from stage `first` on take in turn. */
static void make_pair(fl_network *network, size_t first, void *pair[2])
{
    size_t bytes[2] = { 0, 0 };
    for (size_t i = first; i < network->n_stages; i++)
        if (network->stages[i].op->out.bytes > bytes[i % 2]) bytes[i % 2] = network->stages[i].op->out.bytes;
    for (size_t i = 0; i < 2; i++) pair[i] = fl_arena_bytes(network->arena, bytes[i]);
}

static void bind_tensors(fl_network *network, const fl_op *op, size_t first_block, fl_buffers *buffers)
{
    for (size_t t = 0; t < op->n_tensors; t++) {
        size_t offset = network->blocks[first_block + t].offset;
        buffers->param[t] = network->parameters + offset;
        if (network->training) buffers->grad[t] = network->gradient + offset;
    }
}

static void bind_stages(fl_network *network)
{
    void *gradients[2] = { 0 }, *values[2] = { 0 };
    if (network->training)
        make_pair(network, network->first_trained, gradients);
    else
        make_pair(network, 0, values);
    const void *in = network->input;
    for (size_t i = 0, block = 0; i < network->n_stages; i++) {
        fl_op *op = network->stages[i].op;
        fl_buffers buffers = {
            .in = in,
            .out = network->training ? fl_arena_bytes(network->arena, op->out.bytes) : values[i % 2],
            .d_in = i > network->first_trained ? gradients[(i - 1) % 2] : NULL,
            .d_out = gradients[i % 2],
            .workspace = fl_arena_bytes(network->arena, op->workspace_bytes),
            .labels = network->labels,
            .losses = network->losses,
            .wrong = network->wrong,
        };
        bind_tensors(network, op, block, &buffers);
        op->bind(op, &buffers);
        block += op->n_tensors;
        in = buffers.out;
    }
}

static void make_ends(fl_network *network)
{
    network->input = fl_arena_floats(network->arena, fl_shape_size(network->in));
    network->labels = fl_arena_bytes(network->arena, network->in.n * sizeof *network->labels);
    network->losses = fl_arena_floats(network->arena, network->in.n);
    network->wrong = fl_arena_bytes(network->arena, network->in.n);
}

fl_network *fl_network_new(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_shape in,
                           fl_precision precision, bool training, fl_error *error)
{
    if (!backend->usable(precision, error)) return NULL;
    fl_arena *arena = fl_arena_new();
    fl_network *network = fl_arena_bytes(arena, sizeof *network);
    *network = (fl_network){ .arena = arena, .training = training, .in = in };
    fl_layer *own = fl_arena_bytes(arena, n_layers * sizeof *own); /* the caller's may be gone when the network is described */
    memcpy(own, layers, n_layers * sizeof *own);
    chain c = { network,  backend,   own,
                n_layers, precision, { .shape = in, .bytes = fl_shape_size(in) * sizeof(float) } };
    plan_chain(&c);
    lay_out_parameters(network);
    make_ends(network);
    bind_stages(network);
    return network;
}

void fl_network_free(fl_network *network)
{
    if (!network) return;
    for (size_t i = 0; i < network->n_stages; i++) network->stages[i].op->free(network->stages[i].op);
    fl_arena_free(network->arena);
}

fl_shape fl_network_in(const fl_network *network)
{
    return network->in;
}

const fl_flat *fl_network_flat(const fl_network *network)
{
    return &network->flat;
}

float *fl_network_parameters(fl_network *network)
{
    return network->parameters;
}

float *fl_network_gradient(fl_network *network)
{
    return network->gradient;
}

float *fl_network_input(fl_network *network)
{
    return network->input;
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
    for (size_t i = 0; i < network->n_stages; i++) network->stages[i].op->forward(network->stages[i].op);
}

void fl_network_backward(fl_network *network)
{
    for (size_t i = network->n_stages; i-- > network->first_trained;)
        network->stages[i].op->backward(network->stages[i].op);
}

double fl_network_loss(const fl_network *network)
{
    double total = 0;
    for (size_t i = 0; i < network->in.n; i++) total += network->losses[i];
    return total / (double)network->in.n;
}

void fl_network_import(fl_network *network, const float *canonical)
{
    for (size_t i = 0, block = 0; i < network->n_stages; i++) {
        fl_op *op = network->stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, block++) {
            op->import(op, t, canonical, network->parameters + network->blocks[block].offset);
            canonical += op->tensors[t].n_values;
        }
    }
}

void fl_network_export(const fl_network *network, float *canonical)
{
    for (size_t i = 0, block = 0; i < network->n_stages; i++) {
        const fl_op *op = network->stages[i].op;
        for (size_t t = 0; t < op->n_tensors; t++, block++) {
            op->export(op, t, network->parameters + network->blocks[block].offset, canonical);
            canonical += op->tensors[t].n_values;
        }
    }
}

void fl_network_init(fl_network *network, const fl_init *init, uint64_t seed)
{
    float *canonical = fl_new(network->flat.n_parameters, sizeof *canonical), *end = canonical;
    for (size_t i = 0; i < network->flat.n_blocks; i++) {
        fl_init_block(init, &network->blocks[i], i, seed, end);
        end += network->blocks[i].n_values;
    }
    fl_network_import(network, canonical);
    free(canonical);
}

const char *const *fl_network_lent(const fl_network *network)
{
    return network->lent;
}

void fl_network_describe(const fl_network *network, fl_text *text)
{
    for (size_t i = 0; i < network->n_stages; i++) {
        const stage *s = &network->stages[i];
        fl_text_add(text, "%s%s: %s", i ? "; " : "",
                    !s->layer        ? "to_canonical"
                    : s->layer->name ? s->layer->name
                                     : fl_layer_word(s->layer->kind),
                    s->op->implementation);
    }
}
