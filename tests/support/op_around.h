/* A case's op as a network would plan it: perhaps behind a convolution, which makes a library choose its own layout for
 * the activation, perhaps before a ReLU, which the op may fuse. Canonical values in and out on every backend. */
#ifndef FL_TESTS_OP_AROUND_H
#define FL_TESTS_OP_AROUND_H

#include "support/op_case.h"

typedef struct op_around {
    fl_backend_precision precision;
    bool training, convolution_before, relu_after;
} op_around;

/* What op_run_compute does, with all this around the op. */
void op_around_compute(op_run *run, const fl_backend *backend, op_around around);

#endif
