/* Downloads: verified before anything is used, what was there kept on failure. */
#ifndef FL_DATASET_FETCH_H
#define FL_DATASET_FETCH_H

#include "dataset/dataset.h"

/* Download `url` to `path` (its folder exists): into a temporary file beside it, size and sha256 compared, then
 * renamed. On any failure (HTTP status, truncated, wrong bytes, no byte for `stall_seconds`) the temporary file is
 * removed, `path` is as before, and the message says what happened; the fault is the machine's. */
bool fl_dataset_fetch_file(const char *url, const fl_dataset_file *file, const char *path, unsigned stall_seconds,
                           fl_error *error);

/* Fetch all files of a set into its folder, skipping those that are already right and removing what a killed fetch
 * left. `base_url`, if not NULL, replaces the part of each url before the last slash (mirrors, tests). `said` is called
 * with one line per file, and may be NULL. */
bool fl_dataset_fetch(const fl_dataset_kind *kind, const char *folder, const char *base_url, unsigned stall_seconds,
                      void (*said)(const char *line, void *user), void *user, fl_error *error);

#endif
