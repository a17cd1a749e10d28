/* The registry of parallel methods; list.h says what is in it. */
#include "method/method.h"

#define X(name) extern const fl_method fl_method_##name;
#include "method/list.h"
#undef X

static const fl_method *const registry[] = {
#define X(name) &fl_method_##name,
#include "method/list.h"
#undef X
    NULL,
};

const fl_method *const *fl_methods(void)
{
    return registry;
}

const fl_method *fl_method_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "parallel method", name, error);
}
