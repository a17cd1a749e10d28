/* Read by the lines' own check alone, so that a mistake of the library's reader shows. */
#include "study/study.h"
#include "support/command_store.h"

#include <dirent.h>
#include <unistd.h>

void store_add_lines(json_t *lines, const char *path)
{
    char *bytes;
    size_t n;
    fl_error error;
    if (!fl_file_read(path, &bytes, &n, &error)) fail_msg("%s", error.text);
    for (char *line = bytes, *end; (end = memchr(line, '\n', (size_t)(bytes + n - line))); line = end + 1) {
        json_t *object = fl_record_line_read(line, (size_t)(end - line));
        if (!object) fail_msg("%s: a line does not match its check: %.*s", path, (int)(end - line), line);
        json_array_append_new(lines, object);
    }
    free(bytes);
}

json_t *store_lines(const char *folder, const char *out, const char *stem)
{
    char within[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    json_t *lines = json_array();
    struct dirent **entries;
    fl_file_path_join(within, folder, out);
    int n = scandir(within, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        fl_file_path_join(path, within, name);
        if (!strncmp(name, stem, strlen(stem)) && strstr(name, ".jsonl")) store_add_lines(lines, path);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
    return lines;
}

size_t store_count(const char *folder, const char *out, const char *stem)
{
    json_t *lines = store_lines(folder, out, stem);
    size_t n = json_array_size(lines);
    json_decref(lines);
    return n;
}

void store_wait(const char *folder, const char *out, size_t n)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, out);
    for (int i = 0; i < 60000; i++, usleep(1000))
        if (fl_file_folder_exists(path) && store_count(folder, out, "trials") >= n) return;
    fail_msg("%s never held %zu trials", out, n);
}

json_t *store_record(const char *folder, const char *out, const char *arm, json_int_t index, json_int_t repeat)
{
    json_t *lines = store_lines(folder, out, "trials"), *found = NULL, *line;
    size_t i;
    json_array_foreach(lines, i, line) if (!strcmp(json_string_value(json_object_get(line, "arm")), arm) &&
                                           json_integer_value(json_object_get(line, "index")) == index &&
                                           json_integer_value(json_object_get(line, "repeat")) == repeat) found = line;
    json_incref(found);
    json_decref(lines);
    return found;
}

/* A rerun that failed: of a trial that was the best only while a better one had failed. */
static bool does_not_count(const json_t *line)
{
    return json_integer_value(json_object_get(line, "repeat")) >= FL_STUDY_RERUN_REPEAT &&
           !strcmp(json_string_value(json_object_get(line, "status")), "failed");
}

char *store_digest(const char *folder, const char *out)
{
    static const char *const of_time[] = { "seconds", "examples_per_second", "check" };
    json_t *all = json_object(), *records = store_lines(folder, out, "trials"),
           *points = store_lines(folder, out, "points"), *line;
    size_t i;
    json_array_foreach(records, i, line)
    {
        char slot[200];
        for (size_t f = 0; f < 3; f++) json_object_del(line, of_time[f]);
        snprintf(slot, sizeof slot, "%s %lld %lld", json_string_value(json_object_get(line, "arm")),
                 json_integer_value(json_object_get(line, "index")),
                 json_integer_value(json_object_get(line, "repeat")));
        json_object_set_new(line, "points", json_object());
        if (!does_not_count(line)) json_object_set(all, slot, line);
    }
    const char *slot;
    json_t *record;
    json_array_foreach(points, i, line)
    {
        char step[40];
        for (size_t f = 0; f < 3; f++) json_object_del(line, of_time[f]);
        snprintf(step, sizeof step, "%lld", json_integer_value(json_object_get(line, "step")));
        json_object_foreach(all, slot,
                            record) if (json_equal(json_object_get(record, "trial"), json_object_get(line, "trial")))
            json_object_set(json_object_get(record, "points"), step, line);
    }
    char *digest = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(all);
    json_decref(records);
    json_decref(points);
    return digest;
}

/* Two long texts; where they part, rather than both of them whole. */
static void assert_same_text(const char *left, const char *right)
{
    size_t same = 0;
    while (left[same] && left[same] == right[same]) same++;
    size_t from = same < 200 ? 0 : same - 200;
    if (left[same] != right[same])
        fail_msg("they part at byte %zu:\n%.400s\n--- and\n%.400s", same, left + from, right + from);
}

void assert_same_store(const char *folder, const char *a, const char *b)
{
    char *left = store_digest(folder, a), *right = store_digest(folder, b);
    assert_true(strlen(left) > 2);
    assert_same_text(left, right);
    free(left);
    free(right);
}
