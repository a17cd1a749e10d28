/* Where data sets are looked for, and where fetched ones go; dataset.h says in which order. */
#include "base/file.h"
#include "base/text.h"
#include "dataset/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *from_environment(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

bool fl_dataset_cache_folder(char folder[FL_FILE_PATH_MAX])
{
    const char *cache = from_environment("XDG_CACHE_HOME"), *home = from_environment("HOME");
    snprintf(folder, FL_FILE_PATH_MAX, *cache ? "%s/fairlead" : "%s/.cache/fairlead", *cache ? cache : home);
    return *cache || *home;
}

/* The user's cache folder, or nothing where there is no home. */
static void add_cache(fl_text *text)
{
    char folder[FL_FILE_PATH_MAX];
    if (fl_dataset_cache_folder(folder)) fl_text_add(text, "%s", folder);
}

static bool holds_all(const fl_dataset_kind *kind, const char *folder)
{
    char path[FL_FILE_PATH_MAX];
    for (size_t i = 0; i < kind->n_files; i++)
        if (!fl_dataset_file_find(&kind->files[i], folder, path)) return false;
    return true;
}

/* Try the folders of a colon-separated list, which is overwritten; `searched` collects what was tried. */
static bool search(const fl_dataset_kind *kind, char *list, char folder[FL_FILE_PATH_MAX], fl_text *searched)
{
    char *rest;
    const char *names[] = { kind->entry.name, kind->folder };
    for (char *root = strtok_r(list, ":", &rest); root; root = strtok_r(NULL, ":", &rest))
        for (size_t i = 0; i < 2 && names[i]; i++) {
            fl_file_path_join(folder, root, names[i]);
            if (holds_all(kind, folder)) return true;
            fl_text_add(searched, "%s%s", searched->length ? ", " : "", folder);
        }
    return false;
}

bool fl_dataset_folder(const fl_dataset_kind *kind, char folder[FL_FILE_PATH_MAX], fl_error *error)
{
    *folder = 0;
    if (!kind->files) return true;
    fl_text list = { 0 }, searched = { 0 };
    fl_text_add(&list, "%s:data:", from_environment("FAIRLEAD_DATA"));
    add_cache(&list);
    bool found = search(kind, list.bytes, folder, &searched);
    if (!found)
        fl_error_user(error, "data set '%s' is not there; `fairlead data fetch %s` gets it (searched: %s)",
                      kind->entry.name, kind->entry.name, searched.bytes);
    fl_text_free(&searched);
    fl_text_free(&list);
    return found;
}

void fl_dataset_home(const fl_dataset_kind *kind, char folder[FL_FILE_PATH_MAX])
{
    fl_text root = { 0 };
    const char *list = from_environment("FAIRLEAD_DATA");
    list += strspn(list, ":");
    fl_text_add(&root, "%.*s", (int)strcspn(list, ":"), list);
    if (!root.length || access(root.bytes, W_OK) != 0) {
        root.length = 0;
        add_cache(&root);
    }
    fl_file_path_join(folder, root.length ? root.bytes : "data", kind->entry.name);
    fl_text_free(&root);
}
