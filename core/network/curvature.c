/* A curvature from its making to its products; the walks are in curvature_walk.c. */
#include "base/capacity.h"
#include "base/entry.h"
#include "network/curvature_parts.h"

#include <string.h>

/* --- names --- */

static const char *const names[FL_NETWORK_MATRICES + 1] = { "hessian", "ggn", "fisher", "fisher_sampled",
                                                            "fisher_empirical" };

const char *fl_network_matrix_name(fl_network_matrix matrix)
{
    return names[matrix];
}

bool fl_network_matrix_find(const char *name, fl_network_matrix *matrix, fl_error *error)
{
    size_t index;
    bool found = fl_entry_choose(names, "matrix", name, &index, error);
    if (found) *matrix = (fl_network_matrix)index;
    return found;
}

/* --- a life --- */

static fl_network_curvature_stage *loss_of(const fl_network_curvature *c)
{
    return &c->stages[c->graph.n_stages - 1];
}

/* Canonical numbers, and back, for vectors of the curvature. */
static void import(const fl_network_curvature *c, const float *canonical, float *native)
{
    const fl_tensor *tensor = c->tensors;
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        const fl_backend_op *op = c->graph.stages[s].op;
        for (size_t t = 0; t < op->n_tensors; canonical += tensor++->n_values, t++)
            op->import(op, t, canonical, native + tensor->offset);
    }
}

static void export(const fl_network_curvature *c, const float *native, float *canonical)
{
    const fl_tensor *tensor = c->tensors;
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        const fl_backend_op *op = c->graph.stages[s].op;
        for (size_t t = 0; t < op->n_tensors; canonical += tensor++->n_values, t++)
            op->export(op, t, native + tensor->offset, canonical);
    }
}

/* Whether numbered parameters lie alike, here and in the network. Floats count to 2^24 exactly. */
static bool lies_alike(fl_network_curvature *c)
{
    const fl_tensor_layout *layout = fl_network_layout(c->network);
    if (layout->count != c->count || layout->n_parameters != c->n_parameters) return false;
    for (size_t t = 0; t < layout->n_tensors; t++)
        if (layout->tensors[t].offset != c->tensors[t].offset) return false;
    for (size_t i = 0; i < c->n_parameters; i++) c->canonical[i] = (float)(1 + i % 0xfffffb);
    import(c, c->canonical, c->direction);
    fl_network_import_of(c->network, c->canonical, c->aside);
    bool same = !memcmp(c->direction, c->aside, c->count * sizeof(float));
    memset(c->direction, 0, c->count * sizeof(float));
    memset(c->aside, 0, c->count * sizeof(float));
    return same;
}

static bool is_lent(const fl_network_curvature *c, size_t value)
{
    return c->lent && c->lent[value];
}

/* Values, unless they are lent, with tangents, gradients and theirs; parameters, direction, product and two more of
 * their length. What the ops want for themselves comes on top. */
static bool fits_memory(const fl_network_curvature *c, fl_error *error)
{
    const fl_tensor_layout *layout = fl_network_layout(c->network);
    double bytes = sizeof(float) * (5 * (double)layout->count + (double)layout->n_parameters);
    for (size_t v = 0; v < c->graph.n_values; v++)
        bytes += ((c->graph.values[v].trained ? 4 : 2) - is_lent(c, v)) * (double)c->graph.values[v].activation.bytes;
    return fl_capacity_holds("the curvature of this network on a batch", bytes, error);
}

fl_network_curvature *fl_network_curvature_new(const fl_network *network, const fl_backend *backend,
                                               const fl_layer *layers, size_t n_layers, bool training, fl_error *error)
{
    if (!backend->usable(FL_BACKEND_F32, error)) return NULL;
    fl_arena *arena = fl_arena_new();
    fl_network_curvature *c = fl_arena_bytes(arena, sizeof *c);
    c->arena = arena;
    c->backend = backend;
    c->network = network;
    c->graph = fl_network_graph_plan(arena, backend, layers, n_layers, fl_network_in(network), FL_BACKEND_F32,
                                     training ? FL_NETWORK_CURVATURE : FL_NETWORK_EVALUATION_CURVATURE);
    if (training) fl_network_curvature_borrow(c);
    if (!fits_memory(c, error)) {
        fl_network_graph_free(&c->graph);
        fl_arena_free(arena);
        return NULL;
    }
    fl_network_curvature_bind(c);
    fl_network_curvature_find_factors(c);
    c->same_layout = lies_alike(c);
    return c;
}

void fl_network_curvature_free(fl_network_curvature *c)
{
    if (!c) return;
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        fl_backend_op *const ops[] = { c->stages[s].moved, c->stages[s].along, c->stages[s].cross, c->stages[s].down };
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
            if (ops[i]) ops[i]->free(ops[i]);
    }
    fl_network_curvature_free_factors(c);
    fl_network_graph_free(&c->graph);
    fl_arena_free(c->arena);
}

bool fl_network_curvature_offers(const fl_network_curvature *c, fl_network_matrix matrix, fl_error *error)
{
    const fl_backend_tangent_code *code = loss_of(c)->code;
    const char *loss = fl_layer_word(c->graph.stages[c->graph.n_stages - 1].layer->kind);
    if (matrix != FL_NETWORK_HESSIAN && !code->convex)
        return fl_error_user(error, "the loss '%s' has a hessian alone, no matrix '%s'", loss, names[matrix]);
    if (matrix >= FL_NETWORK_FISHER_SAMPLED && !code->residual)
        return fl_error_user(error, "the loss '%s' predicts no targets, so it has no matrix '%s'", loss, names[matrix]);
    return true;
}

size_t fl_network_curvature_bytes(const fl_network_curvature *c)
{
    return fl_arena_used(c->arena);
}

const float *fl_network_curvature_drawn(const fl_network_curvature *c)
{
    return c->drawn;
}

/* --- a point --- */

static void refresh(fl_backend_op *op)
{
    if (op) fl_backend_op_refresh(op);
}

static void take_parameters(fl_network_curvature *c, fl_network *network)
{
    if (c->same_layout)
        memcpy(c->parameters, fl_network_parameters(network), c->count * sizeof(float));
    else {
        fl_network_export(network, c->canonical);
        import(c, c->canonical, c->parameters);
    }
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        fl_backend_op_refresh(c->graph.stages[s].op);
        refresh(c->stages[s].moved);
        refresh(c->stages[s].down);
    }
}

static void take_batch(fl_network_curvature *c, fl_network *network, const float *state)
{
    size_t n = fl_tensor_shape_size(fl_network_in(network));
    if (!state) state = fl_network_state(network);
    c->moment = fl_network_moment(network);
    if (!c->lent) fl_network_input_floats(network, c->values[0].y, n);
    memcpy(c->labels, fl_network_labels(network), c->n_rows * sizeof *c->labels);
    if (fl_network_targets(network))
        memcpy(c->targets, fl_network_targets(network), fl_network_n_targets(network) * sizeof(float));
    if (c->state_count) memcpy(c->state, state, c->state_count * sizeof(float));
}

static void go_to(fl_network_curvature *c, fl_network *network, const float *state)
{
    take_parameters(c, network);
    take_batch(c, network, state);
    c->has_gradient = c->has_drawn = false;
}

static void find_point(const fl_network_curvature_stage *stage)
{
    if (stage->code && stage->code->point) stage->code->point(&stage->tangent);
}

double fl_network_curvature_at(fl_network_curvature *c, fl_network *network, const float *state)
{
    double total = 0;
    go_to(c, network, state);
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        find_point(&c->stages[s]);
        c->graph.stages[s].op->forward(c->graph.stages[s].op);
    }
    for (size_t i = 0; i < c->n_rows; i++) total += c->losses[i];
    return total / (double)c->n_rows;
}

double fl_network_curvature_at_pass(fl_network_curvature *c, fl_network *network, const float *state)
{
    if (!c->lent) return fl_network_curvature_at(c, network, state);
    go_to(c, network, state);
    for (size_t s = 0; s < c->graph.n_stages; s++) find_point(&c->stages[s]);
    return fl_network_loss(network);
}

/* --- products --- */

static void take_direction(fl_network_curvature *c, const float *v)
{
    if (c->same_layout)
        memcpy(c->direction, v, c->count * sizeof(float));
    else {
        fl_network_export_of(c->network, v, c->canonical);
        import(c, c->canonical, c->direction);
    }
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        refresh(c->stages[s].along);
        refresh(c->stages[s].cross);
    }
}

static void give_result(fl_network_curvature *c, float *out)
{
    if (c->same_layout)
        memcpy(out, c->result, c->count * sizeof(float));
    else {
        export(c, c->result, c->canonical);
        fl_network_import_of(c->network, c->canonical, out);
    }
}

void fl_network_curvature_product(fl_network_curvature *c, fl_network_matrix matrix, const float *v, float *out)
{
    bool second = matrix == FL_NETWORK_HESSIAN, constants = matrix >= FL_NETWORK_FISHER;
    take_direction(c, v);
    if (second) fl_network_curvature_keep_gradients(c);
    fl_network_curvature_set_terms(c, second, constants);
    fl_network_curvature_forward(c);
    fl_network_curvature_loss(c, matrix);
    fl_network_curvature_backward(c, false);
    give_result(c, out);
}

void fl_network_curvature_gradient(fl_network_curvature *c, float *out)
{
    c->has_gradient = false; /* the product of an earlier question may lie in its place */
    fl_network_curvature_keep_gradients(c);
    give_result(c, out);
}
