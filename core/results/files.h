/* The files of one kind in a result folder, "trials.jsonl" and those of shards, "trials.2-of-4.jsonl": read line by
 * line from the first to the last, and any line again by its place. So nobody needs to keep what a line says.
 */
#ifndef FL_RESULTS_FILES_H
#define FL_RESULTS_FILES_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fl_results_files fl_results_files;

/* Where a line begins: the greater of two places is the one read later. */
typedef uint64_t fl_results_place;

/* The file it is in, for fl_results_files_path. */
size_t fl_results_place_file(fl_results_place place);

/* The files that are there now, in the order of their names; NULL when the folder cannot be read. */
fl_results_files *fl_results_files_open(const char *folder, const char *stem, const char *ending, fl_error *error);
void fl_results_files_free(fl_results_files *files);

size_t fl_results_files_count(const fl_results_files *files);
const char *fl_results_files_path(const fl_results_files *files, size_t file); /* borrowed */

/* Who reads lines: `take` gets each with its newline, unless it is torn off, and answers what is wrong with it or NULL;
 * `damaged` receives that answer. */
typedef struct fl_results_reader {
    void *user;
    const char *(*take)(void *user, const char *line, size_t n, fl_results_place place);
    void (*damaged)(void *user, const char *path, size_t line, const char *what);
} fl_results_reader;

/* False when a file cannot be read to its end: what it holds must not look as if it were missing. */
bool fl_results_files_read(const fl_results_files *files, const fl_results_reader *reader, fl_error *error);

/* The line at a place, its newline included, and those that follow it in its file; NULL where there is none. Borrowed
 * until the next call. A file that can no longer be read ends the process (fl_error_give_up). */
const char *fl_results_files_line(fl_results_files *files, fl_results_place place, size_t *n);
const char *fl_results_files_next(fl_results_files *files, size_t *n);

#endif
