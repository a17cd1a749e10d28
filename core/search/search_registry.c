/* The registry of searches; list.h says what is in it. */
#include "search/search.h"

#define X(name) extern const fl_search fl_search_##name;
#include "search/list.h"
#undef X

static const fl_search *const registry[] = {
#define X(name) &fl_search_##name,
#include "search/list.h"
#undef X
    NULL,
};

const fl_search *const *fl_searches(void)
{
    return registry;
}

const fl_search *fl_search_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "search", name, error);
}
