/* The registry of update rules; list.h says what is built in. */
#include "optimizer/optimizer.h"

#define X(name) extern const fl_optimizer fl_optimizer_##name;
#include "optimizer/list.h"
#undef X

enum {
#define X(name) PLACE_OF_##name,
#include "optimizer/list.h"
#undef X
    N_BUILTIN,
    MOST_ADDED = 64
};

static const fl_optimizer *registry[N_BUILTIN + MOST_ADDED + 1] = {
#define X(name) &fl_optimizer_##name,
#include "optimizer/list.h"
#undef X
};

static size_t n_added;

bool fl_optimizer_add(const fl_optimizer *optimizer, fl_error *error)
{
    if (n_added == MOST_ADDED)
        return fl_error_user(error, "more than %d optimizers were plugged in; leave some out", MOST_ADDED);
    registry[N_BUILTIN + n_added++] = optimizer;
    return true;
}

const fl_optimizer *const *fl_optimizers(void)
{
    return registry;
}

const fl_optimizer *fl_optimizer_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "optimizer", name, error);
}
