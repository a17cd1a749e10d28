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
    return fl_backend_plain_sized(sizeof(fl_backend_plain), request, implementation, forward, backward);
}

fl_backend_plain *fl_backend_plain_sized(size_t size, const fl_backend_request *request, const char *implementation,
                                         fl_backend_op_run *forward, fl_backend_op_run *backward)
{
    fl_backend_plain *plain = fl_memory_new(1, size);
    plain->layer = *request->layer;
    plain->in = request->in[0].shape;
    plain->n_in = request->n_in;
    plain->index = request->index;
    plain->training = request->training;
    plain->needs_d_in = request->needs_d_in;
    plain->curvature = request->curvature;
    fl_backend_op *op = &plain->op;
    fl_tensor_shape in[FL_LAYER_FROM];
    for (size_t k = 0; k < request->n_in; k++) in[k] = request->in[k].shape;
    op->out.shape = fl_layer_out_of(request->layer, in, request->n_in);
    op->out.bytes = fl_tensor_shape_size(op->out.shape) * sizeof(float);
    op->n_tensors = fl_layer_tensors(request->layer, plain->in, op->tensors);
    snprintf(op->implementation, sizeof op->implementation, "%s", implementation);
    op->n_states = fl_layer_states(request->layer, plain->in, op->states);
    op->reads_in = op->reads_out = true;
    op->bind = bind;
    op->forward = forward;
    op->backward = request->training ? backward : NULL;
    op->import = copy_in;
    op->export = copy_out;
    op->free = free_op;
    return plain;
}
