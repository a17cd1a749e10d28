/* The curvature of a network's mean loss on a batch: its matrices times a vector, and Kronecker factors of its layers.
 *
 * A curvature is a network of its own over the same layers, in f32, planned only when somebody asks: it keeps every
 * value, tangent and gradient, each in memory of its own, and so takes several times the memory of the network it
 * serves (fl_network_curvature_bytes). Values it has from that network, where it keeps them and computes them alike. It
 * is put at a point, the network's parameters and batch, and answers any number of questions there. Vectors lie as the
 * network's parameters do.
 *
 * A product with G or F is a tangent forward, the curvature of the loss, and a backward; one with H a tangent forward
 * and the tangent of backward (Pearlmutter 1994, Schraudolph 2002). All run by the backend's own passes where a layer
 * is linear, and by backend/tangent.h where it is not.
 */
#ifndef FL_NETWORK_CURVATURE_H
#define FL_NETWORK_CURVATURE_H

#include "network/network.h"

/* All of the mean over examples; of a classified sequence each position is one. */
typedef enum fl_network_matrix {
    FL_NETWORK_HESSIAN,
    FL_NETWORK_GGN,              /* generalised Gauss-Newton: J^T (curvature of the loss at the outputs) J */
    FL_NETWORK_FISHER,           /* mean of g g^T, expected over the targets the outputs predict; exact */
    FL_NETWORK_FISHER_SAMPLED,   /* with one target drawn for each example */
    FL_NETWORK_FISHER_EMPIRICAL, /* with the true targets */
    FL_NETWORK_MATRICES
} fl_network_matrix;

const char *fl_network_matrix_name(fl_network_matrix matrix); /* "hessian", "ggn", "fisher", "fisher_sampled", ... */
bool fl_network_matrix_find(const char *name, fl_network_matrix *matrix, fl_error *error);

typedef struct fl_network_curvature fl_network_curvature;

/* For a network of these layers on `backend`, whose batch it shares. With `training` a batch's statistics are its own
 * (constants for the Fisher matrices and factors, differentiated for H and G) and dropout drops; without, statistics
 * are the running ones and nothing is dropped. NULL with a message where the backend cannot compute in f32. */
fl_network_curvature *fl_network_curvature_new(const fl_network *network, const fl_backend *backend,
                                               const fl_layer *layers, size_t n_layers, bool training, fl_error *error);
void fl_network_curvature_free(fl_network_curvature *curvature); /* accepts NULL */

/* Has this loss the matrix? A `function` has a Hessian alone. False with a message. */
bool fl_network_curvature_offers(const fl_network_curvature *curvature, fl_network_matrix matrix, fl_error *error);

/* The bytes it takes beside the network's. */
size_t fl_network_curvature_bytes(const fl_network_curvature *curvature);

/* Go to the network's parameters and to the batch that lies in it: input, labels, targets and moment. `state` is what a
 * forward of this batch starts from, laid out as the network's state (NULL: the network's, as it is now). The network
 * is left as it is. Returns the mean loss there. */
double fl_network_curvature_at(fl_network_curvature *curvature, fl_network *network, const float *state);

/* The same where the network's last forward was of this batch, at these parameters and from this state: nothing is
 * computed again where a network that trains keeps its values (fl_network_keep_values) and both compute alike. Then
 * both work on the same values: the network's next forward ends the point, and after going to one, by either function,
 * the network has no backward before its next forward. */
double fl_network_curvature_at_pass(fl_network_curvature *curvature, fl_network *network, const float *state);

/* out = M v at the point. Both lie as the network's parameters do; padding of `out` is zero, that of `v` is to be.
 * `out` may be `v`. Sampled targets depend on the moment's seed, step and row alone. */
void fl_network_curvature_product(fl_network_curvature *curvature, fl_network_matrix matrix, const float *v,
                                  float *out);

/* The gradient of the mean loss at the point; padding is zero. It lies as the network's parameters do. */
void fl_network_curvature_gradient(fl_network_curvature *curvature, float *out);

/* What the last question about FL_NETWORK_FISHER_SAMPLED drew, as the gradient of each row's loss at its outputs: below
 * 0 at the row's label alone, or at the bits drawn as 1; for squared error twice output less target. */
const float *fl_network_curvature_drawn(const fl_network_curvature *curvature);

/* A matrix with factors: a dense layer, a convolution without groups, one of attention's four projections. It is W, out
 * x in, of `weight`, from row `row` on; its bias, where it has one, is the last column of the block out x (in + bias).
 */
typedef struct fl_network_factor {
    size_t weight, bias; /* indices of tensors in the network's layout; bias is the weight's where there is none */
    size_t row;          /* of the weight, and of the bias, where the block begins */
    size_t out, in;
    bool has_bias;
    size_t channels; /* C of a doubly factored block; 0: directly */
} fl_network_factor;

size_t fl_network_curvature_n_factors(const fl_network_curvature *curvature);
const fl_network_factor *fl_network_curvature_factor(const fl_network_curvature *curvature, size_t index);

/* From now on the inputs of dense layers with more than `above` of them (0: of none) are doubly factored: read as a C x
 * P matrix, C the largest divisor of their number that is no larger than its root, an example's input is close to u (s
 * v)^T, its best approximation of rank one (u, v of length 1, s the largest singular value). In A's place come K, C
 * squared, the mean of u u^T; Psi, P squared, the mean of s^2 v v^T; and a 1 for the bias (Ba, Grosse and Martens
 * 2017). */
void fl_network_curvature_factor_doubly(fl_network_curvature *curvature, size_t above);

/* The factors at the point, of gradients by drawn targets (FL_NETWORK_FISHER_SAMPLED) or true ones
 * (FL_NETWORK_FISHER_EMPIRICAL): for each block A, (in + has_bias) squared, the mean of a a^T with a last 1 for the
 * bias, and G, out squared, the mean of g g^T for one example's gradient at the layer's output. Whole symmetric
 * matrices in rows. Positions count as examples; of a convolution A is the mean over examples of the sum over
 * positions, G the mean over both. */
void fl_network_curvature_factors(fl_network_curvature *curvature, fl_network_matrix fisher, float *const *a,
                                  float *const *g);

#endif
