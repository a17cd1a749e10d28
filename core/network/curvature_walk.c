/* The walks of a product: tangents forward, the curvature of the loss, and backward. */
#include "base/clones.h"
#include "network/curvature_parts.h"

#include <string.h>

static fl_network_curvature_stage *loss_of(const fl_network_curvature *c)
{
    return &c->stages[c->graph.n_stages - 1];
}

/* --- sums --- */

FL_CLONES static void add(float *restrict to, const float *restrict from, size_t n)
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
    if (stage->moved && stage->along && !stage->along->adds) add(out->r_y, c->aside_out, out->count);
}

void fl_network_curvature_forward(fl_network_curvature *c)
{
    for (size_t s = 0; s + 1 < c->graph.n_stages; s++)
        if (c->graph.stages[s].trained) stage_forward(c, s);
}

/* V^T dy and dy R{x}^T. */
static void add_cross(fl_network_curvature *c, size_t s)
{
    const fl_network_stage *stage = &c->graph.stages[s];
    const fl_network_curvature_value *in = &c->values[stage->in[0]];
    fl_backend_op *cross = c->stages[s].cross;
    cross->backward(cross);
    size_t weight = c->tensors[c->stages[s].tensor].offset; /* a bias has no cross term */
    add(c->result + weight, c->aside + weight, cross->tensors[0].count);
    if (in->r_d_y) add(in->r_d_y, c->piece[0], in->count);
}

static void stage_backward(fl_network_curvature *c, size_t s, bool inputs_alone)
{
    const fl_network_stage *stage = &c->graph.stages[s];
    fl_backend_op *down = c->stages[s].down;
    if (inputs_alone && down)
        down->backward(down);
    else if (c->stages[s].code)
        c->stages[s].code->backward(&c->stages[s].tangent);
    else if (stage->op->passes)
        pass_on(c, s);
    else if (stage->op->backward)
        stage->op->backward(stage->op);
    if (!stage->op->passes) add_pieces(c, s);
    if (c->stages[s].tangent.second && c->stages[s].cross) add_cross(c, s);
}

void fl_network_curvature_set_terms(fl_network_curvature *c, bool second, bool constants)
{
    for (size_t s = 0; s < c->graph.n_stages; s++) {
        c->stages[s].tangent.second = second;
        c->stages[s].tangent.constants = constants || !c->stages[s].tangent.training;
    }
}

void fl_network_curvature_backward(fl_network_curvature *c, bool inputs_alone)
{
    for (size_t s = c->graph.n_stages - 1; s-- > 0;)
        if (c->graph.stages[s].trained) stage_backward(c, s, inputs_alone);
}

/* Each is kept before its own stage may overwrite it. */
void fl_network_curvature_keep_gradients(fl_network_curvature *c)
{
    if (c->has_gradient) return;
    loss_of(c)->code->gradient(&loss_of(c)->tangent);
    fl_network_curvature_set_terms(c, false, false);
    for (size_t s = c->graph.n_stages - 1; s-- > 0;) {
        const fl_network_curvature_value *out = &c->values[c->graph.stages[s].out];
        if (!c->graph.stages[s].trained) continue;
        memcpy(out->d_y, out->r_d_y, out->count * sizeof(float));
        stage_backward(c, s, false);
    }
    c->has_gradient = true;
}

/* --- the loss --- */

/* e for each row, by true targets or by drawn ones, which are those of the point. */
static const float *find_residual(fl_network_curvature *c, fl_network_matrix fisher)
{
    const fl_network_curvature_stage *loss = loss_of(c);
    if (fisher == FL_NETWORK_FISHER_EMPIRICAL) {
        loss->code->residual(&loss->tangent, c->residual);
        return c->residual;
    }
    if (!c->has_drawn) loss->code->draw(&loss->tangent, &c->moment, c->drawn);
    c->has_drawn = true;
    return c->drawn;
}

/* Of each row e (e . R{z}) / rows: the curvature of one example's outer product. */
static void apply_residual(const fl_network_curvature *c, const float *residual)
{
    const fl_backend_tangent *loss = &loss_of(c)->tangent;
    size_t n = loss->count / c->n_rows;
    for (size_t r = 0; loss->r_d_x && r < c->n_rows; r++) {
        const float *e = residual + r * n, *r_z = loss->r_x + r * n;
        double product = 0;
        for (size_t j = 0; j < n; j++) product += (double)e[j] * r_z[j];
        for (size_t j = 0; j < n; j++) loss->r_d_x[r * n + j] = (float)(e[j] * product / (double)c->n_rows);
    }
}

void fl_network_curvature_residual(fl_network_curvature *c, fl_network_matrix fisher)
{
    const float *e = find_residual(c, fisher);
    float *d = loss_of(c)->tangent.r_d_x, share = 1 / (float)c->n_rows;
    for (size_t i = 0; d && i < loss_of(c)->tangent.count; i++) d[i] = e[i] * share;
}

void fl_network_curvature_loss(fl_network_curvature *c, fl_network_matrix matrix)
{
    if (matrix < FL_NETWORK_FISHER_SAMPLED)
        loss_of(c)->code->hessian(&loss_of(c)->tangent);
    else
        apply_residual(c, find_residual(c, matrix));
}
