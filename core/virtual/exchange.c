/* Two formulas. */
#include "virtual/exchange.h"

#include <math.h>

static double step_with(const fl_virtual_step *step, const fl_virtual_link *link, double exchange)
{
    return link->shared ? step->compute + exchange : fmax(step->compute, step->before + exchange);
}

double fl_virtual_step_whole(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes)
{
    double others = (double)processes - 1;
    return step_with(step, link, others * (step->messages * link->latency + step->bytes / link->bandwidth));
}

double fl_virtual_step_in_parts(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes)
{
    double others = (double)processes - 1, part = step->bytes / (double)processes;
    return step_with(step, link, 2 * others * (step->messages * link->latency + part / link->bandwidth));
}
