/* Two formulas. */
#include "virtual/exchange.h"

#include <math.h>

double fl_virtual_step_whole(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes)
{
    double others = (double)processes - 1;
    return fmax(step->compute, others * (step->messages * link->latency + step->bytes / link->bandwidth));
}

double fl_virtual_step_in_parts(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes)
{
    double others = (double)processes - 1, part = step->bytes / (double)processes;
    return fmax(step->compute, 2 * others * (step->messages * link->latency + part / link->bandwidth));
}
