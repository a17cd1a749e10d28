/* Files for the tests of data sets: plain, packed with gzip, IDX by hand. */
#ifndef FL_TESTS_WORKLOAD_FILES_H
#define FL_TESTS_WORKLOAD_FILES_H

#include "scratch.h"

#include <dirent.h>
#include <zlib.h>

enum { IDX_LABELS_MAGIC = 2049, IDX_IMAGES_MAGIC = 2051 }; /* http://yann.lecun.com/exdb/mnist/ */

static inline void put_file(const char *path, const void *bytes, size_t n)
{
    fl_error error;
    if (!fl_file_write(path, bytes, n, &error)) fail_msg("%s", error.text);
}

static inline void put_gzip(const char *path, const void *bytes, size_t n)
{
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(n, gzwrite(file, bytes, (unsigned)n));
    assert_int_equal(Z_OK, gzclose(file));
}

/* `n_words` big-endian words and `n_body` bytes i % 10, n in all; free(). */
static inline uint8_t *idx_bytes(const uint32_t *words, size_t n_words, size_t n_body, size_t *n)
{
    *n = 4 * n_words + n_body;
    uint8_t *bytes = malloc(*n + 1);
    for (size_t i = 0; i < 4 * n_words; i++) bytes[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
    for (size_t i = 0; i < n_body; i++) bytes[4 * n_words + i] = (uint8_t)(i % 10);
    return bytes;
}

static inline size_t count_entries(const char *folder)
{
    size_t n = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(entries);
    return n;
}

#endif
