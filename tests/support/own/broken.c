/* A plug-in for tests: Momentum that breaks one promise, BREAKS, or none. */
#include <fairlead/optimizer.h>
#include <signal.h>

enum {
    BREAKS_nothing,
    BREAKS_finite,
    BREAKS_zero_rate,
    BREAKS_gradient,
    BREAKS_same_bits,
    BREAKS_state,
    BREAKS_place,
    BREAKS_pieces,
    BREAKS_padding,
    BREAKS_order,
    BREAKS_no_order, /* the same, asked for */
    BREAKS_zeros,
    BREAKS_descent,
    BREAKS_inclusions,
    BREAKS_guards,
    BREAKS_crash
};

extern const fl_optimizer fl_optimizer_sgd;

static void misbehave(fl_optimizer_update *update, size_t n)
{
    static float remembered;
    float *theta = update->parameters;
    remembered += 1e-3f;
    if (BREAKS == BREAKS_finite && update->step == 200) theta[0] = HUGE_VALF;
    if (BREAKS == BREAKS_zero_rate) theta[0] += 1e-3f;
    if (BREAKS == BREAKS_gradient) ((float *)update->gradient)[0] = 0;
    if (BREAKS == BREAKS_same_bits || BREAKS == BREAKS_state) theta[0] += (float)update->rate * remembered;
    if (BREAKS == BREAKS_place && n > 8) theta[n - 1] *= 1.01f;
    if (BREAKS == BREAKS_pieces) theta[0] *= 1 + (float)n * (float)update->rate * 1e-3f;
    if (BREAKS == BREAKS_padding && n > 64) theta[n - 1] += (float)update->rate;
    for (size_t i = 0; (BREAKS == BREAKS_order || BREAKS == BREAKS_no_order) && i < n; i++)
        theta[i] -= (float)update->rate * (float)(i % 3) * update->gradient[i];
    if (BREAKS == BREAKS_zeros && update->hyper[1] == 0) theta[n - 1] += 1e-9f;
    if (BREAKS == BREAKS_guards) update->state[0][n] = 1;
    if (BREAKS == BREAKS_crash && update->step == 4) raise(SIGSEGV);
}

static void step(fl_optimizer_update *update)
{
    size_t n = update->layout->count;
    float eta = (float)(BREAKS == BREAKS_descent ? -update->rate : update->rate), gamma = (float)update->hyper[1];
    float *theta = update->parameters, *v = update->state[0];
    for (size_t i = 0; i < n; i++) {
        v[i] = gamma * v[i] + update->gradient[i];
        theta[i] -= eta * v[i];
    }
    misbehave(update, n);
}

static void from_sgd(const double *special, double *general)
{
    general[0] = special[0];
    general[1] = BREAKS == BREAKS_inclusions ? 0.5 : 0;
}

static const fl_hyper hypers[] = {
    { .name = "learning_rate",
      .help = "the rate at the start",
      .scale = FL_HYPER_LOG,
      .default_value = NAN,
      .min = 0,
      .max = HUGE_VAL },
    { .name = "momentum",
      .help = "decay factor of the velocity",
      .default_value = 0.9,
      .min = 0,
      .max = 1,
      .max_open = true },
};

static const fl_optimizer broken = {
    .entry = { "broken", "momentum that breaks a promise", "" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 1,
    .elementwise = BREAKS != BREAKS_order && BREAKS != BREAKS_no_order,
    .canonical = BREAKS == BREAKS_no_order,
    .step = step,
    .includes = { { &fl_optimizer_sgd, "momentum = 0", from_sgd } },
};

FL_PLUGIN(&broken)
