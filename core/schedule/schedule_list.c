/* Every rate given by hand or by another program: the rates themselves, not factors, and no warm-up.
 *
 *   rate(t) = rates[t]
 */
#include "schedule/schedule.h"

static double rate(const fl_schedule_context *context)
{
    return context->rates[context->step];
}

const fl_schedule fl_schedule_list = {
    .entry = { "list", "a rate for every step, as given in `rates`", "" },
    .tuned = "nothing; replays another program's rates, or the compensated rates of an inclusion (Choi et al. 2019)",
    .absolute = true,
    .factor = rate,
};
