/* Where a rule has the points of its special cases. */
#include "optimizer/optimizer.h"

/* A rule between the two stands at its defaults where the special case leaves a choice. */
bool fl_optimizer_image(const fl_optimizer *general, const fl_optimizer *special, const double *hyper, double *image)
{
    for (const fl_optimizer_inclusion *i = general->includes; i->special; i++) {
        double between[FL_HYPER_MAX];
        if (i->special == special) {
            i->image(hyper, image);
            return true;
        }
        for (size_t h = 0; h < i->special->n_hypers; h++) between[h] = i->special->hypers[h].standard;
        if (!fl_optimizer_image(i->special, special, hyper, between)) continue;
        i->image(between, image);
        return true;
    }
    return false;
}
