/* Bias correction and the three places of epsilon; moments.h has the algebra.
 *
 * Kingma and Ba 2015 have `kingma` as their Algorithm 1 and `choi` as the cheaper order of computation in the paragraph
 * below it ("epsilon hat"); Choi et al. 2019 tune epsilon over twenty decades, where the two are different optimizers.
 */
#include "optimizer/moments.h"
#include "base/exact.h"
#include "optimizer/rule.h"

enum { LEARNING_RATE, BETA1, BETA2, EPSILON, EPSILON_FORM };
enum { MOMENTUM = 1 }; /* in the tables of momentum and nesterov, after the learning rate */
enum { CHOI, KINGMA, INSIDE };

fl_optimizer_moments fl_optimizer_moments_of(const fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    double t = (double)update->step, b1 = hyper[BETA1], b2 = hyper[BETA2];
    double m_share = 1 - fl_exact_pow(b1, t + 1),
           v_share = 1 - fl_exact_pow(b2, t + 1); /* of the weights, how much has arrived */
    const double epsilon[] = {
        [CHOI] = hyper[EPSILON],
        [KINGMA] = hyper[EPSILON] * sqrt(v_share),
        [INSIDE] = hyper[EPSILON] * v_share,
    };
    int form = (int)hyper[EPSILON_FORM];
    float e = fl_optimizer_epsilon(epsilon[form]);
    return (fl_optimizer_moments){
        .b1 = (float)b1,
        .one_minus_b1 = (float)(1 - b1),
        .b2 = (float)b2,
        .one_minus_b2 = (float)(1 - b2),
        .alpha_b = (float)(update->rate * sqrt(v_share) / m_share),
        .e_i = form == INSIDE ? e : 0,
        .e_o = form == INSIDE ? 0 : e,
    };
}

void fl_optimizer_moments_map(const double *momentum, double *general)
{
    general[EPSILON] = fmax(general[EPSILON], FL_OPTIMIZER_LARGE_EPSILON);
    double root = general[EPSILON_FORM] == INSIDE ? sqrt(general[EPSILON]) : general[EPSILON];
    general[BETA1] = momentum[MOMENTUM];
    general[LEARNING_RATE] = root * momentum[LEARNING_RATE] / (1 - momentum[MOMENTUM]);
}

static const char *const forms[] = { "choi", "kingma", "inside", NULL };

const fl_hyper fl_optimizer_moment_hypers[FL_OPTIMIZER_MOMENT_HYPERS] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "beta1", "the share of the mean gradient that is kept", FL_HYPER_LINEAR, 0.9, .min = 0, .max = 1,
      .max_open = true },
    { "beta2", "the share of the mean square that is kept", FL_HYPER_LINEAR, 0.999, .min = 0, .max = 1,
      .max_open = true },
    { "epsilon", "added where epsilon_form says", FL_HYPER_LOG, 1e-8, .min = 0, .min_open = true, .max = HUGE_VAL },
    { "epsilon_form", "to the root before bias correction (choi) or after it (kingma), or inside the root",
      FL_HYPER_CHOICE, CHOI, .min = CHOI, .max = INSIDE, .choices = forms },
};
