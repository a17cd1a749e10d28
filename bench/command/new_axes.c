/* Starting ranges for a first, wide search: those of Choi et al. 2019 where their rules have the hyperparameter. What
 * is worth tuning follows their rule of thumb: under 10 trials the rate, from 10 on the momentum, from 25 on epsilon,
 * with many more the second moment's decay. The border rule of the summary says where a range was too narrow.
 */
#include "command/new_axes.h"

#include <string.h>

enum { MOMENTUM_FROM = 10, EPSILON_FROM = 25, DECAY_FROM = 100 };

typedef struct range {
    const char *hyper;  /* the rule has it */
    const char *beside; /* and this one; NULL: whatever else it has */
    const char *axis;   /* what is searched */
    size_t from;        /* trials an arm has at least */
    double min, max;    /* by the logarithm */
    const char *about;
} range;

/* For each hyperparameter the first line that fits counts. */
static const range ranges[] = {
    { "learning_rate", "rho", "learning_rate/sqrt(epsilon)", EPSILON_FROM, 1e-2, 1e4,
      "the rate over the root of epsilon: what a step is where gradients are small, so that both are searched "
      "together" },
    { "learning_rate", "beta2", "learning_rate/epsilon", EPSILON_FROM, 1e-2, 1e7,
      "the rate over epsilon: what a step is where gradients are small; 1e5 is the usual 1e-3 over 1e-8" },
    { "learning_rate", "epsilon", "learning_rate", 0, 1e-5, 1,
      "the size of a step, in units of a normalized gradient" },
    { "learning_rate", "momentum", "learning_rate", 0, 1e-4, 1e1, "the size of a step, in units of the gradient" },
    { "learning_rate", "beta1", "learning_rate", 0, 1e-6, 1e-1, "the size of a step, in units of a sign or direction" },
    { "learning_rate", NULL, "learning_rate", 0, 1e-3, 1e2, "the size of a step, in units of the gradient" },
    { "momentum", NULL, "one_minus_momentum", MOMENTUM_FROM, 1e-3, 1,
      "one minus the momentum: 1 is none, .1 the usual .9" },
    { "beta1", NULL, "one_minus_beta1", MOMENTUM_FROM, 1e-3, 1,
      "one minus the first moment's decay: .1 is the usual .9" },
    { "epsilon", NULL, "epsilon", EPSILON_FROM, 1e-10, 1e10,
      "large epsilons make the rule plain momentum; fixed at its default it hides what the rule can do" },
    { "weight_decay", NULL, "weight_decay", EPSILON_FROM, 1e-5, 1, "how fast weights shrink, relative to the rate" },
    { "beta2", NULL, "one_minus_beta2", DECAY_FROM, 1e-4, 1e-1,
      "one minus the second moment's decay: .001 is the usual .999" },
    { "rho", NULL, "one_minus_rho", DECAY_FROM, 1e-4, 1, "one minus the decay of the squared gradients' mean" },
};

static bool has(const fl_optimizer *optimizer, const char *hyper)
{
    return fl_hyper_index(optimizer->hypers, optimizer->n_hypers, hyper) < optimizer->n_hypers;
}

static bool fits(const range *r, const fl_optimizer *optimizer, size_t trials)
{
    return trials >= r->from && has(optimizer, r->hyper) && (!r->beside || has(optimizer, r->beside)) &&
           (!strchr(r->axis, '/') || has(optimizer, "epsilon"));
}

static bool is_first(const range *r, const fl_optimizer *optimizer, size_t trials)
{
    for (const range *before = ranges; before < r; before++)
        if (!strcmp(before->hyper, r->hyper) && fits(before, optimizer, trials)) return false;
    return true;
}

json_t *new_axes(const fl_optimizer *optimizer, size_t trials)
{
    json_t *space = json_object();
    for (const range *r = ranges; r < ranges + sizeof ranges / sizeof *ranges; r++)
        if (fits(r, optimizer, trials) && is_first(r, optimizer, trials))
            json_object_set_new(
                space, r->axis,
                json_pack("{s:f, s:f, s:s, s:s}", "min", r->min, "max", r->max, "scaling", "log", "about", r->about));
    return space;
}
