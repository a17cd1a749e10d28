/* Ops of the onednn backend: two lists of oneDNN primitives over memories that bind fills in.
 *
 * A maker plans by adding memories and steps; forward and backward then only execute. Every activation is a
 * four-dimensional memory; its layout is the producer's choice, and a consumer whose primitive wants another one
 * reorders for itself. Written for oneDNN 2.6 (C API v2). A call that fails is our mistake or a lack of memory, and
 * ends the process.
 */
#ifndef FL_BACKEND_ONEDNN_ONEDNN_H
#define FL_BACKEND_ONEDNN_ONEDNN_H

#include "backend/backend.h"
#include <dnnl.h>

enum { FL_ONEDNN_MEMORIES = 64, FL_ONEDNN_STEPS = 24, FL_ONEDNN_ARGUMENTS = 12, FL_ONEDNN_COPIES = 2 };

typedef struct fl_onednn_memory {
    dnnl_memory_t handle;
    dnnl_memory_desc_t desc;
    size_t place;                           /* offset of the borrowed pointer in fl_backend_buffers */
    size_t offset;                          /* bytes from that pointer; non-zero only in workspace and scratch */
    const struct fl_onednn_memory *copy_of; /* what it holds in another layout; NULL */
    const struct fl_onednn_pass *made_by;   /* the pass that makes the copy */
} fl_onednn_memory;

/* A loop of our own in a primitive's place: `what` is what its maker gave, `memories` the addresses of its memories. */
typedef void fl_onednn_loop(const void *what, void *const memories[]);

typedef struct fl_onednn_step {
    bool idle;                  /* it is for an input whose gradient nobody wants */
    dnnl_primitive_t primitive; /* NULL: a loop of our own */
    fl_onednn_loop *loop;
    void *what; /* the loop's, freed with the step */
    int n_arguments;
    dnnl_exec_arg_t arguments[FL_ONEDNN_ARGUMENTS];
} fl_onednn_step;

typedef struct fl_onednn_pass {
    fl_onednn_step steps[FL_ONEDNN_STEPS];
    size_t n_steps;
} fl_onednn_pass;

/* The weights in another layout or precision, as forward or the data gradient reads them. */
typedef struct fl_onednn_copy fl_onednn_copy;

/* Numbers from one layout to another. */
typedef struct fl_onednn_move fl_onednn_move;

typedef struct fl_onednn_op {
    fl_backend_op op;    /* first: a pointer to the op is a pointer to this */
    bool backward_alone; /* it makes its own copies */
    fl_onednn_memory memories[FL_ONEDNN_MEMORIES];
    size_t n_memories;
    fl_onednn_pass forward, backward;
    dnnl_memory_desc_t out;     /* behind op.out.layout */
    dnnl_memory_desc_t weights; /* tensor 0 in the parameter buffer */
    fl_onednn_copy *copies[FL_ONEDNN_COPIES];
    size_t n_copies;
    fl_onednn_move *import, *export; /* of tensor 0; NULL for ops without tensors */
} fl_onednn_op;

/* One argument of a step. */
typedef struct fl_onednn_argument {
    int index; /* DNNL_ARG_... */
    const fl_onednn_memory *memory;
} fl_onednn_argument;

dnnl_engine_t fl_onednn_engine(void);

/* Dies with `what` and oneDNN's word for it unless the call succeeded. */
void fl_onednn_check(dnnl_status_t status, const char *what);

/* Layouts. */
dnnl_memory_desc_t fl_onednn_desc(int n_dims, const dnnl_dim_t *dims, dnnl_data_type_t type, dnnl_format_tag_t tag);
dnnl_memory_desc_t fl_onednn_plain(fl_tensor_shape shape, dnnl_data_type_t type); /* N,C,H,W without gaps */
dnnl_memory_desc_t fl_onednn_activation(const fl_backend_activation *activation); /* the layout of its values */
dnnl_memory_desc_t fl_onednn_chosen(const_dnnl_primitive_desc_t primitive, dnnl_query_t what);
dnnl_data_type_t fl_onednn_type(fl_backend_precision precision);

/* A descriptor for `op_desc` with our scratchpad and strict arithmetic; `relu` is applied to its result. */
dnnl_primitive_desc_t fl_onednn_describe(const_dnnl_op_desc_t op_desc, bool relu, const_dnnl_primitive_desc_t hint);

/* The same with an array of that layout added to its result, or NULL: what lies where the result goes. NULL where the
 * library has none. */
dnnl_primitive_desc_t fl_onednn_describe_sum(const_dnnl_op_desc_t op_desc, const dnnl_memory_desc_t *summand);

/* A descriptor for the change from one layout, or type, to another. */
dnnl_primitive_desc_t fl_onednn_reorder(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to);

/* The change itself, of floats: planned once, and run as often as wanted without allocating. */
fl_onednn_move *fl_onednn_move_new(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to);
void fl_onednn_move_run(const fl_onednn_move *move, const float *from, float *to);
void fl_onednn_move_free(fl_onednn_move *move); /* accepts NULL */

/* What the free of every op does. */
void fl_onednn_free(fl_backend_op *op);

/* An empty op for `request`, with the shape of its output; the maker sets its layout, memories and steps. */
fl_onednn_op *fl_onednn_new(const fl_backend_request *request);
/* The same for an op that keeps more: `size` bytes that begin with an fl_onednn_op, the rest zero. */
fl_onednn_op *fl_onednn_sized(size_t size, const fl_backend_request *request);

/* The output's layout; a canonical one leaves op.out.layout NULL. */
void fl_onednn_set_out(fl_onednn_op *op, const dnnl_memory_desc_t *desc);

/* For tensors that lie canonically in the parameter buffer. */
void fl_onednn_plain_import(const fl_backend_op *op, size_t tensor, const float *canonical, float *native);
void fl_onednn_plain_export(const fl_backend_op *op, size_t tensor, const float *native, float *canonical);

/* A memory borrowed by bind: its pointer lies `place` bytes (offsetof) into fl_backend_buffers. */
fl_onednn_memory *fl_onednn_borrowed(fl_onednn_op *op, const dnnl_memory_desc_t *desc, size_t place);
/* A memory allocated in the op's workspace. */
fl_onednn_memory *fl_onednn_allocated(fl_onednn_op *op, const dnnl_memory_desc_t *desc);
/* A memory in the scratch that all ops share: what it holds lasts no longer than a call. An op within another
 * (attention's dense layers, that of planes) is given the same scratch, from its beginning: loops of either that need
 * memory of their own take it from the workspace. */
fl_onednn_memory *fl_onednn_scratch(fl_onednn_op *op, const dnnl_memory_desc_t *desc);
/* The same bytes under another descriptor; the memory itself where that is the same. */
fl_onednn_memory *fl_onednn_view(fl_onednn_op *op, fl_onednn_memory *memory, const dnnl_memory_desc_t *desc);

/* Append the primitive to `pass`, with a scratchpad where it wants one; takes `primitive` back. */
void fl_onednn_add(fl_onednn_op *op, fl_onednn_pass *pass, dnnl_primitive_desc_t primitive, size_t n,
                   const fl_onednn_argument *arguments);
void fl_onednn_add_reorder(fl_onednn_op *op, fl_onednn_pass *pass, const fl_onednn_memory *from,
                           const fl_onednn_memory *to);
/* Append a loop of our own over `n` memories; takes `what`, from malloc, or NULL. */
void fl_onednn_add_loop(fl_onednn_op *op, fl_onednn_pass *pass, fl_onednn_loop *loop, void *what, size_t n,
                        const fl_onednn_memory *const *memories);
/* `memory` as `desc` wants it: itself, perhaps under another descriptor of the same bytes, or a copy that `pass` (or an
 * earlier one, unless backward runs alone) makes by a reorder. */
fl_onednn_memory *fl_onednn_bring(fl_onednn_op *op, fl_onednn_pass *pass, fl_onednn_memory *memory,
                                  const dnnl_memory_desc_t *desc);

/* `weights` as `desc` wants them: themselves, or a copy in the workspace that op.refresh keeps. NULL where the layouts
 * are too unlike; fl_onednn_bring is then the way. */
fl_onednn_memory *fl_onednn_keep(fl_onednn_op *op, fl_onednn_memory *weights, const dnnl_memory_desc_t *desc);
/* Can the one layout be kept as a copy of the other? */
bool fl_onednn_copy_possible(const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to);
/* Once both memories have their place in the op. */
fl_onednn_copy *fl_onednn_copy_new(const fl_onednn_memory *from, const fl_onednn_memory *to);
/* The blocks whose last number is among `count` from `first` on. */
void fl_onednn_copy_refresh(const fl_onednn_copy *copy, size_t first, size_t count);
void fl_onednn_copy_free(fl_onednn_copy *copy);

/* The library's own name for what it chose. */
const char *fl_onednn_name(const_dnnl_primitive_desc_t primitive);
/* Write the primitive's name into op.implementation, after those already there; or any other name. */
void fl_onednn_note(fl_onednn_op *op, const_dnnl_primitive_desc_t primitive);
void fl_onednn_note_name(fl_onednn_op *op, const char *name);

/* The layouts convolutions choose, by number; channels last for any other, which is then to be reordered. A pixel has
 * `inner` channels side by side, 0: all. */
size_t fl_onednn_layout_find(const dnnl_memory_desc_t *desc);
size_t fl_onednn_layout_inner(size_t layout);
size_t fl_onednn_inner(const fl_backend_activation *activation); /* fl_backend.inner */
dnnl_memory_desc_t fl_onednn_layout_of(fl_tensor_shape shape, dnnl_data_type_t type, size_t layout);

/* What coordinate x of one dimension adds to a number's place in a blocked layout. */
size_t fl_onednn_place(const dnnl_memory_desc_t *desc, int dim, size_t x);

/* n numbers from bf16, and rounded to it. */
void fl_onednn_widen(const uint16_t *from, size_t n, float *to);
void fl_onednn_narrow(const float *from, size_t n, uint16_t *to);

/* Append to the backward pass: d_in = d_out where `out`, the ReLU's output, is positive, else 0. */
void fl_onednn_add_relu_back(fl_onednn_op *op, const fl_onednn_memory *out, const fl_onednn_memory *d_out,
                             const fl_onednn_memory *d_in);

/* Max-pool with windows of `kernel` by `kernel`, as far apart, over planes of h x w pixels of `inner` numbers each. */
typedef struct fl_onednn_pool {
    size_t planes, h, w, inner, kernel;
    bool bf16, relu; /* the numbers' type; a ReLU follows */
} fl_onednn_pool;

size_t fl_onednn_pool_places(const fl_onednn_pool *pool); /* bytes that forward leaves to backward */
fl_onednn_loop fl_onednn_pool_forward;                    /* in, out, places */
fl_onednn_loop fl_onednn_pool_backward;                   /* d_out, places, d_in */

/* The weight gradient of a convolution by loops of our own: whether they are to be used for `request` in place of the
 * library's, which depends on instruction set and shapes alone; and a step of the backward pass that computes it.
 * `weights` are in the order O,H,W,I without gaps, `bias` may be NULL. */
bool fl_onednn_patches_serve(const fl_backend_request *request);
void fl_onednn_add_patches(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                           fl_onednn_memory *d_out, const fl_onednn_memory *weights, const fl_onednn_memory *bias);

/* The same on processors without tiles, into a parameter buffer that lies as `weights` says. Whether instruction set,
 * window and channels are such does not depend on the batch. */
bool fl_onednn_pairs_fit(const fl_backend_request *request);
bool fl_onednn_pairs_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights);
void fl_onednn_add_pairs(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                         fl_onednn_memory *d_out, const fl_onednn_memory *weights, const fl_onednn_memory *bias);

/* There too, the f32 weight gradient of windows of 3. */
bool fl_onednn_direct_weights_fit(const fl_backend_request *request);
bool fl_onednn_direct_weights_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights);
void fl_onednn_add_direct_weights(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                                  fl_onednn_memory *d_out, const fl_onednn_memory *weights,
                                  const fl_onednn_memory *bias);

/* There too, in place of a convolution's `primitive` over the same memories: forward, with the ReLU it may have taken
 * over, or `turned` the data gradient, into 16 channels. `arguments`: what is read, weights, the result, and a bias
 * where n is 4. */
bool fl_onednn_direct_serve(const fl_backend_request *request, const_dnnl_primitive_desc_t primitive, bool turned);
void fl_onednn_add_direct(fl_onednn_op *op, fl_onednn_pass *pass, const fl_backend_request *request, bool turned,
                          size_t n, const fl_onednn_argument *arguments);

/* The same over planes of a few pixels, into whole groups of 64 channels. */
bool fl_onednn_few_pixels_serve(const fl_backend_request *request, const_dnnl_primitive_desc_t primitive, bool turned);
void fl_onednn_add_few_pixels(fl_onednn_op *op, fl_onednn_pass *pass, const fl_backend_request *request, bool turned,
                              size_t n, const fl_onednn_argument *arguments);

/* There too, a convolution of one channel into an `out` that lies so: forward, with the ReLU it may have taken over,
 * and the weight gradient. Does not depend on batch or training. Weights are read and written as the parameter buffer
 * has them; `d_out` lies as `out` does. */
bool fl_onednn_single_serve(const fl_backend_request *request, const dnnl_memory_desc_t *out);
void fl_onednn_add_single_forward(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                                  const fl_onednn_memory *weights, const fl_onednn_memory *bias,
                                  const fl_onednn_memory *out);
void fl_onednn_add_single_backward(fl_onednn_op *op, const fl_backend_request *request, fl_onednn_memory *in,
                                   const fl_onednn_memory *d_out, const fl_onednn_memory *weights,
                                   const fl_onednn_memory *bias);

/* A weight gradient of our own for a dense layer whose weights lie as `weights` says; `in` and `d_out` are rows of
 * bf16. */
bool fl_onednn_rows_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights);
void fl_onednn_add_rows(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *in,
                        const fl_onednn_memory *d_out, const fl_onednn_memory *weights, const fl_onednn_memory *bias);

/* The same on processors without tiles, in f32 too. */
bool fl_onednn_dense_weights_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights);
void fl_onednn_add_dense_weights(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *in,
                                 const fl_onednn_memory *d_out, const fl_onednn_memory *weights,
                                 const fl_onednn_memory *bias);

/* The f32 data gradient of a dense layer from weights that lie as forward reads them; in the same way. */
bool fl_onednn_turned_serve(const fl_backend_request *request, const dnnl_memory_desc_t *weights);
void fl_onednn_add_turned(fl_onednn_op *op, const fl_backend_request *request, const fl_onednn_memory *d_out,
                          const fl_onednn_memory *weights, const fl_onednn_memory *d_in);

/* What dense and convolution differ in: the shapes as oneDNN wants them and the three descriptors. Forward is always
 * described as for training: the kernels for inference alone round differently in bf16, and an evaluation must see the
 * loss that training sees. */
typedef union fl_onednn_desc_of {
    dnnl_inner_product_desc_t dense;
    dnnl_convolution_desc_t convolution;
} fl_onednn_desc_of;

typedef struct fl_onednn_shapes {
    dnnl_memory_desc_t in, weights, bias, out; /* in the working precision, layouts free where the library may choose */
} fl_onednn_shapes;

typedef struct fl_onednn_weighted {
    fl_onednn_shapes (*shapes)(const fl_backend_request *request);
    dnnl_status_t (*forward)(fl_onednn_desc_of *desc, const fl_backend_request *request,
                             const fl_onednn_shapes *shapes);
    dnnl_status_t (*backward_data)(fl_onednn_desc_of *desc, const fl_backend_request *request,
                                   const fl_onednn_shapes *shapes);
    dnnl_status_t (*backward_weights)(fl_onednn_desc_of *desc, const fl_backend_request *request,
                                      const fl_onednn_shapes *shapes);
} fl_onednn_weighted;

/* The bias of a layer that has one; NULL. */
const dnnl_memory_desc_t *fl_onednn_bias(const fl_backend_request *request, const fl_onednn_shapes *shapes);

/* Plan a layer with weights and perhaps a bias; with in[1], if there is one, added to its output. */
fl_backend_op *fl_onednn_plan_weighted(const fl_backend_request *request, const fl_onednn_weighted *kind);
/* Has the library the kernel it would choose also with that addition, for an in[1] that lies as the output will? */
bool fl_onednn_sum_serves(const fl_backend_request *request, const fl_onednn_weighted *kind);

/* Convolution over planes of a few pixels by a dense layer, and whether that is the better way. */
fl_backend_op_maker fl_onednn_planes;
bool fl_onednn_planes_serve(const fl_backend_request *request);

/* Append to the forward pass: mean and variance (divided by n) of each channel over the batch, by a loop of our own,
 * for an `in` whose channels lie in whole blocks of 16. */
bool fl_onednn_moments_serve(const dnnl_memory_desc_t *in);
void fl_onednn_add_moments(fl_onednn_op *op, const fl_onednn_memory *in, const fl_onednn_memory *mean,
                           const fl_onednn_memory *variance);

/* Pools of any windows by the library. */
fl_backend_op_maker fl_onednn_windows;

fl_backend_op_maker fl_onednn_dense, fl_onednn_convolution, fl_onednn_max_pool, fl_onednn_relu, fl_onednn_to_canonical,
    fl_onednn_batch_norm, fl_onednn_sum, fl_onednn_each, fl_onednn_flatten, fl_onednn_channels, fl_onednn_lstm,
    fl_onednn_attention, fl_onednn_layer_norm, fl_onednn_convolution_sum;

#endif
