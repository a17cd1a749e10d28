/* Derivatives of ops along a direction, for products with curvature (network/curvature.h).
 *
 * R{.} is the derivative along parameters + e v (Pearlmutter 1994). A linear layer has its tangents from its own passes
 * bound to other memory: R{y} = W R{x} + V x, R{dx} = W^T R{dy} + V^T dy. The kinds that are not linear have code of
 * their own here, once for all backends, on canonical floats.
 */
#ifndef FL_BACKEND_TANGENT_H
#define FL_BACKEND_TANGENT_H

#include "backend/backend.h"

/* How a layer's tangents come from its own passes. */
typedef enum fl_backend_passes {
    FL_BACKEND_LINEAR,   /* in its input alone: forward of R{x}; backward of R{dy} */
    FL_BACKEND_BILINEAR, /* in input and weight, then a bias: both exchanges */
    FL_BACKEND_ADDED,    /* input plus parameters: forward of R{x} with V */
    FL_BACKEND_CHOSEN,   /* parameters that the input chooses: forward of x with V */
    FL_BACKEND_OWN       /* code of its own */
} fl_backend_passes;

fl_backend_passes fl_backend_tangent_passes(const fl_backend_request *request);

/* What the code of a kind works on, canonical but for `inner`; every array is borrowed. */
typedef struct fl_backend_tangent {
    const fl_layer *layer;
    fl_tensor_shape in, out;
    size_t inner; /* channels of a pixel lie side by side in blocks of so many, as in fl_backend.inner */
    size_t count; /* numbers of the input, padding included */
    fl_backend_product *product;
    bool training;  /* a batch's statistics are its own */
    bool constants; /* but do not move with the parameters */
    bool second;    /* terms with dy count: the tangent of backward; else R{dx} = J^T R{dy} */
    const float *x, *r_x, *y, *d_y;
    float *r_y, *r_d_y, *r_d_x; /* r_d_x NULL: not wanted */
    const float *param[FL_LAYER_TENSORS], *v[FL_LAYER_TENSORS];
    float *r_grad[FL_LAYER_TENSORS]; /* overwritten */
    const float *state[FL_LAYER_STATES];
    void *workspace;       /* kept from `point` on */
    const int32_t *labels; /* losses */
    const float *targets;
} fl_backend_tangent;

/* A linear map inside a layer: y = a W^T + b over rows; its inputs, and what backward left at its outputs. */
typedef struct fl_backend_linear {
    size_t weight, row; /* tensor of the layer, and the first of its rows; the bias is the tensor behind */
    size_t rows, in, out, a_step, g_step;
    const float *a, *g;
} fl_backend_linear;

/* The layouts a kind's code works on: canonical ones; those that fl_backend.inner describes; any, number by number. */
typedef enum fl_backend_layouts { FL_BACKEND_CANONICAL, FL_BACKEND_INNER, FL_BACKEND_ANY } fl_backend_layouts;

typedef struct fl_backend_tangent_code {
    fl_backend_layouts layouts;
    size_t (*workspace_bytes)(const fl_backend_tangent *t);
    void (*point)(const fl_backend_tangent *t);    /* what depends on the point alone; both may be NULL */
    void (*forward)(const fl_backend_tangent *t);  /* r_y of x, r_x, v; unless a loss */
    void (*backward)(const fl_backend_tangent *t); /* r_d_x and r_grad of r_d_y; with `second` of d_y too */
    /* Losses: r_d_x (and r_grad) = the gradient of the mean loss; then its second derivative times r_x (and v). */
    void (*gradient)(const fl_backend_tangent *t);
    void (*hessian)(const fl_backend_tangent *t);
    /* Losses: e = the gradient of each row's loss at the outputs; with `targets` and `labels` of `t`. */
    void (*residual)(const fl_backend_tangent *t, float *e);
    /* Losses with a residual: the same by a label per row, or a target per output, drawn from what the outputs predict.
     * Such a target is written down nowhere: next to an output in the ten thousands it has no digits left. */
    void (*draw)(const fl_backend_tangent *t, const fl_backend_moment *moment, float *e);
    size_t n_linear;
    fl_backend_linear (*linear)(const fl_backend_tangent *t, size_t index);
    bool convex; /* a loss of the outputs alone whose G and F are defined */
} fl_backend_tangent_code;

const fl_backend_tangent_code *fl_backend_tangent_code_of(const fl_layer *layer); /* NULL: from its own passes */

/* In a curvature the layer's inputs are to be canonical, whatever they are; this one is to be. */
bool fl_backend_tangent_wants_canonical(const fl_layer *layer);
bool fl_backend_tangent_wants_other(const fl_backend *backend, const fl_layer *layer, const fl_backend_activation *in);

/* The op whose forward gives a layer's values in a curvature: canonical where its tangents are. */
fl_backend_op *fl_backend_tangent_plan(const fl_backend *backend, const fl_backend_request *request, bool *fallback);

/* The rows of a loss and the outputs in each. */
size_t fl_backend_tangent_rows(const fl_layer *loss, fl_tensor_shape in);

#endif
