/* Maps the points of a rule's special cases to its own. */
#include "optimizer/optimizer.h"

/* A rule between the two stands at its defaults where the special case leaves a choice. */
bool fl_optimizer_map(const fl_optimizer *general, const fl_optimizer *special, const double *hyper, double *mapped)
{
    for (const fl_optimizer_inclusion *i = general->includes; i->special; i++) {
        double between[FL_HYPER_MAX];
        if (i->special == special) {
            i->map(hyper, mapped);
            return true;
        }
        for (size_t h = 0; h < i->special->n_hypers; h++) between[h] = i->special->hypers[h].default_value;
        if (!fl_optimizer_map(i->special, special, hyper, between)) continue;
        i->map(between, mapped);
        return true;
    }
    return false;
}
