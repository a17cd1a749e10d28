/* Schedule-free AdamW (Defazio et al. 2024): an average in the place of a falling rate.
 *
 *   y  = (1-b1) z + b1 x                       where loss and gradient are taken; z and x start at theta
 *   v' = b2 v + (1-b2) g^2                     v starts at 0
 *   z' = z - eta_t (g / (sqrt(v' / (1 - b2^(t+1))) + eps) + wd y)
 *   c  = eta_max^2 / sum of eta_max^2          eta_max the largest rate so far
 *   x' = (1-c) x + c z'                        what is evaluated: the parameters between steps
 */
#include "base/exact.h"
#include "optimizer/moments.h"

enum { EPSILON = FL_OPTIMIZER_BETA2 + 1, WEIGHT_DECAY };
enum { Z, V, X }; /* states */

/* What goes from step to step beside the arrays. */
typedef struct average {
    double eta_max, sum, c;
} average;

typedef struct coefficients {
    float eta, b2, one_minus_b2, root_share, eps, decay, c;
} coefficients;

FL_OPTIMIZER_PASS go_to_y(size_t n, float *restrict theta, const float *restrict z, float *restrict x,
                          float one_minus_b1)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = theta[i];
        theta[i] += one_minus_b1 * (z[i] - theta[i]);
    }
}

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict z, float *restrict v,
                       const float *restrict x, coefficients c)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = c.b2 * v[i] + c.one_minus_b2 * (g[i] * g[i]);
        z[i] -= c.eta * g[i] / (sqrtf(v[i]) * c.root_share + c.eps) + c.decay * theta[i];
        theta[i] = x[i] + c.c * (z[i] - x[i]);
    }
}

static fl_optimizer_own own(const fl_optimizer_update *update)
{
    return (fl_optimizer_own){ .kept = sizeof(average) / sizeof(float) };
}

static void start(fl_optimizer_update *update)
{
    for (size_t i = 0; i < update->layout->count; i++) update->state[Z][i] = update->parameters[i];
}

static void look(fl_optimizer_update *update)
{
    average *a = (average *)update->own;
    a->eta_max = fmax(a->eta_max, update->rate);
    a->sum += a->eta_max * a->eta_max;
    a->c = a->sum > 0 ? a->eta_max * a->eta_max / a->sum : 0;
    go_to_y(update->layout->count, update->parameters, update->state[Z], update->state[X],
            (float)(1 - update->hyper[FL_OPTIMIZER_BETA1]));
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    double b2 = hyper[FL_OPTIMIZER_BETA2], share = 1 - fl_exact_pow(b2, (double)update->step + 1);
    coefficients c = {
        .eta = (float)update->rate,
        .b2 = (float)b2,
        .one_minus_b2 = (float)(1 - b2),
        .root_share = (float)(1 / sqrt(share)),
        .eps = fl_optimizer_epsilon(hyper[EPSILON]),
        .decay = (float)(update->rate * hyper[WEIGHT_DECAY]),
        .c = (float)((const average *)update->own)->c,
    };
    pass(update->layout->count, update->parameters, update->gradient, update->state[Z], update->state[V],
         update->state[X], c);
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "beta1", "weight of the average in the point where the gradient is taken", FL_HYPER_LINEAR, 0.9, .min = 0,
      .max = 1, .max_open = true },
    { "beta2", "decay rate of the second moment", FL_HYPER_LINEAR, 0.999, .min = 0, .max = 1, .max_open = true },
    { "epsilon", "added to the corrected root", FL_HYPER_LOG, 1e-8, .min = 0, .min_open = true, .max = HUGE_VAL },
    FL_OPTIMIZER_DECAY(0),
};

const fl_optimizer fl_optimizer_schedule_free_adamw = {
    .entry = { "schedule_free_adamw", "AdamW with an average in the place of a falling rate", "Defazio et al. 2024" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 3,
    .elementwise = true,
    .own = own,
    .start = start,
    .look = look,
    .step = step,
};
