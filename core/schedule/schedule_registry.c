/* The registry of schedules; list.h says what is in it. */
#include "schedule/schedule.h"

#define X(name) extern const fl_schedule fl_schedule_##name;
#include "schedule/list.h"
#undef X

static const fl_schedule *const registry[] = {
#define X(name) &fl_schedule_##name,
#include "schedule/list.h"
#undef X
    NULL,
};

const fl_schedule *const *fl_schedules(void)
{
    return registry;
}

const fl_schedule *fl_schedule_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "schedule", name, error);
}
