/* Everything about a canonical op but its arithmetic. */
#include "backend/plain.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bind(fl_backend_op *op, const fl_backend_buffers *buffers)
{
    ((fl_backend_plain *)op)->at = *buffers;
}

static void copy_in(const fl_backend_op *op, size_t tensor, const float *canonical, float *native)
{
    memcpy(native, canonical, op->tensors[tensor].n_values * sizeof *native);
}

static void copy_out(const fl_backend_op *op, size_t tensor, const float *native, float *canonical)
{
    memcpy(canonical, native, op->tensors[tensor].n_values * sizeof *native);
}

static void free_op(fl_backend_op *op)
{
    free(op);
}

fl_backend_plain *fl_backend_plain_new(const fl_backend_request *request, const char *implementation,
                                       fl_backend_op_run *forward, fl_backend_op_run *backward)
{
    fl_backend_plain *plain = fl_memory_new(1, sizeof *plain);
    plain->layer = *request->layer;
    plain->in = request->in.shape;
    plain->needs_d_in = request->needs_d_in;
    fl_backend_op *op = &plain->op;
    op->out.shape = fl_layer_out(request->layer, plain->in);
    op->out.bytes = fl_tensor_shape_size(op->out.shape) * sizeof(float);
    op->n_tensors = fl_layer_tensors(request->layer, plain->in, op->tensors);
    snprintf(op->implementation, sizeof op->implementation, "%s", implementation);
    op->bind = bind;
    op->forward = forward;
    op->backward = request->training ? backward : NULL;
    op->import = copy_in;
    op->export = copy_out;
    op->free = free_op;
    return plain;
}
