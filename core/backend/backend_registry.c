/* The registry of backends (list.h), and the fallback: what a backend lacks, naive computes. A layer that workers
 * divide is one canonical op on the products of any backend. */
#include "backend/canonical.h"

#define X(name) extern const fl_backend fl_backend_##name;
#include "backend/list.h"
#undef X

static const fl_backend *const registry[] = {
#define X(name) &fl_backend_##name,
#include "backend/list.h"
#undef X
    NULL,
};

const fl_backend *const *fl_backends(void)
{
    return registry;
}

const fl_backend *fl_backend_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "backend", name, error);
}

/* Is it computed in step with other workers, by the one op that every backend has for that? */
static bool meets(const fl_layer *layer)
{
    return layer->kind == FL_LAYER_BATCH_NORM && layer->workers;
}

fl_backend_op *fl_backend_plan(const fl_backend *backend, const fl_backend_request *request, bool *fallback)
{
    fl_layer_kind kind = request->layer->kind;
    *fallback = false;
    if (request->layer->division) return fl_backend_divided_dense(request, backend->product);
    *fallback = fl_backend_falls_back(backend, request->layer);
    if (meets(request->layer)) return fl_backend_batch_norm_of_all(request);
    fl_backend_op_maker *plan = *fallback ? fl_backend_naive.plan[kind] : backend->plan[kind];
    fl_backend_op *op = plan(request);
    op->clobbers |= op->fused_relu;
    return op;
}

bool fl_backend_falls_back(const fl_backend *backend, const fl_layer *layer)
{
    return !backend->plan[layer->kind] && !meets(layer);
}

bool fl_backend_wants_canonical(const fl_backend *backend, const fl_layer *layer)
{
    bool asks = backend->reads_canonical && backend->reads_canonical(layer);
    return asks || layer->division || meets(layer) || fl_backend_falls_back(backend, layer);
}
