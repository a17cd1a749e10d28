/* A temporary folder for a test, and files in it. */
#ifndef FL_TESTS_FOLDER_H
#define FL_TESTS_FOLDER_H

#include "base/folder.h"
#include "support/test.h"

#include <unistd.h> /* which most who use folders use */

void folder_make(char folder[FL_FILE_PATH_MAX]);

void folder_remove(const char *folder);

size_t folder_count(const char *folder); /* how many entries it has */

void put_file(const char *path, const void *bytes, size_t n);

void put_gzip(const char *path, const void *bytes, size_t n);

#endif
