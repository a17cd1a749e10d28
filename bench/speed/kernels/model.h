/* A model planned like a network, but open: every op can be planned again by itself, with the input and the gradient it
 * meets in a training. So a layer is measured in the layouts its neighbours give it, not in canonical ones it never
 * sees.
 */
#ifndef BENCH_SPEED_KERNELS_MODEL_H
#define BENCH_SPEED_KERNELS_MODEL_H

#include "base/arena.h"
#include "backend/backend.h"
#include "workload/workload.h"

typedef struct model_choice {
    const fl_workload *workload; /* its layers form a chain, without options */
    const fl_backend *backend;
    fl_backend_precision precision;
    fl_tensor_shape in;
} model_choice;

typedef struct open_model open_model;

/* The model of a choice, one training step behind it. The last one asked for is kept, so neighbours in the list of
 * benchmarks share it. */
const open_model *model_get(const model_choice *choice);

/* Layer `layer` of the workload planned by itself, with or without a gradient of its input, bound in `arena` and
 * with its forward behind it; the caller frees the op. */
fl_backend_op *model_layer(const open_model *model, size_t layer, bool needs_d_in, fl_arena *arena);

#endif
