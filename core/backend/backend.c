/* The registry of backends, and lending: what a backend lacks, naive computes. */
#include "backend/backend.h"

#define X(name) extern const fl_backend fl_backend_##name;
#include "backend/list.h"
#undef X

static const fl_backend *const backends[] = {
#define X(name) &fl_backend_##name,
#include "backend/list.h"
#undef X
    NULL,
};

const char *fl_backend_precision_name(fl_backend_precision precision)
{
    static const char *const names[FL_BACKEND_PRECISIONS] = { [FL_BACKEND_F32] = "f32", [FL_BACKEND_BF16] = "bf16" };
    return names[precision];
}

const fl_backend *const *fl_backends(void)
{
    return backends;
}

const fl_backend *fl_backend_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)backends, "backend", name, error);
}

fl_backend_op *fl_backend_plan(const fl_backend *backend, const fl_backend_request *request, bool *lent)
{
    fl_layer_kind kind = request->layer->kind;
    *lent = !backend->plan[kind];
    fl_backend_op_maker *plan = *lent ? fl_backend_naive.plan[kind] : backend->plan[kind];
    return plan(request);
}

void fl_backend_op_refresh(fl_backend_op *op)
{
    for (size_t t = 0; op->refresh && t < op->n_tensors; t++) op->refresh(op, t, 0, op->tensors[t].count);
}
