/* RMSProp (Tieleman and Hinton 2012) with momentum, in TensorFlow's form, which Choi et al. 2019 use.
 *
 *   inside:   v'     = rho v + (1-rho) g^2                        v starts at 1
 *             m'     = gamma m + eta_t g / sqrt(v' + eps)         m starts at 0
 *             theta' = theta - m'
 *   outside:  v'     = rho v + (1-rho) g^2                        v starts at 0, as PyTorch has it
 *             m'     = gamma m + g / (sqrt(v') + eps)
 *             theta' = theta - eta_t m'
 *
 * The forms differ by which coefficients are idle: the root is sqrt(v' + e_i) + e_o with one of the two zero, and the
 * rate is eta_m on its way into the buffer and eta_theta on its way out with one of the two one. Adding 0 and
 * multiplying by 1 change no bit, so one pass serves both. Under a decaying rate `inside` still moves by the
 * older, larger rates that its buffer remembers; `outside` does not.
 */
#include "optimizer/rule.h"

enum { LEARNING_RATE, MOMENTUM, RHO, EPSILON, EPSILON_FORM };
enum { INSIDE, OUTSIDE };

typedef struct coefficients {
    float gamma, rho, one_minus_rho, eta_m, eta_theta, e_i, e_o;
} coefficients;

FL_OPTIMIZER_PASS pass(size_t n, float *restrict theta, const float *restrict g, float *restrict v, float *restrict m,
                       coefficients c)
{
    for (size_t i = 0; i < n; i++) {
        v[i] = c.rho * v[i] + c.one_minus_rho * (g[i] * g[i]);
        m[i] = c.gamma * m[i] + c.eta_m * g[i] / (sqrtf(v[i] + c.e_i) + c.e_o);
        theta[i] -= c.eta_theta * m[i];
    }
}

static bool is_inside(const fl_optimizer_update *update)
{
    return update->hyper[EPSILON_FORM] == INSIDE;
}

static void start(fl_optimizer_update *update)
{
    float v = is_inside(update) ? 1.0f : 0.0f;
    for (size_t i = 0; i < update->layout->count; i++) update->state[0][i] = v;
}

static void step(fl_optimizer_update *update)
{
    const double *hyper = update->hyper;
    bool inside = is_inside(update);
    float eta = (float)update->rate, epsilon = fl_optimizer_epsilon(hyper[EPSILON]);
    coefficients c = {
        .gamma = (float)hyper[MOMENTUM],
        .rho = (float)hyper[RHO],
        .one_minus_rho = (float)(1 - hyper[RHO]),
        .eta_m = inside ? eta : 1,
        .eta_theta = inside ? 1 : eta,
        .e_i = inside ? epsilon : 0,
        .e_o = inside ? 0 : epsilon,
    };
    pass(update->layout->count, update->parameters, update->gradient, update->state[0], update->state[1], c);
}

/* Momentum divides by nothing. At rho = 1 the mean square stays where it starts and the root is one number; else
 * epsilon must outweigh the mean square. What momentum (its table begins as this one) does not decide is kept. Under a
 * decaying rate `inside` also remembers older rates, so the two differ a little there. */
static void map_momentum(const double *momentum, double *general)
{
    bool inside = general[EPSILON_FORM] == INSIDE, still = general[RHO] == 1;
    if (!still || !inside) general[EPSILON] = fmax(general[EPSILON], FL_OPTIMIZER_LARGE_EPSILON);
    double root = inside ? sqrt(general[EPSILON] + still) : general[EPSILON];
    general[LEARNING_RATE] = momentum[LEARNING_RATE] * root;
    general[MOMENTUM] = momentum[MOMENTUM];
}

static const char *const forms[] = { "inside", "outside", NULL };

static const fl_hyper hypers[] = {
    FL_OPTIMIZER_LEARNING_RATE,
    FL_OPTIMIZER_MOMENTUM,
    { "rho", "decay rate of the mean square", FL_HYPER_LINEAR, 0.9, .min = 0, .max = 1 },
    { "epsilon", "added to the mean square (inside) or to its root (outside)", FL_HYPER_LOG, 1e-10, .min = 0,
      .max = HUGE_VAL },
    { "epsilon_form", "inside the root, TensorFlow's rule; outside, PyTorch's whole rule", FL_HYPER_CHOICE, INSIDE,
      .min = INSIDE, .max = OUTSIDE, .choices = forms },
};

const fl_optimizer fl_optimizer_rmsprop = {
    .entry = { "rmsprop", "momentum on gradients divided by their root mean square", "Tieleman and Hinton 2012" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 2,
    .elementwise = true,
    .start = start,
    .step = step,
    .includes = { { &fl_optimizer_momentum, "epsilon large, or rho = 1 and epsilon = 0", map_momentum } },
};
