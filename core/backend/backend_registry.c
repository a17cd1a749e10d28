/* The registry of backends (list.h), and the fallback: what a backend lacks, naive computes. */
#include "backend/backend.h"

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

fl_backend_op *fl_backend_plan(const fl_backend *backend, const fl_backend_request *request, bool *fallback)
{
    fl_layer_kind kind = request->layer->kind;
    *fallback = fl_backend_falls_back(backend, request->layer, request->in[0].shape, request->precision);
    fl_backend_op_maker *plan = *fallback ? fl_backend_naive.plan[kind] : backend->plan[kind];
    fl_backend_op *op = plan(request);
    op->clobbers |= op->fused_relu;
    return op;
}

bool fl_backend_falls_back(const fl_backend *backend, const fl_layer *layer, fl_tensor_shape in,
                           fl_backend_precision precision)
{
    return !backend->plan[layer->kind] || (backend->serves && !backend->serves(layer, in, precision));
}

bool fl_backend_wants_canonical(const fl_backend *backend, const fl_layer *layer, fl_tensor_shape in,
                                fl_backend_precision precision)
{
    return backend->reads_canonical[layer->kind] || fl_backend_falls_back(backend, layer, in, precision);
}
