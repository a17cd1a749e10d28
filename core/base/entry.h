/* What every registry entry begins with, and the look-up that all registries share.
 *
 * A registry is a folder with one const struct per file and one line per entry in its list.h; the struct's first
 * member is an fl_entry. Registries end with NULL.
 */
#ifndef FL_BASE_ENTRY_H
#define FL_BASE_ENTRY_H

#include "base/error.h"

typedef struct fl_entry {
    const char *name;   /* as written in studies and on the command line */
    const char *about;  /* one line for `fairlead list` */
    const char *source; /* paper or program with its year, or "" */
} fl_entry;

/* The entry called `name` in a NULL-ended registry, or NULL with a message that lists what there is.
 * `kind` is the word for the message: "optimizer". */
const void *fl_entry_find(const void *const *registry, const char *kind, const char *name, fl_error *error);

#endif
