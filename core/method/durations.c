#include "method/durations.h"

bool fl_method_durations_accept(double distribution, double spread, fl_error *error)
{
    if (distribution != FL_VIRTUAL_PARETO || spread > 1) return true;
    return fl_error_user(
        error, "parallel.spread = %.10g: pareto durations have a mean only where their tail index is above 1", spread);
}
