/* Rows that methods in virtual time have in common: what takes how long. For this folder only. */
#ifndef FL_METHOD_DURATIONS_H
#define FL_METHOD_DURATIONS_H

#include "method/method.h"
#include "virtual/durations.h"

#define FL_METHOD_SECONDS(NAME, HELP, DEFAULT)                                                                         \
    {                                                                                                                  \
        NAME, HELP, FL_HYPER_LOG, DEFAULT, .min = 0, .max = 86400                                                      \
    }

#define FL_METHOD_DURATIONS_ROW                                                                                        \
    {                                                                                                                  \
        "durations", "their distribution", FL_HYPER_CHOICE, FL_VIRTUAL_CONSTANT,                                       \
            .min = FL_VIRTUAL_CONSTANT, .max = FL_VIRTUAL_DISTRIBUTIONS - 1, .choices = fl_virtual_distributions       \
    }

#define FL_METHOD_SPREAD_ROW                                                                                           \
    {                                                                                                                  \
        "spread", "of lognormal durations sigma, of pareto ones the tail index (above 1)", FL_HYPER_LINEAR, 0.5,       \
            .min = 0, .max = 100                                                                                       \
    }

/* Has the distribution a mean? Else a message. */
bool fl_method_durations_accept(double distribution, double spread, fl_error *error);

#endif
