/* From layers to ops: what is computed in which order, which op fuses a ReLU or a sum, where naive is the fallback, and
 * where it needs its inputs made canonical.
 */
#include "network/graph.h"
#include "backend/tangent.h"

#include <string.h>

enum { NONE = 0 }; /* number of a value: the input, which is never another one's canonical copy */

/* A layer, what it reads (0: the input, i + 1: node i), and what became of it. */
typedef struct node {
    fl_layer *layer;
    size_t index; /* of the layer in the network */
    size_t n_from, from[FL_LAYER_FROM];
    fl_tensor_shape out;
    size_t n_readers, reader; /* reader: the last one */
    size_t value;             /* that holds its output; NONE until planned */
} node;

/* What is fixed while the graph grows. */
typedef struct plan {
    fl_network_graph graph;
    fl_arena *arena;
    const fl_backend *backend;
    fl_backend_precision precision;
    fl_network_purpose purpose;
    node *nodes;
    size_t n_nodes;
    fl_tensor_shape in;
} plan;

/* --- nodes --- */

static bool is_relu(const node *n)
{
    return n->layer->kind == FL_LAYER_RELU;
}

static fl_tensor_shape shape_of(const plan *p, size_t from)
{
    return from ? p->nodes[from - 1].out : p->in;
}

static void work_out_shape(const plan *p, node *n)
{
    fl_tensor_shape in[FL_LAYER_FROM];
    for (size_t k = 0; k < n->n_from; k++) in[k] = shape_of(p, n->from[k]);
    n->out = fl_layer_out_of(n->layer, in, n->n_from);
}

static void count_readers(plan *p)
{
    for (size_t i = 0; i < p->n_nodes; i++)
        for (size_t k = 0; k < p->nodes[i].n_from; k++) {
            if (!p->nodes[i].from[k]) continue;
            node *read = &p->nodes[p->nodes[i].from[k] - 1];
            read->n_readers++;
            read->reader = i;
        }
}

static void make_nodes(plan *p, const fl_layer *layers)
{
    p->nodes = fl_arena_bytes(p->arena, p->n_nodes * sizeof *p->nodes);
    for (size_t i = 0; i < p->n_nodes; i++) {
        node *n = &p->nodes[i];
        n->layer = fl_arena_bytes(p->arena, sizeof *n->layer);
        n->index = i;
        *n->layer = layers[i];
        fl_layer_fill_defaults(n->layer);
        if (p->purpose == FL_NETWORK_EVALUATION_CURVATURE && n->layer->kind == FL_LAYER_DROPOUT) n->layer->rate = 0;
        n->n_from = fl_layer_inputs(layers, i, n->from);
        work_out_shape(p, n);
    }
    count_readers(p);
}

/* A ReLU that a max-pool alone reads is planned after it: the results are the same bits, since the largest of rectified
 * numbers is the rectified largest and a window without a positive number passes no gradient on either way, and there
 * is less left to rectify. */
static void pool_before_relu(plan *p)
{
    for (size_t i = 0; i < p->n_nodes; i++) {
        node *relu = &p->nodes[i], *pool = &p->nodes[relu->reader];
        if (!is_relu(relu) || relu->n_readers != 1 || pool->layer->kind != FL_LAYER_MAX_POOL) continue;
        fl_layer *layer = relu->layer;
        relu->layer = pool->layer;
        pool->layer = layer;
        work_out_shape(p, relu);
        work_out_shape(p, pool);
    }
}

static bool is_curvature(const plan *p)
{
    return p->purpose >= FL_NETWORK_CURVATURE;
}

/* The ReLU that alone reads a node and may be fused with it; NULL. */
static node *relu_after(const plan *p, const node *n)
{
    node *reader = &p->nodes[n->reader];
    return n->n_readers == 1 && is_relu(reader) && !is_curvature(p) ? reader : NULL;
}

static bool wants_canonical(const plan *p, const node *n)
{
    return fl_backend_wants_canonical(p->backend, n->layer) ||
           (is_curvature(p) && fl_backend_tangent_wants_canonical(n->layer));
}

/* Does one who wants it canonical read what a node, or the ReLU after it, gives? */
static bool read_as_canonical(const plan *p, const node *n)
{
    const node *relu = relu_after(p, n);
    if (relu && !wants_canonical(p, relu)) n = relu;
    for (size_t i = 0; i < p->n_nodes; i++)
        for (size_t k = 0; k < p->nodes[i].n_from; k++)
            if (p->nodes[i].from[k] == (size_t)(n - p->nodes) + 1 && wants_canonical(p, &p->nodes[i])) return true;
    return false;
}

/* --- stages --- */

static void note_fallback(fl_network_graph *graph, const char *word)
{
    size_t i = 0;
    while (graph->fallbacks[i] && graph->fallbacks[i] != word) i++;
    graph->fallbacks[i] = word;
}

/* Append a stage; returns the value it writes. */
static size_t add_stage(plan *p, fl_backend_op *op, const fl_backend_request *request, const size_t *in)
{
    fl_network_graph *graph = &p->graph;
    fl_network_stage *stage = &graph->stages[graph->n_stages];
    size_t n_in = request->n_in;
    *stage = (fl_network_stage){
        .op = op, .layer = request->layer, .n_in = n_in, .out = graph->n_values, .request = *request
    };
    stage->trained = op->n_tensors;
    for (size_t k = 0; k < n_in; k++) {
        stage->in[k] = in[k];
        stage->trained |= graph->values[in[k]].trained;
    }
    graph->values[graph->n_values] = (fl_network_value){
        .activation = op->out,
        .producer = graph->n_stages++,
        .canonical = op->out.layout ? NONE : graph->n_values,
        .trained = stage->trained,
    };
    graph->n_tensors += op->n_tensors;
    graph->n_states += op->n_states;
    return graph->n_values++;
}

/* A curvature of evaluation has every backward, but statistics that do not move. */
static bool trains(const plan *p, const node *n)
{
    bool runs = p->purpose == FL_NETWORK_EVALUATION_CURVATURE && n->layer->kind == FL_LAYER_BATCH_NORM;
    return p->purpose != FL_NETWORK_EVALUATION && !runs;
}

static fl_backend_request request_for(const plan *p, const node *n, size_t n_in, const size_t *in)
{
    fl_backend_request request = {
        .layer = n->layer,
        .index = n->index,
        .n_in = n_in,
        .precision = p->precision,
        .training = trains(p, n),
        .relu_next = relu_after(p, n),
        .canonical_next = read_as_canonical(p, n),
        .curvature = is_curvature(p),
    };
    for (size_t k = 0; k < n_in; k++) {
        request.in[k] = p->graph.values[in[k]].activation;
        request.needs_d_in |= p->purpose != FL_NETWORK_EVALUATION && p->graph.values[in[k]].trained;
    }
    return request;
}

/* The value in canonical layout, by a stage of its own where nobody has asked for it before. */
static size_t canonical_value(plan *p, const node *n, size_t value)
{
    fl_network_value *v = &p->graph.values[value];
    if (!v->activation.layout) return value;
    if (!v->canonical) {
        fl_backend_request request = request_for(p, n, 1, &value);
        request.layer = NULL;
        request.training = p->purpose != FL_NETWORK_EVALUATION;
        v->canonical = add_stage(p, p->backend->to_canonical(&request), &request, &value);
    }
    return v->canonical;
}

static bool wants_other(const plan *p, const node *n, size_t value)
{
    return is_curvature(p) && fl_backend_tangent_wants_other(p->backend, n->layer, &p->graph.values[value].activation);
}

/* NONE where it is not planned yet, or is the input. */
static size_t value_from(const plan *p, size_t from)
{
    return from ? p->nodes[from - 1].value : NONE;
}

/* What a sum of two adds to a node. */
static size_t summand(const plan *p, const node *sum, const node *n)
{
    size_t self = (size_t)(n - p->nodes) + 1;
    return value_from(p, sum->from[sum->from[0] == self]);
}

/* The sum that may be computed with a convolution; NULL. Not one with a ReLU behind: the backend's loop for both is as
 * fast, and lets a NaN pass, so that divergence reaches the loss. */
static node *sum_after(const plan *p, const node *n)
{
    node *sum = &p->nodes[n->reader];
    bool asked = p->purpose == FL_NETWORK_EVALUATION && p->backend->convolution_sum;
    bool alone = n->layer->kind == FL_LAYER_CONVOLUTION && n->n_readers == 1;
    bool simple = sum->layer->kind == FL_LAYER_ADD && sum->n_from == 2 && !relu_after(p, sum);
    return asked && alone && simple && summand(p, sum, n) != NONE ? sum : NULL;
}

static bool plan_with_sum(plan *p, node *n)
{
    node *sum = sum_after(p, n);
    if (!sum) return false;
    size_t in[] = { value_from(p, n->from[0]), summand(p, sum, n) };
    fl_backend_request request = request_for(p, n, 2, in);
    fl_backend_op *op = p->backend->convolution_sum(&request);
    if (!op) return false;
    n->value = sum->value = add_stage(p, op, &request, in);
    return true;
}

static void plan_node(plan *p, node *n)
{
    bool fallback, canonical = wants_canonical(p, n);
    size_t in[FL_LAYER_FROM];
    for (size_t k = 0; k < n->n_from; k++) {
        in[k] = value_from(p, n->from[k]);
        if (canonical || wants_other(p, n, in[k])) in[k] = canonical_value(p, n, in[k]);
    }
    fl_backend_request request = request_for(p, n, n->n_from, in);
    fl_backend_op *op = is_curvature(p) ? fl_backend_tangent_plan(p->backend, &request, &fallback)
                                        : fl_backend_plan(p->backend, &request, &fallback);
    if (fallback) note_fallback(&p->graph, fl_layer_word(n->layer->kind));
    n->value = add_stage(p, op, &request, in);
    if (op->fused_relu) relu_after(p, n)->value = n->value;
}

/* Examples come as the first layer reads them; what wants them canonical reads floats. */
static fl_backend_activation examples(const plan *p)
{
    fl_backend_precision precision = p->backend->examples[p->precision];
    if (p->in.form == FL_TENSOR_TOKENS) precision = FL_BACKEND_F32;
    for (size_t i = 0; i < p->n_nodes; i++)
        for (size_t k = 0; k < p->nodes[i].n_from; k++)
            if (!p->nodes[i].from[k] && wants_canonical(p, &p->nodes[i])) precision = FL_BACKEND_F32;
    size_t size = precision == FL_BACKEND_BF16 ? sizeof(uint16_t) : sizeof(float);
    return (
        fl_backend_activation){ .shape = p->in, .bytes = fl_tensor_shape_size(p->in) * size, .precision = precision };
}

fl_network_graph fl_network_graph_plan(fl_arena *arena, const fl_backend *backend, const fl_layer *layers,
                                       size_t n_layers, fl_tensor_shape in, fl_backend_precision precision,
                                       fl_network_purpose purpose)
{
    size_t most = 2 * n_layers + 1; /* each with a change before, and the input */
    plan p = {
        .graph = { .stages = fl_arena_bytes(arena, most * sizeof(fl_network_stage)),
                   .values = fl_arena_bytes(arena, most * sizeof(fl_network_value)),
                   .n_values = 1 },
        .arena = arena,
        .backend = backend,
        .precision = precision,
        .purpose = purpose,
        .n_nodes = n_layers,
        .in = in,
    };
    make_nodes(&p, layers);
    pool_before_relu(&p);
    p.graph.values[0].activation = examples(&p);
    for (size_t i = 0; i < n_layers; i++)
        if (!p.nodes[i].value && !plan_with_sum(&p, &p.nodes[i])) plan_node(&p, &p.nodes[i]);
    return p.graph;
}

void fl_network_graph_free(fl_network_graph *graph)
{
    for (size_t i = 0; i < graph->n_stages; i++) graph->stages[i].op->free(graph->stages[i].op);
}

void fl_network_stage_describe(const fl_network_stage *stage, fl_text *text)
{
    const char *name = "to_canonical";
    if (stage->layer) name = stage->layer->name ? stage->layer->name : fl_layer_word(stage->layer->kind);
    fl_text_add(text, "%s: %s", name, stage->op->implementation);
}
