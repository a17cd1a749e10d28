/* Everything about a canonical op but its arithmetic. */
#include "backend/plain.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bind(fl_op *op, const fl_buffers *buffers)
{
    ((fl_plain *)op)->at = *buffers;
}

static void copy_in(const fl_op *op, size_t tensor, const float *canonical, float *own)
{
    memcpy(own, canonical, op->tensors[tensor].n_values * sizeof *own);
}

static void copy_out(const fl_op *op, size_t tensor, const float *own, float *canonical)
{
    memcpy(canonical, own, op->tensors[tensor].n_values * sizeof *own);
}

static void free_op(fl_op *op)
{
    free(op);
}

fl_plain *fl_plain_new(const fl_request *request, const char *implementation, fl_op_run *forward, fl_op_run *backward)
{
    fl_plain *plain = fl_new(1, sizeof *plain);
    plain->layer = *request->layer;
    plain->in = request->in.shape;
    plain->needs_d_in = request->needs_d_in;
    fl_op *op = &plain->op;
    op->out.shape = fl_layer_out(request->layer, plain->in);
    op->out.bytes = fl_shape_size(op->out.shape) * sizeof(float);
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
