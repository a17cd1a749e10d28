/* What Adam and NAdam share: their hyperparameters and the coefficients of one step.
 *
 * With b_t = sqrt(1 - b2^(t+1)) / (1 - b1^(t+1)), t from 0, the three places of epsilon are one quotient:
 *
 *   choi     alpha_t b_t m' / (sqrt(v') + eps)
 *   kingma   alpha_t m^ / (sqrt(v^) + eps)  =  alpha_t b_t m' / (sqrt(v') + eps sqrt(1 - b2^(t+1)))
 *   inside   alpha_t m^ / sqrt(v^ + eps)    =  alpha_t b_t m' / sqrt(v' + eps (1 - b2^(t+1)))
 *
 * where m^ = m' / (1 - b1^(t+1)) and v^ = v' / (1 - b2^(t+1)). So the root is sqrt(v' + e_i) + e_o with one of the two
 * zero, which changes no bit, and one pass serves all forms.
 */
#ifndef FL_OPTIMIZER_MOMENTS_H
#define FL_OPTIMIZER_MOMENTS_H

#include "optimizer/optimizer.h"

enum { FL_OPTIMIZER_MOMENT_HYPERS = 5 };
extern const fl_hyper fl_optimizer_moment_hypers[FL_OPTIMIZER_MOMENT_HYPERS];

typedef struct fl_optimizer_moments {
    float b1, one_minus_b1, b2, one_minus_b2;
    float alpha_b;  /* alpha_t b_t */
    float e_i, e_o; /* what is added to v' inside the root and to the root outside */
} fl_optimizer_moments;

/* Momentum's hyperparameters in Adam, and Nesterov's in NAdam: beta1 is the momentum and epsilon large, so that the
 * root is one number e; alpha = e eta / (1-b1), whatever beta2. Exact in the limit but for the start, where the bias
 * corrections act as a warm-up. */
void fl_optimizer_moments_map(const double *momentum, double *general);

/* The coefficients of the update's step, computed in double and rounded once. */
fl_optimizer_moments fl_optimizer_moments_of(const fl_optimizer_update *update);

#endif
