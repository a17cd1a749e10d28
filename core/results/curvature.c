/* Lines of curvature.jsonl are few beside points, so a trial's are sought anew. */
#include "results/curvature.h"
#include "base/memory.h"
#include "record/line.h"

#include <stdlib.h>
#include <string.h>

typedef struct search {
    const char *trial;
    json_t *found;
} search;

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* Of the same step, matrix and data, and both a landscape or neither. */
static bool same_place(const json_t *a, const json_t *b)
{
    return json_equal(json_object_get(a, "step"), json_object_get(b, "step")) &&
           !strcmp(text_of(a, "matrix"), text_of(b, "matrix")) && !strcmp(text_of(a, "data"), text_of(b, "data")) &&
           !json_object_get(a, "landscape") == !json_object_get(b, "landscape");
}

/* In the order of steps; the last of several for one place counts. */
static void insert(json_t *list, json_t *object)
{
    size_t at = json_array_size(list);
    json_int_t step = json_integer_value(json_object_get(object, "step"));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (same_place(json_array_get(list, i), object)) {
            json_array_set_new(list, i, object);
            return;
        }
    while (at && json_integer_value(json_object_get(json_array_get(list, at - 1), "step")) > step) at--;
    json_array_insert_new(list, at, object);
}

static bool is_curvature(const json_t *object)
{
    return json_is_string(json_object_get(object, "trial")) && json_is_integer(json_object_get(object, "step")) &&
           json_is_string(json_object_get(object, "matrix")) && json_is_array(json_object_get(object, "largest"));
}

static const char *take(void *user, const char *line, size_t n, fl_results_place place)
{
    search *s = user;
    json_t *object = strstr(line, s->trial) ? fl_record_line_read(line, n - 1) : NULL;
    if (is_curvature(object) && !strcmp(text_of(object, "trial"), s->trial))
        insert(s->found, object);
    else
        json_decref(object);
    return NULL;
}

static void ignore(void *user, const char *path, size_t line, const char *what) {}

json_t *fl_results_curvature(const fl_results *results, const char *trial)
{
    search s = { trial, json_array() };
    fl_error error;
    const fl_results_reader reader = { &s, take, ignore };
    fl_results_files *files = fl_results_files_open(results->folder, "curvature", "jsonl", &error);
    if (!files || !fl_results_files_read(files, &reader, &error)) fl_error_die("%s", error.text);
    fl_results_files_free(files);
    return s.found;
}

static const char *check_line(void *user, const char *line, size_t n, fl_results_place place)
{
    json_t *object = fl_record_line_read(line, n - 1);
    const char *wrong = !object ? "does not match its check" : is_curvature(object) ? NULL : "is no curvature";
    json_decref(object);
    return wrong;
}

bool fl_results_curvature_check(const char *folder, void *user,
                                void (*damaged)(void *user, const char *path, size_t line, const char *what),
                                fl_error *error)
{
    const fl_results_reader reader = { user, check_line, damaged };
    fl_results_files *files = fl_results_files_open(folder, "curvature", "jsonl", error);
    bool read = files && fl_results_files_read(files, &reader, error);
    fl_results_files_free(files);
    return read;
}
