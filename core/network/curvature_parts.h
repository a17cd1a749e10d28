/* What a curvature is made of; for curvature*.c alone.
 *
 * Each stage of its graph has the op that computes its values and, where the layer is linear, more instances of the
 * same op bound to other memory: `moved` reads the tangents of the inputs, `along` the direction in place of the
 * parameters and adds its product to that, `cross` both. Backward of the first gives W^T R{dy} and R{dy} x^T, of
 * `cross` V^T dy and dy R{x}^T. `down` is the op itself with the gradient of its inputs alone: Kronecker factors want
 * none of the parameters'.
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
    fl_backend_op *moved, *along, *cross, *down; /* NULL: not needed */
    const fl_backend_tangent_code *code;         /* of a kind with tangents of its own; NULL */
    fl_backend_tangent tangent;
    float *d_in[FL_LAYER_FROM]; /* where the stage writes R{dx}: the value's, or a piece to be added; NULL: nowhere */
    bool first[FL_LAYER_FROM];  /* the value's own: no reader has written before */
    size_t tensor, state;       /* the stage's first in the layouts */
} fl_network_curvature_stage;

/* A block with factors: where its inputs a and its gradients lie. */
typedef struct fl_network_curvature_block {
    fl_network_factor factor;
    size_t stage;
    fl_backend_linear of;      /* of a dense layer or projection: rows in order */
    fl_backend_op *in, *d_out; /* make them canonical first; NULL: they are */
    float *in_at, *d_out_at;   /* to here */
} fl_network_curvature_block;

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
    void *scratch;                          /* of all ops */
    void *piece[FL_LAYER_FROM], *aside_out; /* as large as the largest value */
    float *residual, *drawn;                /* e at the loss's outputs, by true targets and by drawn ones */
    bool same_layout;                       /* vectors lie as they do here */
    void **lent, **lent_workspaces; /* the network's memory of each value, of each stage; an entry that is NULL has its
                                       own, without the array all have */
    bool has_gradient, has_drawn;   /* d_y of this point are there; `drawn` is */
    fl_backend_moment moment;
    size_t n_rows;
    int32_t *labels;
    float *targets, *losses, *errors;
    fl_network_curvature_block *blocks;
    size_t n_blocks;
    float *rows; /* as many inputs of a block, with their 1, as one product takes */
};

/* Fill `lent` where the network has values for it; before anything is bound (curvature_lent.c). */
void fl_network_curvature_borrow(fl_network_curvature *curvature);

/* Plan the instances and bind everything (curvature_plan.c). */
void fl_network_curvature_bind(fl_network_curvature *curvature);

/* The walks (curvature_walk.c). Which terms they have: `second`, those with dy, for the tangent of backward;
 * `constants`, a batch's statistics do not move. */
void fl_network_curvature_set_terms(fl_network_curvature *curvature, bool second, bool constants);
void fl_network_curvature_keep_gradients(fl_network_curvature *curvature); /* dy of every value, once a point */
void fl_network_curvature_forward(fl_network_curvature *curvature);        /* R{y} of every value */
void fl_network_curvature_loss(fl_network_curvature *curvature,
                               fl_network_matrix matrix); /* R{dz} of the loss's input */
/* In its place the gradient of the mean loss, by true or drawn targets. */
void fl_network_curvature_residual(fl_network_curvature *curvature, fl_network_matrix fisher);
/* R{dy} of every value, and the result; without the result where `inputs_alone`, as far as ops can. */
void fl_network_curvature_backward(fl_network_curvature *curvature, bool inputs_alone);

/* The blocks with factors (curvature_factors.c). */
void fl_network_curvature_find_factors(fl_network_curvature *curvature);
void fl_network_curvature_free_factors(fl_network_curvature *curvature);

#endif
