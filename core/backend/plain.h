/* Ops in canonical layout, as naive and openblas plan them.
 *
 * Activations are float N,C,H,W, parameters lie in canonical order without padding, so everything about an op follows
 * from its layer and input; what differs from kind to kind is only what runs forward and backward.
 */
#ifndef FL_BACKEND_PLAIN_H
#define FL_BACKEND_PLAIN_H

#include "backend/backend.h"

typedef struct fl_backend_plain {
    fl_backend_op op; /* first: a pointer to the op is a pointer to the plain op */
    fl_layer layer;
    size_t index, n_in;
    fl_tensor_shape in; /* of the first input */
    bool training, needs_d_in, curvature;
    fl_backend_buffers at; /* from bind on */
} fl_backend_plain;

typedef void fl_backend_op_run(fl_backend_op *op);

/* An op for `request` that runs `forward` and, when training, `backward`. The caller may still set fused_relu,
 * workspace_bytes and what backward reads. */
fl_backend_plain *fl_backend_plain_new(const fl_backend_request *request, const char *implementation,
                                       fl_backend_op_run *forward, fl_backend_op_run *backward);

/* The same for an op that keeps more: `size` bytes that begin with an fl_backend_plain, the rest zero. */
fl_backend_plain *fl_backend_plain_sized(size_t size, const fl_backend_request *request, const char *implementation,
                                         fl_backend_op_run *forward, fl_backend_op_run *backward);

#endif
