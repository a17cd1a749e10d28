/* What a curvature need not compute: where the network keeps its values (fl_network_keep_values), and both plans came
 * to the same stages, they are the values of the curvature too, and so is what its ops left in their workspaces.
 *
 * A ReLU that the network fuses is a stage of its own here. What it reads is then nowhere, and nobody misses it: the
 * slope of a ReLU is known by its output, and no layer that may fuse one has tangents by its own output.
 */
#include "network/curvature_parts.h"
#include "network/network_parts.h"

#include <string.h>

static const size_t NOWHERE = (size_t)-1;

/* Of each value of the curvature, the network's that it is; NOWHERE. */
typedef struct matching {
    const fl_network_graph *to, *from;
    size_t *value;
} matching;

static bool is_same_value(const matching *m, size_t to, size_t from)
{
    const fl_backend_activation *a = &m->to->values[to].activation, *b = &m->from->values[from].activation;
    return !a->layout && !b->layout && a->bytes == b->bytes && a->precision == b->precision;
}

static bool reads_the_same(const matching *m, const fl_network_stage *a, const fl_network_stage *b)
{
    bool same = a->n_in == b->n_in;
    for (size_t k = 0; same && k < a->n_in; k++) same = m->value[a->in[k]] == b->in[k];
    return same;
}

/* The same code on the same values: then its bits are the same. */
static bool is_same_stage(const matching *m, const fl_network_stage *a, const fl_network_stage *b)
{
    return !a->layer == !b->layer && a->request.index == b->request.index && reads_the_same(m, a, b) &&
           a->request.training == b->request.training && is_same_value(m, a->out, b->out) &&
           a->op->workspace_bytes == b->op->workspace_bytes && !strcmp(a->op->implementation, b->op->implementation);
}

static bool is_relu_of(const fl_network_stage *stage, size_t value)
{
    return stage->layer && stage->layer->kind == FL_LAYER_RELU && stage->in[0] == value;
}

/* Match a stage and, where the network fuses one, the ReLU behind; returns how many that were, 0: none. */
static size_t match(const matching *m, size_t s, const fl_network_stage *of)
{
    const fl_network_stage *stage = &m->to->stages[s];
    bool fused = of->op->fused_relu;
    if (!is_same_stage(m, stage, of) || (fused && !is_relu_of(stage + 1, stage->out))) return 0;
    m->value[stage->out] = fused ? NOWHERE : of->out;
    if (fused) m->value[stage[1].out] = of->out;
    return 1 + fused;
}

/* Every stage has its like. A loss is last, so that behind a fused ReLU there is a stage. */
static bool match_all(const matching *m)
{
    size_t s = 0, n = 0;
    bool same = is_same_value(m, 0, 0);
    for (; same && s < m->to->n_stages && n < m->from->n_stages; n++) {
        size_t matched = match(m, s, &m->from->stages[n]);
        same = matched;
        s += matched;
    }
    return same && s == m->to->n_stages && n == m->from->n_stages;
}

static void take_values(fl_network_curvature *c, const size_t *value)
{
    const fl_network *network = c->network;
    c->lent = fl_arena_bytes(c->arena, c->graph.n_values * sizeof *c->lent);
    c->lent_workspaces = fl_arena_bytes(c->arena, c->graph.n_stages * sizeof *c->lent_workspaces);
    c->lent[0] = network->buffers.input;
    for (size_t v = 1; v < c->graph.n_values; v++)
        if (value[v] != NOWHERE) c->lent[v] = network->buffers.stages[network->graph.values[value[v]].producer].out;
}

/* The stages are in one order, but for the ReLUs that the network has not. */
static void take_workspaces(fl_network_curvature *c)
{
    const fl_network_stage *stages = c->network->graph.stages;
    for (size_t n = 0, s = 0; n < c->network->graph.n_stages; s += 1 + stages[n++].op->fused_relu)
        c->lent_workspaces[s] = c->network->buffers.stages[n].workspace;
}

void fl_network_curvature_borrow(fl_network_curvature *c)
{
    const fl_network *network = c->network;
    size_t *value = fl_arena_bytes(c->arena, c->graph.n_values * sizeof *value);
    const matching m = { &c->graph, &network->graph, value };
    if (!network->graph.keeps || !network->parameters || !match_all(&m)) return;
    take_values(c, value);
    take_workspaces(c);
}
