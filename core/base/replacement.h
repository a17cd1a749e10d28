/* A file that takes the place of another only when it is whole: written piece by piece under another name in the same
 * folder, synced, then renamed. Killed at any moment, `path` holds what it held or everything.
 */
#ifndef FL_BASE_REPLACEMENT_H
#define FL_BASE_REPLACEMENT_H

#include "base/error.h"
#include <stddef.h>

typedef struct fl_replacement {
    const char *path, *temporary; /* borrowed */
    int file;
    int trouble; /* errno of the first write that failed; 0: none did */
} fl_replacement;

/* Begin to write what will be `path` under the name `temporary`; a leftover of that name is overwritten. */
bool fl_replacement_begin(fl_replacement *replacement, const char *path, const char *temporary, fl_error *error);

/* Append `n` bytes. After a failure nothing more is written; fl_replacement_end tells of it. */
void fl_replacement_add(fl_replacement *replacement, const void *bytes, size_t n);

/* Put it in its place. On failure `path` is what it was, or holds everything where only the folder could not be synced;
 * nothing else is left. */
bool fl_replacement_end(fl_replacement *replacement, fl_error *error);

/* Forget it: `path` is what it was, and nothing else is left. */
void fl_replacement_drop(fl_replacement *replacement);

#endif
