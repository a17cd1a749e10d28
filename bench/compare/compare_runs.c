/* Reading Google Benchmark's JSON. */
#include "compare/compare_runs.h"
#include "base/entry.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "stats/sample.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

const compare_run *compare_runs_find(const compare_runs *runs, const char *name)
{
    for (size_t i = 0; i < runs->n; i++)
        if (!strcmp(runs->items[i].name, name)) return &runs->items[i];
    return NULL;
}

static void add(compare_runs *runs, const char *name, double seconds)
{
    compare_run *run = (compare_run *)compare_runs_find(runs, name);
    if (!run) {
        runs->items = fl_memory_grow(runs->items, runs->n + 1, sizeof *runs->items);
        run = &runs->items[runs->n++];
        *run = (compare_run){ .name = fl_memory_copy_text(name) };
        fl_text_make_plain(run->name);
    }
    run->seconds = fl_memory_grow(run->seconds, run->n + 1, sizeof *run->seconds);
    run->seconds[run->n++] = seconds;
}

static bool read_unit(fl_json_node entry, double *seconds, fl_error *error)
{
    static const char *const units[] = { "ns", "us", "ms", "s", NULL };
    static const double seconds_of[] = { 1e-9, 1e-6, 1e-3, 1 };
    fl_json_node node;
    const char *name;
    size_t unit;
    fl_error why;
    if (!fl_json_need(entry, "time_unit", &node, error) || !fl_json_string(node, &name, error)) return false;
    if (!fl_entry_choose(units, "unit of time", name, &unit, &why)) return fl_json_fail_with(node, error, &why);
    *seconds = seconds_of[unit];
    return true;
}

/* True for what is no repetition with a time: an aggregate, or a benchmark that gave up. */
static bool is_left_out(fl_json_node entry)
{
    fl_json_node node;
    const char *type = fl_json_get(entry, "run_type", &node) ? json_string_value(fl_json_value(node)) : NULL;
    return (type && strcmp(type, "iteration")) || fl_json_get(entry, "error_occurred", &node);
}

static bool read_entry(fl_json_node entry, compare_runs *runs, fl_error *error)
{
    fl_json_node name, time;
    const char *word;
    double unit, number;
    if (!fl_json_is_object(entry, error)) return false;
    if (is_left_out(entry)) return true;
    if (!fl_json_need(entry, "name", &name, error) || !fl_json_string(name, &word, error) ||
        !fl_json_need(entry, "real_time", &time, error) || !fl_json_number(time, &number, error) ||
        !read_unit(entry, &unit, error))
        return false;
    if (number <= 0) return fl_json_fail(time, error, "a benchmark's time must be above 0");
    add(runs, word, number * unit);
    return true;
}

static bool read_document(const fl_json *document, compare_runs *runs, fl_error *error)
{
    fl_json_node root = fl_json_root(document), list, entry;
    if (!fl_json_is_object(root, error) || !fl_json_need(root, "benchmarks", &list, error)) return false;
    if (!json_is_array(fl_json_value(list))) return fl_json_fail(list, error, "'benchmarks' must be an array");
    for (bool more = fl_json_first(list, &entry); more; more = fl_json_next(&entry))
        if (!read_entry(entry, runs, error)) return false;
    return true;
}

/* Add what one file holds. */
static void take(compare_runs *runs, const compare_runs *file, compare_unit unit)
{
    for (const compare_run *run = file->items; run < file->items + file->n; run++) {
        size_t n = unit == COMPARE_PROCESSES ? 1 : run->n;
        double median = fl_stats_median(run->seconds, run->n);
        for (size_t i = 0; i < n; i++) add(runs, run->name, n == 1 ? median : run->seconds[i]);
    }
}

static bool read_file(const char *path, compare_unit unit, compare_runs *runs, fl_error *error)
{
    compare_runs file = { 0 };
    fl_json *document = fl_json_load(path, error);
    bool read = document && read_document(document, &file, error);
    take(runs, &file, unit);
    compare_runs_free(&file);
    fl_json_free(document);
    return read;
}

static int is_json(const struct dirent *entry)
{
    const char *ending = strrchr(entry->d_name, '.');
    return ending && !strcmp(ending, ".json");
}

static bool read_folder(const char *folder, compare_unit unit, compare_runs *runs, fl_error *error)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, is_json, alphasort);
    if (n < 0) return fl_error_user(error, "%s: cannot be read", folder);
    bool read = n > 0 || fl_error_user(error, "%s: holds neither a study's records nor a .json", folder);
    for (int i = 0; i < n; i++) {
        char path[FL_FILE_PATH_MAX];
        fl_file_path_join(path, folder, entries[i]->d_name);
        read = read && read_file(path, unit, runs, error);
        free(entries[i]);
    }
    free(entries);
    return read;
}

bool compare_runs_read(const char *path, compare_unit unit, compare_runs *runs, fl_error *error)
{
    *runs = (compare_runs){ 0 };
    return fl_file_folder_exists(path) ? read_folder(path, unit, runs, error) : read_file(path, unit, runs, error);
}

void compare_runs_free(compare_runs *runs)
{
    for (size_t i = 0; i < runs->n; i++) {
        free(runs->items[i].name);
        free(runs->items[i].seconds);
    }
    free(runs->items);
    *runs = (compare_runs){ 0 };
}
