/* The registry of workloads; list.h says what is in it. */
#include "workload/workload.h"

#define X(name) extern const fl_workload fl_workload_##name;
#include "workload/list.h"
#undef X

static const fl_workload *const registry[] = {
#define X(name) &fl_workload_##name,
#include "workload/list.h"
#undef X
    NULL,
};

const fl_workload *const *fl_workloads(void)
{
    return registry;
}

const fl_workload *fl_workload_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "workload", name, error);
}
