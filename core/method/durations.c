#include "method/durations.h"

const char *const fl_method_clocks[] = { "virtual", "real", NULL };

bool fl_method_durations_are_left(const fl_hyper *hypers, const double *values, size_t first, size_t last,
                                  fl_error *error)
{
    for (size_t i = first; i <= last; i++)
        if (values[i] != hypers[i].default_value)
            return fl_error_user(error, "parallel.%s belongs to virtual time; leave it out, or parallel.clock = real",
                                 hypers[i].name);
    return true;
}

bool fl_method_durations_accept(double distribution, double spread, fl_error *error)
{
    if (distribution != FL_VIRTUAL_PARETO || spread > 1) return true;
    return fl_error_user(
        error, "parallel.spread = %.10g: pareto durations have a mean only where their tail index is above 1", spread);
}
