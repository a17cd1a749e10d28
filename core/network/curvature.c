/* The walks of a product: tangents forward, the curvature of the loss, and backward. */
#include "network/curvature_parts.h"

#include <string.h>

/* --- names --- */

static const char *const names[FL_NETWORK_MATRICES] = { "hessian", "ggn", "fisher", "fisher_sampled",
                                                        "fisher_empirical" };

const char *fl_network_matrix_name(fl_network_matrix matrix)
{
    return names[matrix];
}

bool fl_network_matrix_find(const char *name, fl_network_matrix *matrix, fl_error *error)
{
    for (int i = 0; i < FL_NETWORK_MATRICES; i++) {
        *matrix = (fl_network_matrix)i;
        if (!strcmp(name, names[i])) return true;
    }
    return fl_error_user(error, "unknown matrix '%s'; use %s, %s, %s, %s or %s", name, names[0], names[1], names[2],
                         names[3], names[4]);
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
    fl_network_curvature_bind(c);
    c->same_layout = lies_alike(c);
    return c;
}

void fl_network_curvature_free(fl_network_curvature *c)
{
    if (!c) return;
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        fl_backend_op *const ops[] = { c->stages[s].moved, c->stages[s].along, c->stages[s].cross };
        for (size_t i = 0; i < 3; i++)
            if (ops[i]) ops[i]->free(ops[i]);
    }
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
    }
}

static void take_batch(fl_network_curvature *c, fl_network *network, const float *state)
{
    size_t n = fl_tensor_shape_size(fl_network_in(network));
    if (!state) state = fl_network_state(network);
    c->moment = fl_network_moment(network);
    fl_network_input_floats(network, c->values[0].y, n);
    memcpy(c->labels, fl_network_labels(network), c->n_rows * sizeof *c->labels);
    if (fl_network_targets(network))
        memcpy(c->targets, fl_network_targets(network), fl_network_n_targets(network) * sizeof(float));
    if (c->state_count) memcpy(c->state, state, c->state_count * sizeof(float));
}

double fl_network_curvature_at(fl_network_curvature *c, fl_network *network, const float *state)
{
    double total = 0;
    take_parameters(c, network);
    take_batch(c, network, state);
    c->has_gradient = false;
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        const fl_network_curvature_stage *stage = &c->stages[s];
        if (stage->code && stage->code->point) stage->code->point(&stage->tangent);
        c->graph.stages[s].op->forward(c->graph.stages[s].op);
    }
    for (size_t i = 0; i < c->n_rows; i++) total += c->losses[i];
    return total / (double)c->n_rows;
}

/* --- sums --- */

static void add(float *to, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] += from[i];
}

/* What a stage wrote for its inputs joins what their other readers wrote. */
static void add_pieces(const fl_network_curvature *c, size_t s)
{
    for (size_t k = 0; k < c->graph.stages[s].n_in; k++) {
        const fl_network_curvature_value *in = &c->values[c->graph.stages[s].in[k]];
        if (in->r_d_y && !c->stages[s].first[k]) add(in->r_d_y, c->stages[s].d_in[k], in->count);
    }
}

/* A sum passes its gradient on. */
static void pass_on(const fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = &c->graph.stages[s];
    for (size_t k = 0; k < stage->n_in; k++) {
        const fl_network_curvature_value *in = &c->values[stage->in[k]];
        if (in->r_d_y && c->stages[s].first[k])
            memcpy(in->r_d_y, c->values[stage->out].r_d_y, in->count * sizeof(float));
        else if (in->r_d_y)
            add(in->r_d_y, c->values[stage->out].r_d_y, in->count);
    }
}

/* --- walks --- */

static void stage_forward(const fl_network_curvature *c, size_t s)
{
    const fl_network_curvature_stage *stage = &c->stages[s];
    const fl_network_curvature_value *out = &c->values[c->graph.stages[s].out];
    if (stage->code && stage->code->forward) stage->code->forward(&stage->tangent);
    if (stage->moved) stage->moved->forward(stage->moved);
    if (stage->along) stage->along->forward(stage->along);
    if (stage->moved && stage->along) add(out->r_y, c->aside_out, out->count);
}

/* V^T dy and dy R{x}^T. */
static void add_cross(fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = &c->graph.stages[s];
    const fl_network_curvature_value *in = &c->values[stage->in[0]];
    fl_backend_op *cross = c->stages[s].cross;
    cross->forward(cross); /* backward may want what it leaves */
    cross->backward(cross);
    size_t weight = c->tensors[c->stages[s].tensor].offset; /* a bias has no cross term */
    add(c->result + weight, c->aside + weight, cross->tensors[0].count);
    if (in->r_d_y) add(in->r_d_y, c->piece[0], in->count);
}

static void stage_backward(fl_network_curvature *c, size_t s, bool second)
{
    const fl_network_stage *stage = &c->graph.stages[s];
    if (c->stages[s].code)
        c->stages[s].code->backward(&c->stages[s].tangent);
    else if (stage->op->passes)
        pass_on(c, s);
    else if (stage->op->backward)
        stage->op->backward(stage->op);
    if (!stage->op->passes) add_pieces(c, s);
    if (second && c->stages[s].cross) add_cross(c, s);
}

static void set_terms(fl_network_curvature *c, bool second, bool constants)
{
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        c->stages[s].tangent.second = second;
        c->stages[s].tangent.constants = constants || !c->stages[s].tangent.training;
    }
}

void fl_network_curvature_backward(fl_network_curvature *c, bool second, bool constants)
{
    set_terms(c, second, constants);
    for (size_t s = c->graph.n_stages - 1; s-- > 0;)
        if (c->graph.stages[s].trained) stage_backward(c, s, second);
}

/* dy of every value, by the same walk; each is kept before its own stage may overwrite it. */
static void keep_gradients(fl_network_curvature *c)
{
    if (c->has_gradient) return;
    loss_of(c)->code->gradient(&loss_of(c)->tangent);
    set_terms(c, false, false);
    for (size_t s = c->graph.n_stages - 1; s-- > 0;) {
        const fl_network_curvature_value *out = &c->values[c->graph.stages[s].out];
        if (!c->graph.stages[s].trained) continue;
        memcpy(out->d_y, out->r_d_y, out->count * sizeof(float));
        stage_backward(c, s, false);
    }
    c->has_gradient = true;
}

/* --- the loss --- */

/* e for each row, by true targets or by drawn ones. */
static void find_residual(fl_network_curvature *c, fl_network_matrix fisher)
{
    fl_backend_tangent loss = loss_of(c)->tangent;
    if (fisher == FL_NETWORK_FISHER_SAMPLED) {
        loss_of(c)->code->draw(&loss, &c->moment, c->drawn_labels, c->drawn_targets);
        loss.labels = c->drawn_labels;
        loss.targets = c->drawn_targets;
        loss.drawn = true;
    }
    loss_of(c)->code->residual(&loss, c->residual);
}

/* Of each row e (e . R{z}) / rows: the curvature of one example's outer product. */
static void apply_residual(fl_network_curvature *c)
{
    const fl_backend_tangent *loss = &loss_of(c)->tangent;
    size_t n = loss->count / c->n_rows;
    for (size_t r = 0; loss->r_d_x && r < c->n_rows; r++) {
        const float *e = c->residual + r * n, *r_z = loss->r_x + r * n;
        double product = 0;
        for (size_t j = 0; j < n; j++) product += (double)e[j] * r_z[j];
        for (size_t j = 0; j < n; j++) loss->r_d_x[r * n + j] = (float)(e[j] * product / (double)c->n_rows);
    }
}

void fl_network_curvature_residual(fl_network_curvature *c, fl_network_matrix fisher)
{
    float *d = loss_of(c)->tangent.r_d_x, share = 1 / (float)c->n_rows;
    find_residual(c, fisher);
    for (size_t i = 0; d && i < loss_of(c)->tangent.count; i++) d[i] = c->residual[i] * share;
}

static void loss_curvature(fl_network_curvature *c, fl_network_matrix matrix)
{
    if (matrix < FL_NETWORK_FISHER_SAMPLED) {
        loss_of(c)->code->hessian(&loss_of(c)->tangent);
    } else {
        find_residual(c, matrix);
        apply_residual(c);
    }
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
    if (second) keep_gradients(c);
    set_terms(c, second, constants);
    for (size_t s = 0; s + 1 < c->graph.n_stages; s++)
        if (c->graph.stages[s].trained) stage_forward(c, s);
    loss_curvature(c, matrix);
    fl_network_curvature_backward(c, second, constants);
    give_result(c, out);
}
