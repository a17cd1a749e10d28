/* Files and folders, with errors in messages. */
#ifndef FL_BASE_FILE_H
#define FL_BASE_FILE_H

#include "base/error.h"
#include "base/text.h"
#include <stddef.h>
#include <stdio.h>

/* False, with the message "PATH: WHAT: reason"; the reason and whose fault it is follow from errno. A path that is not
 * there, not allowed or of another kind is the user's mistake, everything else the machine's trouble. */
bool fl_file_error(fl_error *error, const char *path, const char *what);

/* Open a regular file to be read, or a pipe that is open already (standard input, a shell's <(..)); -1 or NULL with
 * errors as fl_file_error's. What may never begin or never end, as a pipe with a name or a device, is the user's
 * mistake. */
int fl_file_open(const char *path, fl_error *error);
FILE *fl_file_stream(const char *path, fl_error *error);

/* The whole file, NUL-terminated, in *bytes (free()) and its length in *n. Errors as fl_file_open's; a file beyond
 * 256 MiB is the user's mistake. */
bool fl_file_read(const char *path, char **bytes, size_t *n, fl_error *error);

/* Write `n` bytes so that `path` holds either what it held or all of them (base/replacement.h). What is there and no
 * plain file (a device, a pipe, a link) is written to instead of replaced. */
bool fl_file_write(const char *path, const char *bytes, size_t n, fl_error *error);

/* Write or read all `n` bytes of an open file or pipe, however often a signal comes between; false with errno, which is
 * 0 where a file ends before. */
bool fl_file_put(int file, const void *bytes, size_t n);
bool fl_file_get(int file, void *bytes, size_t n);

/* Sync the folder that `path` is in: after a power cut what was made or renamed there is found. False with errno; where
 * a file system knows no such thing, or does not let the folder be read, there is nothing to be done. */
bool fl_file_sync_folder_of(const char *path);

/* Make a folder and its parents, synced; fine when it is there already. */
bool fl_file_folder_make(const char *path, fl_error *error);

bool fl_file_exists(const char *path);        /* a regular file */
bool fl_file_folder_exists(const char *path); /* a folder */

/* `folder`/`name` into `path`, or `name` alone where `folder` is "". Twice what the system takes (PATH_MAX): a path
 * that is cut short here is still too long there, so its first use says so. */
enum { FL_FILE_PATH_MAX = 8192 };
void fl_file_path_join(char path[FL_FILE_PATH_MAX], const char *folder, const char *name);

#endif
