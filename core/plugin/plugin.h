/* Rules from a shared object: what an object exports, and what checks that it was compiled for this program.
 *
 *   static const fl_optimizer mine = { .entry = { "mine", "what it does", "who and when" }, ... };
 *   FL_PLUGIN(&mine)
 *
 * A rule may claim to include a built-in one: declare `extern const fl_optimizer fl_optimizer_sgd;` and name it in
 * `includes`.
 */
#ifndef FL_PLUGIN_PLUGIN_H
#define FL_PLUGIN_PLUGIN_H

#include "optimizer/optimizer.h"

/* One more with every release that changes what a rule sees or says of itself. */
#define FL_PLUGIN_ABI 1u

/* `abi` and `sizes` come first for ever: nothing behind them is read of an object that was compiled for another. */
typedef struct fl_plugin_object {
    unsigned abi;
    unsigned sizes[4];                     /* of a rule, an update, a hyperparameter and a tensor, in bytes */
    const fl_optimizer *const *optimizers; /* NULL-ended */
} fl_plugin_object;

/* Exported by every object under this very name. */
extern const fl_plugin_object fl_plugin __attribute__((visibility("default")));

#define FL_PLUGIN_SIZES                                                                                                \
    {                                                                                                                  \
        sizeof(fl_optimizer), sizeof(fl_optimizer_update), sizeof(fl_hyper), sizeof(fl_tensor)                         \
    }

/* The object's rules by their addresses. */
#define FL_PLUGIN(...)                                                                                                 \
    static const fl_optimizer *const fl_plugin_optimizers[] = { __VA_ARGS__, NULL };                                   \
    const fl_plugin_object fl_plugin = { FL_PLUGIN_ABI, FL_PLUGIN_SIZES, fl_plugin_optimizers };

#endif
