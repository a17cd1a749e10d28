/* Ops in canonical layout, as naive and openblas plan them.
 *
 * Seams are float N,C,H,W, parameters lie in canonical order without padding, so everything about an op follows from
 * its layer and input; what differs from kind to kind is only what runs forward and backward.
 */
#ifndef FL_BACKEND_PLAIN_H
#define FL_BACKEND_PLAIN_H

#include "backend/backend.h"

typedef struct fl_plain {
    fl_op op; /* first: a pointer to the op is a pointer to the plain op */
    fl_layer layer;
    fl_shape in;
    bool needs_d_in;
    fl_buffers at; /* from bind on */
} fl_plain;

typedef void fl_op_run(fl_op *op);

/* An op for `request` that runs `forward` and, when training, `backward`. The caller may still set took_relu and
 * workspace_bytes. */
fl_plain *fl_plain_new(const fl_request *request, const char *implementation, fl_op_run *forward, fl_op_run *backward);

#endif
