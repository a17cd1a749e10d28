/* What Adam and its relatives share: their hyperparameters and the coefficients of one step.
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

#include "optimizer/rule.h"

/* The places of epsilon. */
enum { FL_OPTIMIZER_CHOI, FL_OPTIMIZER_KINGMA, FL_OPTIMIZER_INSIDE };
extern const char *const fl_optimizer_moment_forms[];

/* The rows of a table, in this order; a rule may add its own behind them. */
enum {
    FL_OPTIMIZER_RATE,
    FL_OPTIMIZER_BETA1,
    FL_OPTIMIZER_BETA2,
    FL_OPTIMIZER_EPSILON,
    FL_OPTIMIZER_EPSILON_FORM,
    FL_OPTIMIZER_MOMENT_HYPERS,
    FL_OPTIMIZER_WEIGHT_DECAY = FL_OPTIMIZER_MOMENT_HYPERS
};

#define FL_OPTIMIZER_BETAS(b1, b2)                                                                                     \
    { "beta1", "decay rate of the first moment", FL_HYPER_LINEAR, b1, .min = 0, .max = 1, .max_open = true },          \
    {                                                                                                                  \
        "beta2", "decay rate of the second moment", FL_HYPER_LINEAR, b2, .min = 0, .max = 1, .max_open = true          \
    }

#define FL_OPTIMIZER_MOMENT_ROWS(form)                                                                                 \
    FL_OPTIMIZER_LEARNING_RATE, FL_OPTIMIZER_BETAS(0.9, 0.999), { "epsilon",      "added where epsilon_form says",     \
                                                                  FL_HYPER_LOG,   1e-8,                                \
                                                                  .min = 0,       .min_open = true,                    \
                                                                  .max = HUGE_VAL },                                   \
    {                                                                                                                  \
        "epsilon_form", "to the root before bias correction (choi) or after it (kingma), or inside the root",          \
            FL_HYPER_CHOICE, form, .min = FL_OPTIMIZER_CHOI, .max = FL_OPTIMIZER_INSIDE,                               \
                                   .choices = fl_optimizer_moment_forms                                                \
    }

/* The whole table of a rule with these alone, in Choi's form. */
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

/* The same rule without weight decay: its hyperparameters, and a decay of 0. */
void fl_optimizer_moments_map_decayed(const double *without, double *general);

/* The coefficients of the update's step, computed in double and rounded once. */
fl_optimizer_moments fl_optimizer_moments_of(const fl_optimizer_update *update);

#endif
