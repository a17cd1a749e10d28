/* Learning rate against epsilon, or against 1 - momentum: the two coupled hyperparameters of most rules. Dotted lines join
 * points of the same effective rate, where the two matter through one quotient only. */
#include "figure.h"
#include "figure_trials.h"

#include <math.h>
#include <string.h>

enum { N_COLUMNS = 4 };

/* Partners of the learning rate, by preference. `power` p: rate / partner^p is the effective rate; 0: there is none to draw. */
typedef struct partner {
    const char *name, *axis; /* the hyperparameter; what the plane's other axis is called */
    bool one_minus;
} partner;

static const partner partners[] = {
    { "epsilon", "epsilon", false },
    { "momentum", "1 − momentum", true },
};

static const fl_axis *axis_of(const fl_space *space, const fl_optimizer *optimizer, const char *name)
{
    size_t index = fl_hyper_index(optimizer->hypers, optimizer->n_hypers, name);
    for (size_t i = 0; i < space->n_axes; i++) {
        const fl_axis *axis = &space->axes[i];
        bool same = axis->setting.owner == FL_OF_OPTIMIZER && axis->setting.index == index;
        if (same && figure_axis_varies(axis)) return axis;
    }
    return NULL;
}
