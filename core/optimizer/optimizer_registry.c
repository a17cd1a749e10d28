/* The registry of update rules; list.h says what is in it. */
#include "optimizer/optimizer.h"

#define X(name) extern const fl_optimizer fl_optimizer_##name;
#include "optimizer/list.h"
#undef X

static const fl_optimizer *const registry[] = {
#define X(name) &fl_optimizer_##name,
#include "optimizer/list.h"
#undef X
    NULL,
};

const fl_optimizer *const *fl_optimizers(void)
{
    return registry;
}

const fl_optimizer *fl_optimizer_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "optimizer", name, error);
}
