#include "results/lines.h"
#include "record/line.h"

#include <string.h>

typedef struct search {
    const fl_results_kind *kind;
    const char *trial;
    json_t *found;
} search;

const char *fl_results_text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is_of_kind(const fl_results_kind *kind, const json_t *line)
{
    return json_is_string(json_object_get(line, "trial")) && json_is_integer(json_object_get(line, "step")) &&
           kind->is(line);
}

static const char *take(void *user, const char *line, size_t n, fl_results_place place)
{
    search *s = user;
    json_t *object = strstr(line, s->trial) ? fl_record_line_read(line, n - 1) : NULL;
    if (is_of_kind(s->kind, object) && !strcmp(fl_results_text_of(object, "trial"), s->trial))
        json_array_append(s->found, object);
    json_decref(object);
    return NULL;
}

static void ignore(void *user, const char *path, size_t line, const char *what) {}

json_t *fl_results_lines(const fl_results *results, const fl_results_kind *kind, const char *trial)
{
    search s = { kind, trial, json_array() };
    fl_error error;
    const fl_results_reader reader = { &s, take, ignore };
    fl_results_files *files = fl_results_files_open(results->folder, kind->stem, "jsonl", &error);
    if (!files || !fl_results_files_read(files, &reader, &error)) fl_error_give_up("%s", error.text);
    fl_results_files_free(files);
    return s.found;
}

/* --- checking --- */

typedef struct checking {
    const fl_results_kind *kind;
    void *user;
    void (*damaged)(void *user, const char *path, size_t line, const char *what);
} checking;

static const char *check_line(void *user, const char *line, size_t n, fl_results_place place)
{
    const fl_results_kind *kind = ((checking *)user)->kind;
    json_t *object = fl_record_line_read(line, n - 1);
    const char *wrong = !object ? "does not match its check" : is_of_kind(kind, object) ? NULL : kind->is_none;
    json_decref(object);
    return wrong;
}

static void pass_on(void *user, const char *path, size_t line, const char *what)
{
    const checking *c = user;
    c->damaged(c->user, path, line, what);
}

bool fl_results_lines_check(const char *folder, const fl_results_kind *kind, void *user,
                            void (*damaged)(void *user, const char *path, size_t line, const char *what),
                            fl_error *error)
{
    checking c = { kind, user, damaged };
    const fl_results_reader reader = { &c, check_line, pass_on };
    fl_results_files *files = fl_results_files_open(folder, kind->stem, "jsonl", error);
    bool read = files && fl_results_files_read(files, &reader, error);
    fl_results_files_free(files);
    return read;
}
