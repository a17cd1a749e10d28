/* Rows that methods in virtual time have in common: what takes how long, and whether it is virtual time at all. For
 * this folder only. */
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

#define FL_METHOD_CLOCK_ROW                                                                                            \
    {                                                                                                                  \
        "clock",                                                                                                       \
            "virtual: durations decide; real: every worker and server is a process of its own, and no two runs are "   \
            "the same",                                                                                                \
            FL_HYPER_CHOICE, FL_METHOD_CLOCK_VIRTUAL, .min = FL_METHOD_CLOCK_VIRTUAL, .max = FL_METHOD_CLOCK_REAL,     \
                                                      .choices = fl_method_clocks                                      \
    }

extern const char *const fl_method_clocks[];

/* Are rows first..last, which belong to virtual time, all at their defaults? Else a message. */
bool fl_method_durations_are_left(const fl_hyper *hypers, const double *values, size_t first, size_t last,
                                  fl_error *error);

/* Has the distribution a mean? Else a message. */
bool fl_method_durations_accept(double distribution, double spread, fl_error *error);

#endif
