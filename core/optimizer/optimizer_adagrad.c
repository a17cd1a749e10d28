/* AdaGrad (Duchi et al. 2011), in PyTorch's form: epsilon outside the root.
 *
 *   G'     = G + g^2               G starts at initial_accumulator
 *   theta' = theta - eta_t g / (sqrt(G') + eps)
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, EPSILON, INITIAL_ACCUMULATOR };

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict G, float eta,
                       float eps)
{
    for (size_t i = 0; i < n; i++) {
        G[i] = G[i] + g[i] * g[i];
        theta[i] -= eta * g[i] / (sqrtf(G[i]) + eps);
    }
}

static void start(fl_optimizer_update *update)
{
    float initial = (float)update->hyper[INITIAL_ACCUMULATOR];
    for (size_t i = 0; i < update->layout->count; i++) update->state[0][i] = initial;
}

static void step(fl_optimizer_update *update)
{
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], (float)update->rate,
         fl_optimizer_epsilon(update->hyper[EPSILON]));
}

/* The root is one number for as long as epsilon outweighs the sum of all squares so far. */
static void map_sgd(const double *sgd, double *general)
{
    general[EPSILON] = fmax(general[EPSILON], FL_OPTIMIZER_LARGE_EPSILON);
    general[INITIAL_ACCUMULATOR] = 0;
    general[LEARNING_RATE] = general[EPSILON] * sgd[LEARNING_RATE];
}

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    { "epsilon", "added to the root", FL_HYPER_LOG, 1e-10, .min = 0, .max = HUGE_VAL },
    { "initial_accumulator", "where the sum of squares starts", FL_HYPER_LINEAR, 0, .min = 0, .max = HUGE_VAL },
};

const fl_optimizer fl_optimizer_adagrad = {
    .entry = { "adagrad", "gradients divided by the root of the sum of all their squares", "Duchi et al. 2011" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 1,
    .elementwise = true,
    .start = start,
    .step = step,
    .includes = { { &fl_optimizer_sgd, "epsilon large", map_sgd } },
};
