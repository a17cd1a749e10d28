/* Two formulas. */
#include "virtual/exchange.h"

#include <math.h>

static double step_with(const fl_virtual_step *step, const fl_virtual_link *link, double messages, double bytes)
{
    return fmax(step->compute + bytes / link->copying,
                step->before + messages * link->latency + bytes / link->bandwidth);
}

double fl_virtual_step_whole(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes)
{
    double others = (double)processes - 1;
    return step_with(step, link, others * step->messages, others * step->bytes);
}

double fl_virtual_step_in_parts(const fl_virtual_step *step, const fl_virtual_link *link, size_t processes)
{
    double others = (double)processes - 1;
    return step_with(step, link, 2 * others * step->messages, 2 * others * step->bytes / (double)processes);
}
