/* A curvature's memory and the instances of its ops. Nothing is shared: tangents read values and gradients of every
 * layer, long after a training pass would have given their memory away. */
#include "network/curvature_parts.h"

#include <string.h>

static const fl_network_stage *planned(const fl_network_curvature *c, size_t s)
{
    return &c->graph.stages[s];
}

/* --- memory --- */

static size_t aligned(size_t count)
{
    return (count + FL_TENSOR_ALIGNMENT - 1) / FL_TENSOR_ALIGNMENT * FL_TENSOR_ALIGNMENT;
}

/* As a network lays them out. */
static void lay_out_tensors(fl_network_curvature *c)
{
    size_t tensor = 0;
    c->tensors = fl_arena_bytes(c->arena, c->graph.n_tensors * sizeof *c->tensors);
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        const fl_backend_op *op = planned(c, s)->op;
        c->stages[s].tensor = tensor;
        c->stages[s].state = c->state_count;
        for (size_t t = 0; t < op->n_tensors; t++, tensor++) {
            c->tensors[tensor] = op->tensors[t];
            c->tensors[tensor].offset = c->count;
            c->count += aligned(op->tensors[t].count);
            c->n_parameters += op->tensors[t].n_values;
        }
        for (size_t t = 0; t < op->n_states; t++) c->state_count += aligned(op->states[t].count);
    }
}

static size_t largest_value(const fl_network_curvature *c)
{
    size_t most = 0;
    for (size_t v = 0; v < c->graph.n_values; v++) most = c->values[v].count > most ? c->values[v].count : most;
    return most;
}

static void make_values(fl_network_curvature *c)
{
    c->values = fl_arena_bytes(c->arena, c->graph.n_values * sizeof *c->values);
    for (size_t v = 0; v < c->graph.n_values; v++) {
        fl_network_curvature_value *value = &c->values[v];
        size_t bytes = c->graph.values[v].activation.bytes;
        value->count = bytes / sizeof(float);
        value->y = c->lent && c->lent[v] ? c->lent[v] : fl_arena_bytes(c->arena, bytes);
        value->r_y = fl_arena_floats(c->arena, value->count);
        if (!v || !c->graph.values[v].trained) continue;
        value->d_y = fl_arena_floats(c->arena, value->count);
        value->r_d_y = fl_arena_floats(c->arena, value->count);
    }
    size_t most = largest_value(c);
    c->aside_out = fl_arena_floats(c->arena, most);
    for (size_t k = 0; k < FL_LAYER_FROM; k++) {
        bool used = false;
        for (size_t s = 0; s < c->graph.n_stages; s++) used |= planned(c, s)->n_in > k;
        if (used) c->piece[k] = fl_arena_floats(c->arena, most);
    }
}

static void make_vectors(fl_network_curvature *c)
{
    c->parameters = fl_arena_floats(c->arena, c->count);
    c->direction = fl_arena_floats(c->arena, c->count);
    c->result = fl_arena_floats(c->arena, c->count);
    c->aside = fl_arena_floats(c->arena, c->count);
    c->nothing = fl_arena_floats(c->arena, c->count);
    c->canonical = fl_arena_floats(c->arena, c->n_parameters);
    c->state = fl_arena_floats(c->arena, c->state_count);
}

static void make_ends(fl_network_curvature *c)
{
    const fl_network_stage *loss = planned(c, c->graph.n_stages - 1);
    fl_tensor_shape in = c->graph.values[loss->in[0]].activation.shape;
    size_t n = fl_tensor_shape_size(in);
    c->n_rows = fl_backend_tangent_rows(loss->layer, in);
    c->labels = fl_arena_bytes(c->arena, c->n_rows * sizeof *c->labels);
    c->targets = fl_arena_floats(c->arena, n);
    c->residual = fl_arena_floats(c->arena, n);
    c->drawn = fl_arena_floats(c->arena, n);
    c->losses = fl_arena_floats(c->arena, c->n_rows);
    c->errors = fl_arena_floats(c->arena, c->n_rows);
}

/* --- where gradients go --- */

/* Does a later reader, or an earlier input of the same stage, write the value's gradient first? */
static bool written_before(const fl_network_curvature *c, size_t s, size_t k)
{
    size_t value = planned(c, s)->in[k];
    for (size_t before = 0; before < k; before++)
        if (planned(c, s)->in[before] == value) return true;
    for (size_t later = s + 1; later < c->graph.n_stages; later++)
        for (size_t i = 0; i < planned(c, later)->n_in; i++)
            if (planned(c, later)->in[i] == value) return true;
    return false;
}

static void place_d_in(fl_network_curvature *c, size_t s)
{
    fl_network_curvature_stage *stage = &c->stages[s];
    for (size_t k = 0; k < planned(c, s)->n_in; k++) {
        fl_network_curvature_value *value = &c->values[planned(c, s)->in[k]];
        stage->first[k] = !written_before(c, s, k);
        if (value->r_d_y) stage->d_in[k] = stage->first[k] ? value->r_d_y : c->piece[k];
    }
}

/* --- ops --- */

static bool reads_tangents(const fl_network_curvature *c, size_t s)
{
    for (size_t k = 0; k < planned(c, s)->n_in; k++)
        if (c->values[planned(c, s)->in[k]].r_d_y) return true;
    return false;
}

static fl_backend_op *instance(const fl_network_curvature *c, size_t s, bool backward_alone, bool adds)
{
    bool fallback;
    fl_backend_request request = planned(c, s)->request;
    request.backward_alone = backward_alone;
    request.adds = adds;
    if (!request.layer) return c->backend->to_canonical(&request);
    return fl_backend_tangent_plan(c->backend, &request, &fallback);
}

static void plan_instances(fl_network_curvature *c, size_t s)
{
    fl_network_curvature_stage *stage = &c->stages[s];
    fl_backend_passes passes = fl_backend_tangent_passes(&planned(c, s)->request);
    stage->code = fl_backend_tangent_code_of(planned(c, s)->layer);
    if (!planned(c, s)->trained || passes == FL_BACKEND_OWN) return;
    bool moves = reads_tangents(c, s) || passes == FL_BACKEND_ADDED, bilinear = passes == FL_BACKEND_BILINEAR;
    if (moves) stage->moved = instance(c, s, false, false);
    if (bilinear || passes == FL_BACKEND_CHOSEN) stage->along = instance(c, s, false, moves);
    if (moves && bilinear) stage->cross = instance(c, s, true, false);
    if (bilinear) stage->down = instance(c, s, true, false);
}

static size_t largest_scratch(const fl_network_curvature *c)
{
    size_t most = 0;
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        const fl_network_curvature_stage *stage = &c->stages[s];
        const fl_backend_op *const ops[] = { planned(c, s)->op, stage->moved, stage->along, stage->cross, stage->down };
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
            if (ops[i] && ops[i]->scratch_bytes > most) most = ops[i]->scratch_bytes;
    }
    return most;
}

/* The stage's own op reads what the network's left there. */
static void *workspace_of(const fl_network_curvature *c, size_t s, const fl_backend_op *op)
{
    if (c->lent && op == planned(c, s)->op && c->lent_workspaces[s]) return c->lent_workspaces[s];
    return fl_arena_bytes(c->arena, op->workspace_bytes);
}

/* What every instance of a stage has; which parameters and gradients it works on. */
static fl_backend_buffers buffers_of(fl_network_curvature *c, size_t s, const fl_backend_op *op, const float *params,
                                     float *gradients)
{
    fl_backend_buffers buffers = {
        .workspace = workspace_of(c, s, op),
        .scratch = c->scratch,
        .moment = &c->moment,
        .labels = c->labels,
        .targets = c->targets,
        .losses = c->losses,
        .errors = c->errors,
    };
    for (size_t t = 0; t < op->n_tensors; t++) {
        buffers.param[t] = params + c->tensors[c->stages[s].tensor + t].offset;
        buffers.grad[t] = gradients + c->tensors[c->stages[s].tensor + t].offset;
    }
    for (size_t t = 0, at = c->stages[s].state; t < op->n_states; at += aligned(op->states[t++].count))
        buffers.state[t] = c->state + at;
    return buffers;
}

/* To the values; without `result` there is no place for the parameters' gradient. */
static void bind_values(fl_network_curvature *c, size_t s, fl_backend_op *op, float *result)
{
    const fl_network_stage *stage = planned(c, s);
    fl_backend_buffers buffers = buffers_of(c, s, op, c->parameters, c->result);
    for (size_t t = 0; !result && t < op->n_tensors; t++) buffers.grad[t] = NULL;
    buffers.out = c->values[stage->out].y;
    buffers.d_out = c->values[stage->out].r_d_y;
    for (size_t k = 0; k < stage->n_in; k++) {
        buffers.in[k] = c->values[stage->in[k]].y;
        buffers.d_in[k] = c->stages[s].d_in[k];
    }
    op->bind(op, &buffers);
}

/* `moved` has the parameters without a bias, or where they are added to the input the direction. */
static void bind_moved(fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = planned(c, s);
    bool added = fl_backend_tangent_passes(&stage->request) == FL_BACKEND_ADDED;
    fl_backend_buffers buffers = buffers_of(c, s, c->stages[s].moved, added ? c->direction : c->parameters, c->aside);
    if (stage->op->n_tensors > 1) buffers.param[1] = c->nothing;
    buffers.out = c->values[stage->out].r_y;
    buffers.d_out = c->aside_out;
    for (size_t k = 0; k < stage->n_in; k++) {
        buffers.in[k] = c->values[stage->in[k]].r_y;
        buffers.d_in[k] = c->stages[s].d_in[k] ? c->piece[k] : NULL;
    }
    c->stages[s].moved->bind(c->stages[s].moved, &buffers);
}

static void bind_along(fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = planned(c, s);
    fl_backend_buffers buffers = buffers_of(c, s, c->stages[s].along, c->direction, c->aside);
    buffers.in[0] = c->values[stage->in[0]].y;
    buffers.d_in[0] = c->stages[s].d_in[0] ? c->piece[0] : NULL;
    buffers.out = c->stages[s].moved && !c->stages[s].along->adds ? c->aside_out : c->values[stage->out].r_y;
    buffers.d_out = c->values[stage->out].d_y;
    c->stages[s].along->bind(c->stages[s].along, &buffers);
}

static void bind_cross(fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = planned(c, s);
    fl_backend_buffers buffers = buffers_of(c, s, c->stages[s].cross, c->direction, c->aside);
    buffers.in[0] = c->values[stage->in[0]].r_y;
    buffers.d_in[0] = c->stages[s].d_in[0] ? c->piece[0] : NULL;
    buffers.out = c->aside_out;
    buffers.d_out = c->values[stage->out].d_y;
    c->stages[s].cross->bind(c->stages[s].cross, &buffers);
}

/* --- code of a kind's own --- */

static void bind_code(fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = planned(c, s);
    const fl_network_curvature_value *in = &c->values[stage->in[0]], *out = &c->values[stage->out];
    fl_backend_tangent *t = &c->stages[s].tangent;
    *t = (fl_backend_tangent){
        .layer = stage->layer,
        .in = stage->request.in[0].shape,
        .out = stage->op->out.shape,
        .inner = fl_backend_inner(c->backend, &c->graph.values[stage->in[0]].activation),
        .count = in->count,
        .product = c->backend->product,
        .training = stage->request.training,
        .x = in->y,
        .r_x = in->r_y,
        .y = out->y,
        .d_y = out->d_y,
        .r_y = out->r_y,
        .r_d_y = out->r_d_y,
        .r_d_x = c->stages[s].d_in[0],
        .labels = c->labels,
        .targets = c->targets,
    };
    fl_backend_buffers buffers = buffers_of(c, s, stage->op, c->parameters, c->result);
    for (size_t p = 0; p < stage->op->n_tensors; p++) {
        t->param[p] = buffers.param[p];
        t->r_grad[p] = buffers.grad[p];
        t->v[p] = c->direction + (buffers.param[p] - c->parameters);
    }
    for (size_t p = 0; p < stage->op->n_states; p++) t->state[p] = buffers.state[p];
    if (c->stages[s].code->workspace_bytes)
        t->workspace = fl_arena_bytes(c->arena, c->stages[s].code->workspace_bytes(t));
}

void fl_network_curvature_bind(fl_network_curvature *c)
{
    c->stages = fl_arena_bytes(c->arena, c->graph.n_stages * sizeof *c->stages);
    lay_out_tensors(c);
    make_values(c);
    make_vectors(c);
    make_ends(c);
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        place_d_in(c, s);
        plan_instances(c, s);
    }
    c->scratch = fl_arena_bytes(c->arena, largest_scratch(c));
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        bind_values(c, s, planned(c, s)->op, c->result);
        if (c->stages[s].down) bind_values(c, s, c->stages[s].down, NULL);
        if (c->stages[s].moved) bind_moved(c, s);
        if (c->stages[s].along) bind_along(c, s);
        if (c->stages[s].cross) bind_cross(c, s);
        if (c->stages[s].code) bind_code(c, s);
    }
}
