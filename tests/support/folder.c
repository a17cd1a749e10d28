#include "support/folder.h"

#include <dirent.h>
#include <zlib.h>

void folder_make(char folder[FL_FILE_PATH_MAX])
{
    fl_error error;
    if (!fl_folder_temporary(folder, "fairlead-test", &error)) fail_msg("%s", error.text);
}

void folder_remove(const char *folder)
{
    fl_error error;
    if (!fl_folder_remove(folder, &error)) fail_msg("%s", error.text);
}

size_t folder_count(const char *folder)
{
    size_t n = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(entries);
    return n;
}

void put_file(const char *path, const void *bytes, size_t n)
{
    fl_error error;
    if (!fl_file_write(path, bytes, n, &error)) fail_msg("%s", error.text);
}

void put_gzip(const char *path, const void *bytes, size_t n)
{
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(n, gzwrite(file, bytes, (unsigned)n));
    assert_int_equal(Z_OK, gzclose(file));
}
