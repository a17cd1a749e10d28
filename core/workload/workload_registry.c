/* Every workload that this process has met, the built-in ones first. */
#include "base/file.h"
#include "base/json_path.h"
#include "base/memory.h"
#include "workload/builtin.h"
#include "workload/workload.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const fl_workload **kept; /* NULL-ended once there is one; never freed */
static size_t n_kept;
static const fl_workload **builtin; /* NULL-ended */

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

static const fl_workload *load(fl_json *document, fl_error *error)
{
    fl_workload *workload = document ? fl_workload_new(fl_json_root(document), error) : NULL;
    fl_json_free(document);
    return workload ? keep(workload) : NULL;
}

static void load_builtin(void)
{
    size_t n = 0;
    while (fl_workload_builtin[n].text) n++;
    builtin = fl_memory_new(n + 1, sizeof *builtin);
    for (size_t i = 0; i < n; i++) {
        fl_error error;
        char name[FL_FILE_PATH_MAX];
        const char *text = fl_workload_builtin[i].text;
        snprintf(name, sizeof name, "suites/workloads/%s.json", fl_workload_builtin[i].name);
        builtin[i] = load(fl_json_load_text(name, text, strlen(text), &error), &error);
        if (!builtin[i]) fl_error_die("a built-in workload cannot be read: %s", error.text);
    }
}

const fl_workload *const *fl_workloads(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_builtin);
    return builtin;
}

const fl_workload *fl_workload_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)fl_workloads(), "workload", name, error);
}

const fl_workload *fl_workload_of_hash(const char *hash)
{
    fl_workloads(); /* a process that has looked for no name yet has met the built-in ones all the same */
    return kept_of_hash(hash);
}

static bool is_path(const char *text)
{
    size_t n = strlen(text);
    return n > 5 && !strcmp(text + n - 5, ".json");
}

const fl_workload *fl_workload_named(const char *name_or_path, fl_error *error)
{
    fl_workloads(); /* first, so that a built-in one is met as such */
    if (is_path(name_or_path)) return load(fl_json_load(name_or_path, error), error);
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
    fl_workloads();
    if (json_is_object(fl_json_value(node))) {
        fl_workload *workload = fl_workload_new(node, error);
        return workload ? keep(workload) : NULL;
    }
    if (!fl_json_string(node, &text, error)) return NULL;
    if (is_path(text)) {
        fl_json_path_resolve(node, text, path);
        if (fl_file_exists(path)) return fl_workload_named(path, error);
    }
    const fl_workload *workload = fl_workload_named(text, &why);
    if (!workload) fl_json_fail_with(node, error, &why);
    return workload;
}
