/* Arrays that are worked out or unpacked once per user and machine, kept in the user's cache folder.
 *
 * A file carries its key and a checksum; one that does not fit is as good as none. Nothing depends on the cache being
 * there: what cannot be read is worked out anew, what cannot be written is not kept.
 */
#ifndef FL_DATASET_CACHE_H
#define FL_DATASET_CACHE_H

#include <stdbool.h>
#include <stddef.h>

bool fl_dataset_cache_read(const char *key, void *bytes, size_t n);

/* Several processes may find the same at once: the first that writes it has written it for all, and `bytes` become
 * its. */
void fl_dataset_cache_write(const char *key, void *bytes, size_t n);

#endif
