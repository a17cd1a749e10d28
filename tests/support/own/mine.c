/* A plug-in for tests: Momentum once more, as a user would write it. With CRASHES defined its fifth step does, with
 * WRONG_ABI it was compiled for another interface; NAME is what it is called. It compiles as C++ too. */
#include <fairlead/optimizer.h>
#include <signal.h>

#ifndef NAME
#define NAME "mine"
#endif

extern const fl_optimizer fl_optimizer_sgd;

static void step(fl_optimizer_update *update)
{
    float eta = (float)update->rate, gamma = (float)update->hyper[1];
    float *theta = update->parameters, *v = update->state[0];
#ifdef CRASHES
    if (update->step == 4) raise(SIGSEGV);
#endif
    for (size_t i = 0; i < update->layout->count; i++) {
        v[i] = gamma * v[i] + update->gradient[i];
        theta[i] -= eta * v[i];
    }
}

static void from_sgd(const double *special, double *general)
{
    general[0] = special[0];
    general[1] = 0;
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
      .scale = FL_HYPER_LINEAR,
      .default_value = 0.9,
      .min = 0,
      .max = 1,
      .max_open = true },
};

static const fl_optimizer mine = {
    .entry = { NAME, "momentum, once more", "" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .n_states = 1,
    .elementwise = true,
    .step = step,
    .includes = { { &fl_optimizer_sgd, "momentum = 0", from_sgd } },
};

#ifdef WRONG_ABI
#undef FL_PLUGIN_ABI
#define FL_PLUGIN_ABI 999u
#endif
FL_PLUGIN(&mine)
