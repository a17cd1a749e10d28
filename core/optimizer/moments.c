/* Bias correction and the three places of epsilon; moments.h has the algebra.
 *
 * Kingma and Ba 2015 have `kingma` as their Algorithm 1 and `choi` as the cheaper order of computation in the paragraph
 * below it ("epsilon hat"); Choi et al. 2019 tune epsilon over twenty decades, where the two are different optimizers.
 */
#include "optimizer/moments.h"
#include "base/exact.h"

enum { MOMENTUM = 1 }; /* in the tables of momentum and nesterov, after the learning rate */

fl_optimizer_moments fl_optimizer_moments_of(const fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    double t = (double)update->step, b1 = hyper[FL_OPTIMIZER_BETA1], b2 = hyper[FL_OPTIMIZER_BETA2];
    double m_share = 1 - fl_exact_pow(b1, t + 1),
           v_share = 1 - fl_exact_pow(b2, t + 1); /* of the weights, how much has arrived */
    const double epsilon[] = {
        [FL_OPTIMIZER_CHOI] = hyper[FL_OPTIMIZER_EPSILON],
        [FL_OPTIMIZER_KINGMA] = hyper[FL_OPTIMIZER_EPSILON] * sqrt(v_share),
        [FL_OPTIMIZER_INSIDE] = hyper[FL_OPTIMIZER_EPSILON] * v_share,
    };
    int form = (int)hyper[FL_OPTIMIZER_EPSILON_FORM];
    float e = fl_optimizer_epsilon(epsilon[form]);
    return (fl_optimizer_moments){
        .b1 = (float)b1,
        .one_minus_b1 = (float)(1 - b1),
        .b2 = (float)b2,
        .one_minus_b2 = (float)(1 - b2),
        .alpha_b = (float)(update->rate * sqrt(v_share) / m_share),
        .e_i = form == FL_OPTIMIZER_INSIDE ? e : 0,
        .e_o = form == FL_OPTIMIZER_INSIDE ? 0 : e,
    };
}

void fl_optimizer_moments_map(const double *momentum, double *general)
{
    general[FL_OPTIMIZER_EPSILON] = fmax(general[FL_OPTIMIZER_EPSILON], FL_OPTIMIZER_LARGE_EPSILON);
    double root = general[FL_OPTIMIZER_EPSILON_FORM] == FL_OPTIMIZER_INSIDE ? sqrt(general[FL_OPTIMIZER_EPSILON])
                                                                            : general[FL_OPTIMIZER_EPSILON];
    general[FL_OPTIMIZER_BETA1] = momentum[MOMENTUM];
    general[FL_OPTIMIZER_RATE] = root * momentum[FL_OPTIMIZER_RATE] / (1 - momentum[MOMENTUM]);
}

void fl_optimizer_moments_map_decayed(const double *without, double *general)
{
    for (size_t i = 0; i < FL_OPTIMIZER_MOMENT_HYPERS; i++) general[i] = without[i];
    general[FL_OPTIMIZER_WEIGHT_DECAY] = 0;
}

const char *const fl_optimizer_moment_forms[] = { "choi", "kingma", "inside", NULL };

const fl_hyper fl_optimizer_moment_hypers[FL_OPTIMIZER_MOMENT_HYPERS] = { FL_OPTIMIZER_MOMENT_ROWS(FL_OPTIMIZER_CHOI) };
