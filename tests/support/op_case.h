/* One op of each kind on awkward shapes: what it is given, drawn at random, and what a backend makes of it. Canonical
 * throughout; only for backends whose activations are.
 */
#ifndef FL_TESTS_OP_CASE_H
#define FL_TESTS_OP_CASE_H

#include "base/arena.h"
#include "backend/backend.h"
#include <stdint.h>

enum { OP_CASE_INPUTS = 3 };

typedef struct op_case {
    const char *name;
    fl_layer layer;
    fl_tensor_shape in[OP_CASE_INPUTS]; /* n 0 ends them */
} op_case;

/* Every kind, most of them several times; ended by one without a name. */
extern const op_case op_cases[];

/* A case with its numbers, allocated by the arena. */
typedef struct op_run {
    const op_case *of;
    fl_layer layer; /* resolved */
    fl_tensor_shape out;
    size_t n_in, n_tensors, n_states;
    fl_tensor tensors[FL_LAYER_TENSORS], states[FL_LAYER_STATES];
    size_t n_x[OP_CASE_INPUTS], n_y;
    bool loss, curvature; /* curvature: the op is one's; false unless set */
    fl_backend_moment moment;
    /* given */
    void *x[OP_CASE_INPUTS]; /* floats, or int32 where the input is tokens */
    float *params[FL_LAYER_TENSORS], *before[FL_LAYER_STATES];
    float *d_y; /* of a loss 1 / n_y everywhere, which is what backward takes it to be */
    int32_t *labels;
    float *targets;
    /* made; y holds the losses of a loss */
    float *y, *errors, *d_x[OP_CASE_INPUTS], *grads[FL_LAYER_TENSORS], *after[FL_LAYER_STATES];
} op_run;

enum { OP_CASE_LAYER = 5 }; /* its place in the network, for what draws */

op_run op_run_new(fl_arena *arena, const op_case *of, uint64_t seed);

/* Forward and, when training, backward. What the op must write starts as NaNs. */
void op_run_compute(op_run *run, const fl_backend *backend, bool training);

#endif
