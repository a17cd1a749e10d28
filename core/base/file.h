/* Files and folders, with errors in sentences. */
#ifndef FL_BASE_FILE_H
#define FL_BASE_FILE_H

#include "base/error.h"
#include "base/text.h"
#include <stddef.h>

/* Fill `error` with "PATH: WHAT: " and what errno means, and return false. What somebody can put right at the path
 * (it is not there, is read-only, is something else) is the user's mistake, a full or broken disk the machine's. */
bool fl_file_error(fl_error *error, const char *path, const char *what);

/* The whole file, NUL-terminated, in *bytes (free()) and its length in *n. Errors as fl_file_error's. */
bool fl_file_read(const char *path, char **bytes, size_t *n, fl_error *error);

/* Write `n` bytes so that `path` holds either what it held or all of them (base/replace.h). */
bool fl_file_write(const char *path, const char *bytes, size_t n, fl_error *error);

/* Make a folder and its parents; fine when it is there already. */
bool fl_folder_make(const char *path, fl_error *error);

bool fl_file_exists(const char *path);   /* a regular file */
bool fl_folder_exists(const char *path); /* a folder */

/* `folder`/`name` into `path`, or `name` alone where `folder` is ""; dies when it does not fit. */
enum { FL_PATH_MAX = 4096 };
void fl_path_join(char path[FL_PATH_MAX], const char *folder, const char *name);

#endif
