/* The places, in the order in which they are searched; the first that has a file wins. */
#include "say/places.h"
#include "base/entry.h"
#include "base/memory.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The source tree, unless the build was told to leave it out, and the folder that `cmake --install` puts beside the
 * program wherever that is. */
static const char *const source_folders[] = {
#ifdef FL_SOURCE_DIR
    FL_SOURCE_DIR,
#endif
    NULL,
};
enum { N_SHARES = sizeof source_folders / sizeof *source_folders };

static void share_folder(size_t i, char folder[FL_FILE_PATH_MAX])
{
    char program[FL_FILE_PATH_MAX];
    if (source_folders[i]) {
        snprintf(folder, FL_FILE_PATH_MAX, "%s", source_folders[i]);
        return;
    }
    places_program(program);
    *strrchr(program, '/') = 0;
    fl_file_path_join(folder, program, FL_SHARE_FROM_PROGRAM);
}

void places_program(char path[FL_FILE_PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", path, FL_FILE_PATH_MAX - 1);
    if (n < 0) fl_error_die("/proc/self/exe cannot be read");
    path[n] = 0;
}

void places_mpi_module(char path[FL_FILE_PATH_MAX])
{
    char folder[FL_FILE_PATH_MAX];
    places_program(folder);
    *strrchr(folder, '/') = 0;
    fl_file_path_join(path, folder, "fairlead-mpi.so");
    if (!fl_file_exists(path)) fl_file_path_join(path, folder, FL_MPI_FROM_PROGRAM);
}

bool places_shared(const char *name, char path[FL_FILE_PATH_MAX])
{
    for (size_t i = 0; i < N_SHARES; i++) {
        char folder[FL_FILE_PATH_MAX];
        share_folder(i, folder);
        fl_file_path_join(path, folder, name);
        if (fl_file_exists(path)) return true;
    }
    return false;
}

/* --- all of them --- */

typedef struct walk {
    void (*found)(void *user, const char *name, const char *path);
    void *user;
    char **names; /* found already; owned */
    size_t n;
} walk;

static void add_study(walk *w, const char *name, const char *path)
{
    for (size_t i = 0; i < w->n; i++)
        if (!strcmp(w->names[i], name)) return;
    w->names = fl_memory_grow(w->names, w->n + 1, sizeof *w->names);
    w->names[w->n++] = fl_memory_copy_text(name);
    w->found(w->user, name, path);
}

static void walk_folder(walk *w, const char *folder, const char *prefix)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *file = entries[i]->d_name;
        size_t stem = strlen(file) > 5 ? strlen(file) - 5 : 0;
        char path[FL_FILE_PATH_MAX], name[512];
        fl_file_path_join(path, folder, file);
        bool workloads = !*prefix && !strcmp(file, "workloads");
        if (*file != '.' && !workloads && fl_file_folder_exists(path)) {
            snprintf(name, sizeof name, "%s%s/", prefix, file);
            walk_folder(w, path, name);
        } else if (stem && !strcmp(file + stem, ".json") && !strstr(file, ".schema.")) {
            snprintf(name, sizeof name, "%s%.*s", prefix, (int)stem, file);
            add_study(w, name, path);
        }
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

void places_each_study(void (*found)(void *user, const char *name, const char *path), void *user)
{
    walk w = { .found = found, .user = user };
    walk_folder(&w, "suites", "");
    for (size_t i = 0; i < N_SHARES; i++) {
        char share[FL_FILE_PATH_MAX], folder[FL_FILE_PATH_MAX];
        share_folder(i, share);
        fl_file_path_join(folder, share, "suites");
        walk_folder(&w, folder, "");
    }
    for (size_t i = 0; i < w.n; i++) free(w.names[i]);
    free(w.names);
}

/* --- one of them --- */

typedef struct study_names {
    const char **of; /* owned, with a place for the NULL at their end */
    size_t n;
} study_names;

static void take_name(void *user, const char *name, const char *path)
{
    study_names *names = user;
    names->of = fl_memory_grow(names->of, names->n + 2, sizeof *names->of);
    names->of[names->n++] = fl_memory_copy_text(name);
    names->of[names->n] = NULL;
}

static bool unknown_study(const char *name, fl_error *error)
{
    static const char *const none[] = { NULL };
    char meant[FL_ENTRY_MEANT];
    study_names names = { .n = 0 };
    places_each_study(take_name, &names);
    fl_entry_meant(names.n ? names.of : none, name, meant);
    for (size_t i = 0; i < names.n; i++) free((void *)names.of[i]);
    free(names.of);
    return fl_error_user(error, "unknown study '%s'%s: neither a file nor a name that 'fairlead list studies' shows",
                         name, meant);
}

static bool in_suites(const char *root, const char *name, char path[FL_FILE_PATH_MAX])
{
    int n = snprintf(path, FL_FILE_PATH_MAX, "%s/suites/%s.json", root, name);
    return n < FL_FILE_PATH_MAX && fl_file_exists(path);
}

bool places_study(const char *name, char path[FL_FILE_PATH_MAX], fl_error *error)
{
    if (strlen(name) >= FL_FILE_PATH_MAX) return fl_error_user(error, "%.100s...: the path is too long", name);
    strcpy(path, name);
    if (fl_file_exists(path)) return true;
    if (in_suites(".", name, path)) return true;
    for (size_t i = 0; i < N_SHARES; i++) {
        char folder[FL_FILE_PATH_MAX];
        share_folder(i, folder);
        if (in_suites(folder, name, path)) return true;
    }
    return unknown_study(name, error);
}

static bool has_mark(FILE *file, size_t at, const char *mark)
{
    char bytes[64];
    size_t n = strlen(mark);
    return fseek(file, (long)at, SEEK_SET) == 0 && fread(bytes, 1, n, file) == n && !memcmp(bytes, mark, n);
}

bool places_may_write(const char *path, size_t at, const char *mark)
{
    struct stat facts;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) || !facts.st_size) return true;
    FILE *file = fopen(path, "r");
    bool own = file && has_mark(file, at, mark);
    if (file) fclose(file);
    return own;
}
