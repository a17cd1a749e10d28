/* What a curvature need not compute: where the network keeps its values (fl_network_keep_values), and both plans came
 * to the same stages, they are the values of the curvature too, and so is what its ops left in their workspaces.
 */
#include "network/curvature_parts.h"
#include "network/network_parts.h"

#include <string.h>

static bool is_same_value(const fl_backend_activation *a, const fl_backend_activation *b)
{
    return !a->layout && !b->layout && a->bytes == b->bytes && a->precision == b->precision;
}

/* The same code on the same values: then its bits are the same. */
static bool is_same_stage(const fl_network_stage *a, const fl_network_stage *b)
{
    return !a->layer == !b->layer && a->request.index == b->request.index && a->n_in == b->n_in && a->out == b->out &&
           !memcmp(a->in, b->in, a->n_in * sizeof *a->in) && a->request.training == b->request.training &&
           a->op->workspace_bytes == b->op->workspace_bytes && !strcmp(a->op->implementation, b->op->implementation);
}

bool fl_network_curvature_is_lent(const fl_network_graph *to, const fl_network *from)
{
    const fl_network_graph *graph = &from->graph;
    bool same = graph->keeps && from->parameters && graph->n_stages == to->n_stages && graph->n_values == to->n_values;
    for (size_t v = 0; same && v < to->n_values; v++)
        same = is_same_value(&graph->values[v].activation, &to->values[v].activation);
    for (size_t s = 0; same && s < to->n_stages; s++) same = is_same_stage(&graph->stages[s], &to->stages[s]);
    return same;
}

void *fl_network_curvature_lent_value(const fl_network *from, size_t value)
{
    return value ? from->buffers.stages[from->graph.values[value].producer].out : from->buffers.input;
}

void *fl_network_curvature_lent_workspace(const fl_network *from, size_t stage)
{
    return from->buffers.stages[stage].workspace;
}
