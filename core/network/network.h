/* A model planned for one backend, batch size and precision: its layers' ops in order, with all memory in place.
 *
 * Made once per (layers, backend, batch, precision) and kept between trials. The parameters and gradients are flat
 * arrays in the backend's layout, owned by the network; other networks over the same layers may lay them out
 * differently, so values travel between networks in canonical order.
 */
#ifndef FL_NETWORK_NETWORK_H
#define FL_NETWORK_NETWORK_H

#include "backend/backend.h"
#include "init/init.h"

typedef struct fl_network fl_network;

/* `in` is the shape of one batch. `training` false plans forward only. NULL when the backend cannot be used. */
fl_network *fl_network_new(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_tensor_shape in,
                           fl_backend_precision precision, bool training, fl_error *error);
void fl_network_free(fl_network *network);

/* The same in two steps: plan, which allocates next to nothing, and allocate, after which the network can be used.
 * Between them `missing_bytes` tells what the second will take; after it 0. Of these `working_bytes` are what forward
 * and backward work on: activations and their gradients, which share memory by their lifetimes, and scratch. Networks
 * that take turns may be given the same memory for it, as large as the largest wants and aligned to 64; NULL: a network
 * has its own. */
fl_network *fl_network_plan(const fl_backend *backend, const fl_layer *layers, size_t n_layers, fl_tensor_shape in,
                            fl_backend_precision precision, bool training, fl_error *error);
double fl_network_missing_bytes(const fl_network *network);
size_t fl_network_working_bytes(const fl_network *network);
void fl_network_allocate(fl_network *network, void *working);

/* Between planning and allocating: what forward computes stays until the next one, here or in a network that works on
 * the same memory, for whoever asks about the curvature there (network/curvature.h). */
void fl_network_keep_values(fl_network *network);
bool fl_network_keeps_values(const fl_network *network);

/* The shape of one batch of inputs. */
fl_tensor_shape fl_network_in(const fl_network *network);

const fl_tensor_layout *fl_network_layout(const fl_network *network);
/* layout->count floats each, on pages of their own */
float *fl_network_parameters(fl_network *network);
float *fl_network_gradient(fl_network *network); /* NULL unless training */
void *fl_network_input(fl_network *network);     /* one batch, canonical, to be filled before forward */
fl_backend_precision fl_network_input_precision(const fl_network *network); /* floats, or bf16 */

/* The loss and what it is measured against. A row is an example, of a classified sequence a position. */
size_t fl_network_n_losses(const fl_network *network);     /* rows */
int32_t *fl_network_labels(fl_network *network);           /* a class per row, to be filled before forward */
float *fl_network_targets(fl_network *network);            /* numbers to be filled before forward; NULL: none wanted */
size_t fl_network_n_targets(const fl_network *network);    /* how many */
const float *fl_network_losses(const fl_network *network); /* per row, after forward */
const float *fl_network_errors(const fl_network *network); /* per row, after forward: 1 where a class is wrong, else 0;
                                                            * without classes a squared difference, or the loss */

/* What the loss read in the last forward, as floats: a row per loss, of so many columns, which are returned; `to` NULL:
 * only they are asked for. */
size_t fl_network_output(const fl_network *network, float *to);
const fl_layer *fl_network_loss_layer(const fl_network *network);

/* State that is no parameter (running statistics, what an LSTM carries), canonical, moved by forward in training. */
const fl_tensor_layout *fl_network_state_layout(const fl_network *network);
float *fl_network_state(fl_network *network);     /* state_layout->count floats */
void fl_network_clear_state(fl_network *network); /* to what it is before the first step */
void fl_network_clear_carry(fl_network *network); /* what goes on from batch to batch alone */

/* The running statistics of another network over the same layers, whatever its batch; or those of `state`, which lies
 * as its state does (NULL: its own). */
void fl_network_copy_statistics(fl_network *to, const fl_network *from, const float *state);

/* The same as an array, tensor after tensor: written to `to` unless it is NULL; returns how many numbers. */
size_t fl_network_export_statistics(const fl_network *network, float *to);

/* Where in its training the next batch lies, for layers that draw. */
void fl_network_set_moment(fl_network *network, fl_backend_moment moment);
fl_backend_moment fl_network_moment(const fl_network *network);

/* Fill the input from floats. */
void fl_network_set_input(fl_network *network, const float *canonical);

/* The batch that lies in the input as floats, tokens as they are; n of them, canonical. */
void fl_network_input_floats(const fl_network *network, void *to, size_t n);

/* Parameters first..first+count-1 have changed: the next forward and backward are to see them. Whoever writes
 * parameters says so, from the first to the last number of each tensor; import and init do it themselves. */
void fl_network_refresh(fl_network *network, size_t first, size_t count);

void fl_network_forward(fl_network *network);

/* After forward: write the gradient of the mean loss. Each time the gradient of parameters first..first+count-1 is
 * there and backward no longer reads them, so that they may change, `done` is called; every parameter's turn comes
 * once. NULL: nobody wants to know. */
typedef void fl_network_done(void *user, size_t first, size_t count);
void fl_network_backward(fl_network *network, fl_network_done *done, void *user);

double fl_network_loss(const fl_network *network); /* mean of the losses, summed in double in order */

/* All parameters in canonical order, tensor after tensor, n_parameters floats. */
void fl_network_import(fl_network *network, const float *canonical);
void fl_network_export(const fl_network *network, float *canonical);

/* The same of an array that lies as the parameters do. */
void fl_network_export_of(const fl_network *network, const float *parameters, float *canonical);
void fl_network_import_of(const fl_network *network, const float *canonical, float *parameters);

/* Any numbers that lie as the parameters do, of and into an array of a canonical layout. */
void fl_network_import_values(const fl_network *network, const fl_tensor_layout *from, const float *values,
                              float *native);
void fl_network_export_values(const fl_network *network, const float *native, const fl_tensor_layout *to,
                              float *values);

/* The same, and the gradient, in an array of a canonical layout (fl_tensor_layout_canonical of the network's). */
void fl_network_import_canonical(fl_network *network, const fl_tensor_layout *from, const float *values);
void fl_network_export_canonical(const fl_network *network, const fl_tensor_layout *to, float *values);
void fl_network_export_gradient(const fl_network *network, const fl_tensor_layout *to, float *values);

/* Initial parameters by `init`, and initial state. */
void fl_network_init(fl_network *network, const fl_init *init, uint64_t seed);

/* Words for provenance: the ops that fall back to naive ("softmax_cross_entropy", NULL-ended), and every implementation
 * string. */
const char *const *fl_network_fallbacks(const fl_network *network);
void fl_network_describe(const fl_network *network, fl_text *text);

#endif
