/* What every update rule promises, whoever wrote it: checked alike for the built-in rules by the tests and for a user's
 * own by `fairlead check-optimizer`. Each promise is a small experiment on arrays made for it, the same at every call.
 */
#ifndef FL_PROMISE_PROMISE_H
#define FL_PROMISE_PROMISE_H

#include "optimizer/optimizer.h"

typedef struct fl_promise {
    const char *name;                           /* "zero_rate" */
    const char *about;                          /* "a rate of 0 leaves the parameters alone" */
    bool (*concerns)(const fl_optimizer *rule); /* NULL: every rule */
    bool (*kept)(const fl_optimizer *rule, fl_error *why);
    bool goes_to_ends; /* of the rule's ranges: what is to stay settled needs a range of one value */
} fl_promise;

/* Of a rule that asks neither for single numbers nor for canonical arrays: what it does to a tensor's numbers does not
 * depend on their order, which is each backend's own. */
extern const fl_promise fl_promise_order;

/* All of them, NULL-ended; each supposes that those before it are kept. */
const fl_promise *const *fl_promises(void);

/* True where the rule keeps it or it does not concern it, and the rule has written only into what it was lent. To be
 * called as a trial computes: denormals flushed (base/denormals.h), what the rule computes by there (math/dense.h). */
bool fl_promise_kept(const fl_promise *promise, const fl_optimizer *rule, fl_error *why);

#endif
