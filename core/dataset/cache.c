/* A file KEY.bin below "arrays" in the cache folder: the bytes, the key, and a checksum of both. */
#include "dataset/cache.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "dataset/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool path_of(const char *key, char folder[FL_FILE_PATH_MAX], char path[FL_FILE_PATH_MAX])
{
    char root[FL_FILE_PATH_MAX], name[64];
    if (!fl_dataset_cache_folder(root)) return false;
    fl_file_path_join(folder, root, "arrays");
    snprintf(name, sizeof name, "%.40s.bin", key);
    fl_file_path_join(path, folder, name);
    return true;
}

/* The checksum of what a file holds. */
static uint64_t sum_of(const char *key, const void *bytes, size_t n)
{
    uint64_t sums[2] = { fl_hash(bytes, n), fl_hash(key, strlen(key)) };
    return fl_hash(sums, sizeof sums);
}

static bool read_path(const char *path, const char *key, void *bytes, size_t n)
{
    FILE *file = fl_file_stream(path, NULL);
    uint64_t sum = 0;
    bool good = file && fread(bytes, 1, n, file) == n && fread(&sum, sizeof sum, 1, file) == 1 && getc(file) == EOF &&
                sum == sum_of(key, bytes, n);
    if (file) fclose(file);
    return good;
}

bool fl_dataset_cache_read(const char *key, void *bytes, size_t n)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    return path_of(key, folder, path) && read_path(path, key, bytes, n);
}

static bool write_path(const char *path, const char *key, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wbe");
    uint64_t sum = sum_of(key, bytes, n);
    if (!file) return false;
    bool written = fwrite(bytes, 1, n, file) == n && fwrite(&sum, sizeof sum, 1, file) == 1;
    return (fclose(file) == 0) & written;
}

static void take_theirs(const char *path, const char *key, void *bytes, size_t n, const char *temporary)
{
    void *theirs = fl_memory_new(n, 1);
    if (read_path(path, key, theirs, n))
        memcpy(bytes, theirs, n);
    else
        rename(temporary, path);
    free(theirs);
}

/* A link is made by one process alone; one that stands there damaged is replaced. */
void fl_dataset_cache_write(const char *key, void *bytes, size_t n)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], temporary[FL_FILE_PATH_MAX + 40];
    if (!path_of(key, folder, path) || !fl_file_folder_make(folder, NULL)) return;
    snprintf(temporary, sizeof temporary, "%s.%ld.part", path, (long)getpid());
    if (write_path(temporary, key, bytes, n) && link(temporary, path) != 0) take_theirs(path, key, bytes, n, temporary);
    unlink(temporary);
}
