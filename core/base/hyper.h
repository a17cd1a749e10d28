/* A hyperparameter as its owner describes it. One table serves the parser, `fairlead list`, the search space, the
 * record and the warning that the best value lies on the edge of its axis.
 *
 * Every value travels as a double: integers exactly, a choice as its index into `choices`.
 */
#ifndef FL_BASE_HYPER_H
#define FL_BASE_HYPER_H

#include "base/error.h"
#include <stddef.h>

typedef enum fl_hyper_scale { FL_HYPER_LINEAR, FL_HYPER_LOG, FL_HYPER_INTEGER, FL_HYPER_CHOICE } fl_hyper_scale;

enum { FL_HYPER_MAX = 12 }; /* entries in one table, at most */

typedef struct fl_hyper {
    const char *name, *help;
    fl_hyper_scale scale;       /* how it is best searched */
    double default_value;       /* NAN where the user must choose */
    double min, max;            /* the range, ends included unless marked open; HUGE_VAL where there is none, which for
                                   whole numbers means 2^53 */
    bool min_open, max_open;    /* the end itself is not allowed */
    const char *const *choices; /* NULL-ended names for FL_HYPER_CHOICE */
} fl_hyper;

/* The place of `name` in a table of `n`, or n. */
size_t fl_hyper_index(const fl_hyper *table, size_t n, const char *name);

/* True when `value` lies in the range (and is whole for integers and choices); otherwise a message without a place
 * that names the hyperparameter, the value and the range. */
bool fl_hyper_accepts(const fl_hyper *hyper, double value, fl_error *error);

/* The range in words, "[0, 1)" or "one of choi, kingma". */
void fl_hyper_range(const fl_hyper *hyper, char *text, size_t size);

/* A choice's index by name, or -1. */
int fl_hyper_choice(const fl_hyper *hyper, const char *name);

#endif
