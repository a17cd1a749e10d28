/* A temporary folder for a test, and files in it. */
#ifndef FL_TESTS_FOLDER_H
#define FL_TESTS_FOLDER_H

#include "base/file.h"
#include "support/test.h"

#include <dirent.h>
#include <ftw.h>
#include <unistd.h>
#include <zlib.h>

static inline void folder_make(char folder[FL_FILE_PATH_MAX])
{
    const char *root = getenv("TMPDIR");
    fl_file_path_join(folder, root ? root : "/tmp", "fairlead-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static inline int remove_entry(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    return remove(path);
}

static inline void folder_remove(const char *folder)
{
    assert_int_equal(0, nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS));
}

static inline size_t folder_count(const char *folder)
{
    size_t n = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(entries);
    return n;
}

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

#endif
