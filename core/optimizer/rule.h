/* What the update rules of this folder share, and nobody else includes.
 *
 * A rule is one pass over memory: a loop whose body is the formula, with every coefficient computed before it in double
 * and rounded once to float. The loop adds, multiplies, divides and takes square roots, no more (base/clones.h).
 */
#ifndef FL_OPTIMIZER_RULE_H
#define FL_OPTIMIZER_RULE_H

#include "base/clones.h"
#include "optimizer/optimizer.h"

#include <float.h>
#include <math.h>

/* The pass: one loop over the arrays. */
#define FL_OPTIMIZER_PASS FL_CLONES static void

/* The rules that are special cases of others. */
extern const fl_optimizer fl_optimizer_sgd, fl_optimizer_momentum, fl_optimizer_nesterov, fl_optimizer_adam,
    fl_optimizer_nadam;

/* The first row of every table. */
#define FL_OPTIMIZER_LEARNING_RATE                                                                                     \
    {                                                                                                                  \
        .name = "learning_rate", .help = "the rate at the start, which the schedule scales", .scale = FL_HYPER_LOG,    \
        .default_value = NAN, .min = 0, .max = HUGE_VAL                                                                \
    }

#define FL_OPTIMIZER_MOMENTUM                                                                                          \
    {                                                                                                                  \
        .name = "momentum", .help = "gamma, the decay factor of the velocity", .scale = FL_HYPER_LINEAR,               \
        .default_value = 0.9, .min = 0, .max = 1, .max_open = true                                                     \
    }

/* Decoupled (Loshchilov and Hutter 2019): theta shrinks by eta_t wd theta, whatever the gradient. */
#define FL_OPTIMIZER_DECAY(value)                                                                                      \
    {                                                                                                                  \
        .name = "weight_decay", .help = "decoupled: the parameters shrink by the rate times this",                     \
        .scale = FL_HYPER_LOG, .default_value = value, .min = 0, .max = HUGE_VAL                                       \
    }

/* The decay of one tensor, by the rule's own `weight_decay`. */
static inline double fl_optimizer_decay(const fl_optimizer_update *update, const fl_tensor *tensor, double weight_decay)
{
    bool spared = update->decays_matrices_only && tensor->role == FL_TENSOR_VECTOR;
    return spared ? 0 : weight_decay;
}

/* A quotient of norms as a coefficient: never infinite or NaN, so that zero padding times it stays zero. */
static inline float fl_optimizer_finite(double x)
{
    return (float)fmin(x, (double)FLT_MAX);
}

/* A scalar product and a sum of squares, in double and always in the same order. */
double fl_optimizer_dot(const float *a, const float *b, size_t n);
double fl_optimizer_square(const float *values, size_t n);

/* to = from + by direction; `to` may be `from`. */
void fl_optimizer_along(size_t n, float *to, const float *from, const float *direction, float by);

/* For a rule that takes no first gradient. */
bool fl_optimizer_always(const fl_optimizer_update *update);

/* An epsilon as a coefficient: never so small that a zero gradient over a zero root becomes 0/0. Beside any v' that
 * matters the smallest normal float rounds away, so an epsilon of 0 still acts as 0. */
static inline float fl_optimizer_epsilon(double epsilon)
{
    return epsilon > (double)FLT_MIN ? (float)epsilon : FLT_MIN;
}

#endif
