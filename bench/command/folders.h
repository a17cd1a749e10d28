/* Result folders as verbs take them: several at once, each read and summarized. */
#ifndef BENCH_COMMAND_FOLDERS_H
#define BENCH_COMMAND_FOLDERS_H

#include "base/file.h"
#include "say/options.h"
#include "summary/summary.h"

typedef struct folders {
    fl_summary **summaries; /* owned, and so are their results */
    size_t n;
    size_t n_records; /* in all of them */
} folders;

/* Read and summarize every folder; false with a message about the first that is none. */
bool folders_read(const words *paths, folders *read, fl_error *error);

/* The same by what was chosen after the fact (fl_results_read_as). */
bool folders_read_as(const words *paths, const fl_study_overrides *later, folders *read, fl_error *error);
void folders_free(folders *read); /* what it owns, not the struct */

/* Note in each folder's log that its declared claims were shown, if any was tested (record/log.h). */
void folders_looked(const fl_summary *const *summaries, size_t n);

/* What functions over summaries take. */
const fl_summary *const *folders_summaries(const folders *read);

/* Where something made of these folders goes: `asked`, if not NULL; `name` inside the folder where there is one; else
 * `name` in the working directory. */
void folders_place(const words *paths, const char *asked, const char *name, char place[FL_FILE_PATH_MAX]);

#endif
