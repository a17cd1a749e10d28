/* What backends share. */
#include "backend/backend.h"

const char *fl_backend_precision_name(fl_backend_precision precision)
{
    static const char *const names[FL_BACKEND_PRECISIONS] = { [FL_BACKEND_F32] = "f32", [FL_BACKEND_BF16] = "bf16" };
    return names[precision];
}

void fl_backend_op_refresh(fl_backend_op *op)
{
    for (size_t t = 0; op->refresh && t < op->n_tensors; t++) op->refresh(op, t, 0, op->tensors[t].count);
}
