/* One look-up for all registries. */
#include "base/entry.h"

#include <stdio.h>
#include <string.h>

const void *fl_entry_find(const void *const *registry, const char *kind, const char *name, fl_error *error)
{
    char known[600] = "";
    size_t used = 0;
    for (const void *const *entry = registry; *entry; entry++) {
        const char *candidate = ((const fl_entry *)*entry)->name;
        if (!strcmp(candidate, name)) return *entry;
        if (used < sizeof known)
            used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", candidate);
    }
    fl_error_user(error, "there is no %s '%.80s'; there is %s", kind, name, known);
    return NULL;
}
