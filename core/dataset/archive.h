/* Members of a tar archive, packed by gzip or xz, read into memory; nothing is ever unpacked to a disk. */
#ifndef FL_DATASET_ARCHIVE_H
#define FL_DATASET_ARCHIVE_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct fl_dataset_member {
    const char *name; /* "cifar-10-batches-bin/test_batch.bin" */
    size_t bytes;     /* what it must have */
    uint8_t *to;      /* room for them */
} fl_dataset_member;

/* Read every one of `members`, in whatever order they come. False, with file and offset, when one is missing, twice
 * there or of another size, when a name leads out of the archive, or when the whole unpacks to much more than what is
 * wanted; without libarchive, when the build has none. */
bool fl_dataset_archive_read(const char *path, const fl_dataset_member *members, size_t n, fl_error *error);

#endif
