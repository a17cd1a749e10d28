/* Every workload that this process has met. A built-in one is read when it is first asked for: all of them would be
 * most of what a short command does. */
#include "base/file.h"
#include "base/json_path.h"
#include "base/memory.h"
#include "workload/builtin.h"
#include "workload/workload.h"

#include <stdio.h>
#include <string.h>

static const fl_workload **kept; /* never freed */
static size_t n_kept;
static const fl_workload **builtin; /* those of fl_workload_builtin, each NULL until it is read; NULL-ended */

static const fl_workload *kept_of_hash(const char *hash)
{
    for (size_t i = 0; i < n_kept; i++)
        if (!strcmp(kept[i]->hash, hash)) return kept[i];
    return NULL;
}

/* The one with this definition: an earlier one if there is, and then `workload` is freed. */
static const fl_workload *keep(fl_workload *workload)
{
    const fl_workload *same = kept_of_hash(workload->hash);
    if (same) {
        fl_workload_free(workload);
        return same;
    }
    kept = fl_memory_grow(kept, n_kept + 1, sizeof *kept);
    return kept[n_kept++] = workload;
}

static size_t count_builtin(void)
{
    size_t n = 0;
    while (fl_workload_builtin[n].text) n++;
    return n;
}

static const fl_workload *read_builtin(const fl_workload_text *entry)
{
    fl_error error;
    char path[FL_FILE_PATH_MAX];
    snprintf(path, sizeof path, "suites/workloads/%s.json", entry->name);
    fl_json *document = fl_json_load_text(path, entry->text, strlen(entry->text), &error);
    fl_workload *workload = document ? fl_workload_new(fl_json_root(document), &error) : NULL;
    if (!workload) fl_error_die("a built-in workload cannot be read: %s", error.text);
    fl_json_free(document);
    return keep(workload);
}

static const fl_workload *builtin_at(size_t i)
{
    if (!builtin) builtin = fl_memory_new(count_builtin() + 1, sizeof *builtin);
    if (!builtin[i]) builtin[i] = read_builtin(&fl_workload_builtin[i]);
    return builtin[i];
}

/* NULL, if none has this name. */
static const fl_workload *builtin_of_name(const char *name)
{
    for (size_t i = 0; fl_workload_builtin[i].text; i++)
        if (!strcmp(fl_workload_builtin[i].name, name)) return builtin_at(i);
    return NULL;
}

const fl_workload *const *fl_workloads(void)
{
    for (size_t i = 0; fl_workload_builtin[i].text; i++) builtin_at(i);
    return builtin;
}

const fl_workload *fl_workload_find(const char *name, fl_error *error)
{
    const fl_workload *workload = builtin_of_name(name);
    return workload ? workload : fl_entry_find((const void *const *)fl_workloads(), "workload", name, error);
}

const fl_workload *fl_workload_of_hash(const char *hash)
{
    const fl_workload *workload = kept_of_hash(hash);
    if (workload) return workload;
    fl_workloads();
    return kept_of_hash(hash);
}

/* A definition that is a built-in one's, name and all, is that one. */
static const fl_workload *met(fl_json_node definition, fl_error *error)
{
    fl_workload *workload = fl_workload_new(definition, error);
    if (!workload) return NULL;
    builtin_of_name(workload->entry.name);
    return keep(workload);
}

static const fl_workload *load(const char *path, fl_error *error)
{
    fl_json *document = fl_json_load(path, error);
    const fl_workload *workload = document ? met(fl_json_root(document), error) : NULL;
    fl_json_free(document);
    return workload;
}

static bool is_path(const char *text)
{
    size_t n = strlen(text);
    return n > 5 && !strcmp(text + n - 5, ".json");
}

const fl_workload *fl_workload_named(const char *name_or_path, fl_error *error)
{
    if (is_path(name_or_path)) return load(name_or_path, error);
    const fl_workload *workload = fl_workload_find(name_or_path, error);
    if (!workload && fl_file_exists(name_or_path))
        fl_error_user(error, "%s: a definition's file must end in .json", name_or_path);
    return workload;
}

const fl_workload *fl_workload_read(fl_json_node node, fl_error *error)
{
    const char *text;
    char path[FL_FILE_PATH_MAX];
    fl_error why;
    if (json_is_object(fl_json_value(node))) return met(node, error);
    if (!fl_json_string(node, &text, error)) return NULL;
    if (is_path(text)) {
        fl_json_path_resolve(node, text, path);
        if (fl_file_exists(path)) return fl_workload_named(path, error);
    }
    const fl_workload *workload = fl_workload_named(text, &why);
    if (!workload) fl_json_fail_with(node, error, &why);
    return workload;
}
