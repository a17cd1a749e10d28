/* What a curvature is made of; for curvature*.c alone.
 *
 * Each stage of its graph has the op that computes its values and, where the layer is linear, more instances of the
 * same op bound to other memory: `moved` reads the tangents of the inputs, `along` the direction in place of the
 * parameters, `cross` both. Backward of the first gives W^T R{dy} and R{dy} x^T, of `cross` V^T dy and dy R{x}^T.
 */
#ifndef FL_NETWORK_CURVATURE_PARTS_H
#define FL_NETWORK_CURVATURE_PARTS_H

#include "backend/tangent.h"
#include "network/curvature.h"
#include "network/graph.h"

/* A value and what goes with it, each in memory of its own, in one layout. */
typedef struct fl_network_curvature_value {
    void *y;
    float *r_y, *d_y, *r_d_y; /* R{y}; dy of the mean loss, kept; R{dy}, or what goes backward in its place */
    size_t count;             /* floats, padding included */
} fl_network_curvature_value;

typedef struct fl_network_curvature_stage {
    fl_backend_op *moved, *along, *cross; /* NULL: not needed */
    const fl_backend_tangent_code *code;  /* of a kind with tangents of its own; NULL */
    fl_backend_tangent tangent;
    float *d_in[FL_LAYER_FROM]; /* where the stage writes R{dx}: the value's, or a piece to be added; NULL: nowhere */
    bool first[FL_LAYER_FROM];  /* the value's own: no reader has written before */
    size_t tensor, state;       /* the stage's first in the layouts */
} fl_network_curvature_stage;

struct fl_network_curvature {
    fl_arena *arena; /* owns all memory, the curvature's own included */
    const fl_backend *backend;
    const fl_network *network; /* borrowed: how vectors lie */
    fl_network_graph graph;
    fl_network_curvature_stage *stages;
    fl_network_curvature_value *values;
    fl_tensor *tensors;
    size_t count, state_count, n_parameters;        /* floats */
    float *parameters, *direction, *result, *aside; /* W; V; the product; what `cross` adds to it */
    float *nothing, *canonical;                     /* zeros in a bias's place; a vector on its way between layouts */
    float *state;
    void *piece[FL_LAYER_FROM], *aside_out; /* as large as the largest value */
    float *residual;                        /* of the loss's outputs */
    bool same_layout;                       /* vectors lie as they do here */
    bool has_gradient;                      /* d_y of this point are there */
    fl_backend_moment moment;
    size_t n_rows;
    int32_t *labels, *drawn_labels;
    float *targets, *drawn_targets, *losses, *errors;
};

/* Plan the instances and bind everything (curvature_plan.c). */
void fl_network_curvature_bind(fl_network_curvature *curvature);

/* Write what the loss has at its outputs to their R{dy}: its gradient times 1 / rows, with these targets. */
void fl_network_curvature_residual(fl_network_curvature *curvature, fl_network_matrix fisher);

/* From the loss's R{dy} to all others and the result; `second`: with the terms of dy. */
void fl_network_curvature_backward(fl_network_curvature *curvature, bool second, bool constants);

#endif
