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

fl_backend_op *fl_backend_plan(const fl_backend *backend, const fl_backend_request *request, bool *lent)
{
    fl_layer_kind kind = request->layer->kind;
    *lent = !backend->plan[kind];
    fl_backend_op_maker *plan = *lent ? fl_backend_naive.plan[kind] : backend->plan[kind];
    return plan(request);
}
