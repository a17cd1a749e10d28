/* K-FAC's factors of one block, its statistics and their inverses, and what they make of a gradient.
 *
 *   directly         A (x) G, A = mean of a a^T of the block's inputs with a last 1
 *   doubly factored  (K (x) Psi) (x) G for the weight, 1 (x) G for the bias: an input as a C x P matrix is close to
 *                    kappa psi^T, kappa of length 1, its best approximation of rank one; K = mean of kappa kappa^T,
 *                    Psi = mean of psi psi^T (Ba, Grosse and Martens 2017). Two small matrices in the place of a wide
 *                    one, whose trace they keep as far as the inputs have rank one.
 */
#ifndef FL_OPTIMIZER_KFAC_BLOCKS_H
#define FL_OPTIMIZER_KFAC_BLOCKS_H

#include "optimizer/matrix.h"

/* Where they lie in the rule's own floats. */
typedef struct fl_optimizer_kfac_factors {
    size_t out, in;                       /* in: with the bias */
    size_t channels, columns;             /* C and P of the doubly factored; 0: directly */
    float *a, *g, *inverse_a, *inverse_g; /* A, or K, Psi and the 1 of the bias; then G; and the same once more */
} fl_optimizer_kfac_factors;

fl_optimizer_kfac_factors fl_optimizer_kfac_of(const fl_optimizer_block *block);
size_t fl_optimizer_kfac_inputs(const fl_optimizer_kfac_factors *f); /* floats of what belongs to the inputs */
size_t fl_optimizer_kfac_floats(const fl_optimizer_kfac_factors *f); /* and of G: of statistics, or inverses */

/* The next block of the rule's own floats, from *own, which moves on. */
fl_optimizer_kfac_factors fl_optimizer_kfac_take(const fl_optimizer_block *block, float **own);

/* Operations to invert what belongs to the inputs, or to the outputs. */
double fl_optimizer_kfac_cost(const fl_optimizer_kfac_factors *f, bool outputs);

/* The damped inverse of what belongs to the inputs, or to the outputs, `root` the square root of lambda; where rounding
 * has left none `inverse` stays as it is. `room` holds fl_optimizer_kfac_floats. */
void fl_optimizer_kfac_invert(const fl_optimizer_kfac_factors *f, double root, bool outputs, float *inverse,
                              float *room);

/* rows (out x in) become Delta; `half` holds as many. */
void fl_optimizer_kfac_apply(const fl_optimizer_kfac_factors *f, float *rows, float *half);

#endif
