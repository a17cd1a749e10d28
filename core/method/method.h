/* Parallel methods: how several workers train one model together. Names and tables of numbers; what a method does is
 * core/train's (train/method.h).
 *
 * A trial's bits depend on how many workers it has, never on which processes carry them, so the number of workers and
 * the method's numbers belong to the trial like any other choice.
 */
#ifndef FL_METHOD_METHOD_H
#define FL_METHOD_METHOD_H

#include "base/entry.h"
#include "base/hyper.h"

#include <stdbool.h>

/* Which update rules it can serve. */
typedef enum fl_method_rules {
    FL_METHOD_ANY_RULE,
    FL_METHOD_NO_ASKING,     /* those that need no more than their step's gradient (fl_optimizer.asks_again) */
    FL_METHOD_NO_LOOKING,    /* of these those that want it where the parameters are (fl_optimizer.look) */
    FL_METHOD_ELEMENTWISE,   /* those that move each number by its own gradient */
    FL_METHOD_PRECONDITIONER /* those whose preconditioner others can compute (fl_optimizer.preconditioner) */
} fl_method_rules;

/* What says when things happen: durations, or that they have. */
enum { FL_METHOD_CLOCK_VIRTUAL, FL_METHOD_CLOCK_REAL };

/* What workers do with dense layers. */
typedef enum fl_method_dense {
    FL_METHOD_DENSE_WHOLE, /* nothing */
    FL_METHOD_DENSE_PAIRS, /* divide them by outputs, and one that alone reads such a one by inputs */
    FL_METHOD_DENSE_OUTPUTS
} fl_method_dense;

typedef struct fl_method {
    fl_entry entry;
    const fl_hyper *hypers; /* named without the "parallel." prefix */
    size_t n_hypers;
    bool shares_batch; /* a step's batch is divided among the workers, whose number divides batch_size */
    fl_method_rules rules;
    /* False with a message where these values do not suit the rule, which may keep numbers beside its arrays of state
     * (fl_optimizer.own). NULL: they suit every rule. */
    bool (*accepts)(const double *values, bool keeps_own, fl_error *error);
    bool (*shares_statistics)(const double *values); /* batch norm of the whole batch; NULL: of a share */
    size_t (*batches)(const double *values);         /* of batch_size, of a step; NULL: one */
    fl_method_dense dense;
    bool (*assembles)(const double *values); /* the shares meet again where dense layers are divided; NULL: no */
    /* On the real clock every worker is a process, and so is each of so many servers; 0, or NULL: not on that clock. */
    size_t (*servers)(const double *values);
    /* Does this number say which processes there are? NULL: none does. */
    bool (*is_of_processes)(const double *values, const char *name);
    bool slices; /* several servers share the parameters, each has a slice */
} fl_method;

enum { FL_METHOD_MOST_WORKERS = 4096 }; /* more is a slip of the pen */

/* Every method, NULL-ended, in the order of list.h. */
const fl_method *const *fl_methods(void);
const fl_method *fl_method_find(const char *name, fl_error *error);

#endif
