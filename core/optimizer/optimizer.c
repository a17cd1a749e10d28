/* Maps the points of a rule's special cases to its own. */
#include "optimizer/optimizer.h"

/* Where a rule between the two leaves a choice: what the general one has under the same name, else the default. */
static double between_value(const fl_optimizer *general, const double *mapped, const fl_hyper *hyper)
{
    size_t same = fl_hyper_index(general->hypers, general->n_hypers, hyper->name);
    bool has = same < general->n_hypers && general->hypers[same].choices == hyper->choices;
    return has && fl_hyper_accepts(hyper, mapped[same], NULL) ? mapped[same] : hyper->default_value;
}

bool fl_optimizer_map(const fl_optimizer *general, const fl_optimizer *special, const double *hyper, double *mapped)
{
    for (const fl_optimizer_inclusion *i = general->includes; i->special; i++) {
        double between[FL_HYPER_MAX];
        if (i->special == special) {
            i->map(hyper, mapped);
            return true;
        }
        for (size_t h = 0; h < i->special->n_hypers; h++)
            between[h] = between_value(general, mapped, &i->special->hypers[h]);
        if (!fl_optimizer_map(i->special, special, hyper, between)) continue;
        i->map(between, mapped);
        return true;
    }
    return false;
}
