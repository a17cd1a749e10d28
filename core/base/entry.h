/* What every registry entry begins with, and the look-up by name that registries and lists of words share.
 *
 * A registry is a folder with one const struct per file and one line per entry in its list.h; the struct's first
 * member is an fl_entry. Registries and lists of words end with NULL.
 */
#ifndef FL_BASE_ENTRY_H
#define FL_BASE_ENTRY_H

#include "base/error.h"

#include <stddef.h>

typedef struct fl_entry {
    const char *name;   /* as written in studies and on the command line */
    const char *about;  /* one line for `fairlead list` */
    const char *source; /* paper or program with its year, or "" */
} fl_entry;

enum { FL_ENTRY_NAME = 40 };

/* May a user call something so: by from 1 to FL_ENTRY_NAME of a-z, 0-9 and _? Not by NULL. */
bool fl_entry_is_name(const char *name);

/* The entry called `name`, or NULL with "unknown KIND 'NAME'; use a, b or c". */
const void *fl_entry_find(const void *const *registry, const char *kind, const char *name, fl_error *error);

/* The index of `name` in a list of words; false with the same message. */
bool fl_entry_choose(const char *const *words, const char *kind, const char *name, size_t *index, fl_error *error);

enum { FL_ENTRY_MEANT = 104 };

/* " (did you mean WORD?)" with the word that was probably meant by `name`, or "": for messages that list what there is
 * in words of their own. Returns `text`. */
const char *fl_entry_meant(const char *const *words, const char *name, char text[FL_ENTRY_MEANT]);

#endif
