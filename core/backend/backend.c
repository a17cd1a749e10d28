/* What backends share. */
#include "backend/backend.h"
#include "backend/bf16.h"

#include <string.h>

const char *fl_backend_precision_name(fl_backend_precision precision)
{
    static const char *const names[FL_BACKEND_PRECISIONS] = { [FL_BACKEND_F32] = "f32", [FL_BACKEND_BF16] = "bf16" };
    return names[precision];
}

void fl_backend_activation_fill(const fl_backend_activation *activation, const float *canonical, void *to)
{
    size_t n = fl_tensor_shape_size(activation->shape);
    uint16_t *halves = to;
    if (activation->precision == FL_BACKEND_F32) memcpy(to, canonical, n * sizeof *canonical);
    for (size_t i = 0; i < n && activation->precision == FL_BACKEND_BF16; i++)
        halves[i] = fl_backend_bf16(canonical[i]);
}

size_t fl_backend_inner(const fl_backend *backend, const fl_backend_activation *activation)
{
    return activation->layout ? backend->inner(activation) : 1;
}

void fl_backend_op_refresh(fl_backend_op *op)
{
    for (size_t t = 0; op->refresh && t < op->n_tensors; t++) op->refresh(op, t, 0, op->tensors[t].count);
}
