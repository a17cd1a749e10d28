/* The curvature of a model's mean loss over many examples: chunks of one size pass through a network, and what each
 * answers is averaged. Parameters and vectors are canonical.
 *
 * Losses and matrices are those of evaluation: running statistics, nothing dropped. Gradients are those of training,
 * whose noise they are to measure.
 */
#ifndef FL_CURVATURE_MODEL_H
#define FL_CURVATURE_MODEL_H

#include "curvature/spectrum.h"
#include "network/curvature.h"

/* Where examples come from: `load` fills the network's input, labels and targets with chunk 0 ... n - 1. */
typedef struct fl_curvature_chunks {
    size_t n;
    void (*load)(void *user, size_t chunk, fl_network *network);
    void *user;
} fl_curvature_chunks;

typedef struct fl_curvature_model fl_curvature_model;

/* `network` is a training network of these layers and as many examples as a chunk has, borrowed: its parameters come
 * and go. Its state stays as it is now. NULL with a message where the backend cannot compute in f32. */
fl_curvature_model *fl_curvature_model_new(fl_network *network, const fl_backend *backend, const fl_layer *layers,
                                           size_t n_layers, fl_curvature_chunks chunks, fl_error *error);
void fl_curvature_model_free(fl_curvature_model *model); /* accepts NULL */

/* Has the model's loss the matrix? False with a message. */
bool fl_curvature_model_offers(const fl_curvature_model *model, fl_network_matrix matrix, fl_error *error);

/* The state that losses and matrices are computed with is the network's, as it is now. */
void fl_curvature_model_take_state(fl_curvature_model *model);

/* Go to these parameters (n, copied): the mean loss there. */
double fl_curvature_model_at(fl_curvature_model *model, const float *parameters);

/* The mean loss at other parameters; the model stays where it is. */
double fl_curvature_model_loss(fl_curvature_model *model, const float *parameters);

/* A matrix at the model's parameters, D M D with the diagonal D of `factors` (n; NULL: the identity). Borrows both. */
fl_curvature_matrix fl_curvature_model_matrix(fl_curvature_model *model, fl_network_matrix matrix,
                                              const float *factors);

/* The mean gradient at `parameters`, into `gradient` (n). */
void fl_curvature_model_gradient(fl_curvature_model *model, const float *parameters, float *gradient);

/* McCandlish et al. 2018, appendix A.1: |G|^2 and the trace of the gradient's covariance over examples, each without
 * bias, from gradients of chunks and of all of them. NaN with less than two chunks. */
typedef struct fl_curvature_noise {
    double gradient_square, covariance, scale; /* scale: covariance / gradient_square; NaN where that is not positive */
} fl_curvature_noise;
fl_curvature_noise fl_curvature_model_noise(fl_curvature_model *model);

/* The highest loss that gradient ascent finds within a ball of this radius about the model's parameters (Foret et al.
 * 2021), at least that of its centre. */
double fl_curvature_model_worst(fl_curvature_model *model, double radius);

#endif
