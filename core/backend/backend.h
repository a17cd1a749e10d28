/* Backends plan, then execute.
 *
 * For each layer at a given batch size a backend makes an op once: it chooses its own layout for the layer's
 * parameters and output, its primitives and its workspace. The network (network/network.h) adds up what the ops ask
 * for, hands the memory out by one bind, and from then on forward and backward take no argument, allocate nothing and
 * look nothing up.
 *
 * The producer of an activation chooses its layout, the consumer reads it as it is (and reorders inside itself where
 * its primitive wants another one). The gradient of an activation has the layout of its values. For an op that a
 * backend lacks it falls back to naive, which knows only canonical activations (float, N,C,H,W without gaps): the
 * network puts the backend's `to_canonical` op before it where the activation is not canonical.
 */
#ifndef FL_BACKEND_BACKEND_H
#define FL_BACKEND_BACKEND_H

#include "base/entry.h"
#include "base/text.h"
#include "backend/product.h"
#include "tensor/tensor.h"
#include "layer/layer.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum fl_backend_precision { FL_BACKEND_F32, FL_BACKEND_BF16, FL_BACKEND_PRECISIONS } fl_backend_precision;
const char *fl_backend_precision_name(fl_backend_precision precision); /* "f32", "bf16" */

typedef struct fl_backend_activation {
    fl_tensor_shape shape; /* tokens are int32, whatever the precision */
    size_t bytes;          /* of one buffer: the values, or their gradient */
    const void *layout;    /* NULL: canonical; else the backend's descriptor, owned by the op that produces it */
    fl_backend_precision precision; /* of the numbers */
} fl_backend_activation;

/* What the network asks for. */
typedef struct fl_backend_request {
    const fl_layer *layer;
    size_t index; /* of the layer in its network: what it draws depends on it */
    size_t n_in;
    fl_backend_activation in[FL_LAYER_FROM];
    fl_backend_precision precision;
    bool training;       /* false: evaluation, forward only, without gradient buffers */
    bool needs_d_in;     /* false where nothing before it is trained: no gradient of its inputs */
    bool relu_next;      /* a ReLU alone reads the output, which the op may take over (fused_relu) */
    bool canonical_next; /* a reader wants the output canonical: that saves a to_canonical */
    bool backward_alone; /* of dense and convolution: backward runs without a forward before it on the same input */
    bool adds;           /* forward is to add to what lies in the output, where the op can (fl_backend_op.adds) */
    bool curvature;      /* the op is a curvature's: what naive sums in floats, it sums in double there */
} fl_backend_request;

/* Where in its training a batch lies, for ops that draw numbers. */
typedef struct fl_backend_moment {
    uint64_t seed, step;
    size_t row; /* of the batch's first example in the step's whole batch */
} fl_backend_moment;

/* The memory an op works on, borrowed for the network's life. Buffers are aligned to 64 bytes; parameters, state and
 * workspace start as zeros. */
typedef struct fl_backend_buffers {
    const void *in[FL_LAYER_FROM]; /* the activations it reads */
    void *d_in[FL_LAYER_FROM];     /* overwritten; NULL where that input needs none */
    void *out, *d_out;
    const float *param[FL_LAYER_TENSORS]; /* fp32, in the op's layout; changes between steps, never moves */
    float *grad[FL_LAYER_TENSORS];        /* overwritten, not added to; padding is written as zero. NULL for all tensors
                                             of a dense layer or a convolution: not wanted */
    float *state[FL_LAYER_STATES];        /* canonical, changed by forward in training */
    void *workspace;                      /* workspace_bytes, private to this op */
    void *scratch;                        /* scratch_bytes, whose content lasts no longer than a call */
    const fl_backend_moment *moment;
    const int32_t *labels; /* losses: a class per row */
    const float *targets;  /* losses that measure against numbers: as many as they read */
    float *losses;         /* losses: written per row */
    float *errors; /* losses: written per row: 1 where the largest logit (first on a tie) is not the label's, else
                    * 0; where there are no classes the squared difference, or the loss */
} fl_backend_buffers;

typedef struct fl_backend_op fl_backend_op;

/* A pass that wants to know of other workers' passes (network/together.h) comes in parts. Between two of them all meet:
 * of each of its n_shared numbers an op finds the mean of everybody's. */
typedef struct fl_backend_meeting {
    size_t forward_parts, backward_parts;
    void (*forward)(fl_backend_op *op, size_t part);
    void (*backward)(fl_backend_op *op, size_t part);
    double *(*shared)(fl_backend_op *op);
} fl_backend_meeting;

struct fl_backend_op {
    fl_backend_activation out; /* losses: bytes 0 */
    bool fused_relu;
    /* What backward does to the memory of others: it reads the inputs, reads the output; it overwrites d_out; it does
     * no more than that, for every d_in is what is then in d_out. */
    bool reads_in, reads_out, clobbers, passes;
    bool adds; /* forward adds to the output, as it was asked to; else it overwrites */
    size_t n_tensors;
    fl_tensor tensors[FL_LAYER_TENSORS]; /* offset unset; name, shape, n_values, count in the op's layout */
    size_t n_states;
    fl_tensor states[FL_LAYER_STATES];
    size_t workspace_bytes, scratch_bytes;
    const fl_backend_meeting *meeting; /* NULL: its passes meet nobody */
    size_t n_shared;
    char implementation[128]; /* the library's own name for what it chose, e.g. "jit:avx512_core"; part of provenance */
    void (*bind)(fl_backend_op *op, const fl_backend_buffers *buffers); /* once, before the first forward */
    /* Numbers first..first+count-1 of param[tensor], in the op's layout, have changed: passes may read copies in other
     * layouts or in less precision, which are made here, while the numbers are in the cache. Who changes a tensor goes
     * through it from its first number to its last. NULL: passes read the parameters themselves. */
    void (*refresh)(fl_backend_op *op, size_t tensor, size_t first, size_t count);
    void (*forward)(fl_backend_op *op);
    /* After a forward on the same input. The gradient of a loss is that of the batch's mean. NULL when planned without
     * training, or with nothing to do. */
    void (*backward)(fl_backend_op *op);
    /* Canonical order to the op's layout and back, tensor by tensor; `native` holds tensors[i].count floats, padding is
     * written as zero. */
    void (*import)(const fl_backend_op *op, size_t tensor, const float *canonical, float *native);
    void (*export)(const fl_backend_op *op, size_t tensor, const float *native, float *canonical);
    void (*free)(fl_backend_op *op); /* frees what the op owns and the op */
};

typedef fl_backend_op *fl_backend_op_maker(const fl_backend_request *request);

typedef struct fl_backend {
    fl_entry entry;
    /* True when the library is there and this machine can compute in `precision`; else a message. */
    bool (*usable)(fl_backend_precision precision, fl_error *error);
    /* Give the process `threads` threads, for every later plan; called before the first. */
    bool (*start)(unsigned threads, fl_error *error);
    /* The library, its version and the kernels or instruction set in use: "OpenBLAS 0.3.21, SkylakeX kernels, ...".
     * Only facts that stay the same from run to run. */
    void (*describe)(fl_text *text);
    fl_backend_precision
        examples[FL_BACKEND_PRECISIONS]; /* what the first layer reads, for each precision it computes in */
    bool canonical;              /* parameters lie as their tensors' shapes say: a rule may look at rows and columns */
    fl_backend_product *product; /* of matrices that lie by rows */
    fl_backend_op_maker *const *plan;               /* one for each kind of layer; NULL: falls back to naive */
    bool (*reads_canonical)(const fl_layer *layer); /* its op wants its inputs as a fallback does; NULL: none does */
    /* Of an activation in a layout of the backend's own: blocks of so many channels of a pixel lie side by side, one
     * block of all pixels behind the other, the last one filled with zeros; 0: it lies otherwise. NULL with
     * to_canonical. */
    size_t (*inner)(const fl_backend_activation *activation);
    fl_backend_op_maker *to_canonical; /* NULL where every activation is canonical; request->layer is NULL */
    /* In evaluation: a convolution together with the sum of two that alone reads it, of which in[1] is the other; with
     * the bits of both apart. NULL, as what it returns: they stay apart. */
    fl_backend_op_maker *convolution_sum;
} fl_backend;

/* Every backend, NULL-ended, in the order of list.h; naive first. */
const fl_backend *const *fl_backends(void);
const fl_backend *fl_backend_find(const char *name, fl_error *error);

/* Plan one layer with `backend`, or with naive where the backend lacks it (*fallback says so); the caller has made the
 * input canonical in that case. */
fl_backend_op *fl_backend_plan(const fl_backend *backend, const fl_backend_request *request, bool *fallback);

/* Will naive plan this layer? */
bool fl_backend_falls_back(const fl_backend *backend, const fl_layer *layer);

/* The same of any activation; 1 of a canonical one. */
size_t fl_backend_inner(const fl_backend *backend, const fl_backend_activation *activation);

/* Are this layer's inputs to be made canonical, for a fallback or for an op that wants them so? */
bool fl_backend_wants_canonical(const fl_backend *backend, const fl_layer *layer);

/* Canonical floats into a canonical activation of any precision. */
void fl_backend_activation_fill(const fl_backend_activation *activation, const float *canonical, void *to);

/* All parameters of an op have changed. */
void fl_backend_op_refresh(fl_backend_op *op);

#endif
