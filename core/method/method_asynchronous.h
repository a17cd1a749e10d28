/* Places in the table of method `asynchronous`, for whoever carries it out (core/train/method_asynchronous.c,
 * core/train/real.h). */
#ifndef FL_METHOD_METHOD_ASYNCHRONOUS_H
#define FL_METHOD_METHOD_ASYNCHRONOUS_H

#include "method/method.h"

enum {
    FL_METHOD_STALENESS, /* below 0: as the durations make it */
    FL_METHOD_COMPUTE,   /* seconds */
    FL_METHOD_PULL,
    FL_METHOD_PUSH,
    FL_METHOD_DURATIONS, /* an fl_virtual_distribution */
    FL_METHOD_SPREAD,
    FL_METHOD_PUSH_EVERY,
    FL_METHOD_FETCH_EVERY,
    FL_METHOD_RATE_BY,
    FL_METHOD_COMPENSATION,
    FL_METHOD_CLOCK,
    FL_METHOD_SHARDS /* servers, each of a slice of the parameters; on the real clock */
};

enum { FL_METHOD_RATE_BY_SCHEDULE, FL_METHOD_RATE_BY_STALENESS };

#endif
