/* A place is a file's number above its line's offset: 20 bits for a million shards, 44 for 16 terabytes. */
#include "results/files.h"
#include "base/file.h"
#include "base/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OFFSET_BITS = 44 };

struct fl_results_files {
    char **paths;
    size_t n;
    FILE *open; /* the file whose lines are asked for again */
    size_t open_file;
    char *line;
    size_t capacity;
};

/* Does `name` read "STEM.ENDING", "STEM.I-of-N.ENDING" or "STEM.I-of-N.LIFE.ENDING"? */
static bool belongs(const char *name, const char *stem, const char *ending)
{
    size_t n = strlen(stem), i = 0, of = 0;
    int end = 0;
    char plain[64], rest[32] = "";
    snprintf(plain, sizeof plain, "%s.%s", stem, ending);
    if (!strcmp(name, plain)) return true;
    if (strncmp(name, stem, n) || sscanf(name + n, ".%zu-of-%zu.%31s", &i, &of, rest) != 3) return false;
    sscanf(rest, "%*8[0-9a-f].%n", &end);
    return !strcmp(rest, ending) || (end && !strcmp(rest + end, ending));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_path(fl_results_files *files, const char *folder, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    files->paths = fl_memory_grow(files->paths, files->n + 1, sizeof *files->paths);
    files->paths[files->n++] = fl_memory_copy_text(path);
}

fl_results_files *fl_results_files_open(const char *folder, const char *stem, const char *ending, fl_error *error)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, by_name);
    if (n < 0) {
        fl_file_error(error, folder, "cannot be read");
        return NULL;
    }
    fl_results_files *files = fl_memory_new(1, sizeof *files);
    for (int i = 0; i < n; i++) {
        if (belongs(entries[i]->d_name, stem, ending)) add_path(files, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return files;
}

void fl_results_files_free(fl_results_files *files)
{
    if (!files) return;
    for (size_t i = 0; i < files->n; i++) free(files->paths[i]);
    if (files->open) fclose(files->open);
    free(files->paths);
    free(files->line);
    free(files);
}

size_t fl_results_place_file(fl_results_place place)
{
    return (size_t)(place >> OFFSET_BITS);
}

size_t fl_results_files_count(const fl_results_files *files)
{
    return files->n;
}

const char *fl_results_files_path(const fl_results_files *files, size_t file)
{
    return files->paths[file];
}

/* --- from the first line to the last --- */

static bool read_file(const fl_results_files *files, size_t number, const fl_results_reader *reader, fl_error *error)
{
    const char *path = files->paths[number];
    FILE *file = fl_file_stream(path, error);
    char *line = NULL;
    size_t capacity = 0, count = 1;
    fl_results_place place = (fl_results_place)number << OFFSET_BITS;
    if (!file) return false;
    for (ssize_t n; (n = getline(&line, &capacity, file)) > 0; count++, place += (size_t)n) {
        bool torn = line[n - 1] != '\n';
        const char *wrong = torn ? "is torn off" : reader->take(reader->user, line, (size_t)n, place);
        if (wrong) reader->damaged(reader->user, path, count, wrong);
    }
    bool whole = feof(file) || fl_file_error(error, path, "cannot be read");
    fclose(file);
    free(line);
    return whole;
}

bool fl_results_files_read(const fl_results_files *files, const fl_results_reader *reader, fl_error *error)
{
    bool fine = true;
    for (size_t i = 0; fine && i < files->n; i++) fine = read_file(files, i, reader, error);
    return fine;
}

/* --- a line again --- */

/* These lines have been read before: what cannot be read now must not look as if it were missing. */
static void lost(const fl_results_files *files, size_t file)
{
    fl_error error;
    fl_file_error(&error, files->paths[file], "can no longer be read");
    fl_error_give_up("%s", error.text);
}

const char *fl_results_files_next(fl_results_files *files, size_t *n)
{
    ssize_t read = getline(&files->line, &files->capacity, files->open);
    if (read < 0 && !feof(files->open)) lost(files, files->open_file);
    *n = read > 0 ? (size_t)read : 0;
    return read > 0 ? files->line : NULL;
}

const char *fl_results_files_line(fl_results_files *files, fl_results_place place, size_t *n)
{
    size_t file = fl_results_place_file(place);
    off_t offset = (off_t)(place & (((fl_results_place)1 << OFFSET_BITS) - 1));
    if (!files->open || files->open_file != file) {
        if (files->open) fclose(files->open);
        files->open = fl_file_stream(files->paths[file], NULL);
        files->open_file = file;
    }
    if (!files->open || fseeko(files->open, offset, SEEK_SET)) lost(files, file);
    return fl_results_files_next(files, n);
}
