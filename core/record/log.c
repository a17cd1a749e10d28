/* What happened to a study, line by line. */
#include "record/log.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/line.h"
#include "record/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void path_of(const char *folder, char path[FL_FILE_PATH_MAX])
{
    fl_file_path_join(path, folder, "log.jsonl");
}

/* --- writing --- */

/* Append `event` with its time; false with errno. `event` is taken over. */
static bool append(const char *folder, json_t *event)
{
    char path[FL_FILE_PATH_MAX], now[21];
    path_of(folder, path);
    fl_clock_date(now);
    json_object_set_new(event, "time", json_string(now));
    bool written = fl_record_line_append(path, event);
    int trouble = errno;
    json_decref(event);
    errno = trouble;
    return written;
}

bool fl_record_log_freeze(const char *folder, const json_t *study, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    const json_t *budget = json_object_get(study, "budget"), *seeds = json_object_get(study, "seeds");
    json_t *event = json_pack("{s:i, s:s, s:O?, s:O?, s:O?}", "schema", FL_RECORD_SCHEMA, "event", "freeze", "trials",
                              json_object_get(budget, "trials"), "max_trials", json_object_get(budget, "max_trials"),
                              "rerun_best", json_object_get(seeds, "rerun_best"));
    path_of(folder, path);
    return append(folder, event) || fl_file_error(error, path, "cannot be written");
}

void fl_record_log_machine(const char *folder, json_t *doubts)
{
    append(folder, json_pack("{s:i, s:s, s:O}", "schema", FL_RECORD_SCHEMA, "event", "machine", "doubts", doubts));
}

/* --- reading --- */

typedef struct looks {
    size_t *trials; /* the distinct numbers of trials that were looked at */
    size_t n;
    bool whole;           /* no line is missing, damaged or torn */
    bool noted, doubtful; /* some run noted how the machine was; some had doubts */
} looks;

static bool holds(const looks *seen, size_t trials)
{
    for (size_t i = 0; i < seen->n; i++)
        if (seen->trials[i] == trials) return true;
    return false;
}

static void take_line(looks *seen, const char *line, size_t n)
{
    json_t *event = fl_record_line_read(line, n);
    const char *name = json_string_value(json_object_get(event, "event"));
    size_t trials = (size_t)json_integer_value(json_object_get(event, "trials"));
    if (name && !strcmp(name, "look") && !holds(seen, trials)) {
        seen->trials = fl_memory_grow(seen->trials, seen->n + 1, sizeof *seen->trials);
        seen->trials[seen->n++] = trials;
    }
    if (name && !strcmp(name, "machine")) {
        seen->noted = true;
        seen->doubtful |= json_array_size(json_object_get(event, "doubts")) > 0;
    }
    seen->whole &= event != NULL;
    json_decref(event);
}

static looks read_looks(const char *folder)
{
    char path[FL_FILE_PATH_MAX], *text;
    size_t size;
    fl_error error;
    looks seen = { .n = 0 };
    path_of(folder, path);
    if (!fl_file_read(path, &text, &size, &error)) return seen;
    seen.whole = size && text[size - 1] == '\n';
    for (const char *line = text, *end; (end = memchr(line, '\n', (size_t)(text + size - line))); line = end + 1)
        take_line(&seen, line, (size_t)(end - line));
    free(text);
    return seen;
}

void fl_record_log_look(const char *folder, size_t trials)
{
    looks seen = read_looks(folder);
    bool known = holds(&seen, trials);
    free(seen.trials);
    if (!known)
        append(folder,
               json_pack("{s:i, s:s, s:I}", "schema", FL_RECORD_SCHEMA, "event", "look", "trials", (json_int_t)trials));
}

size_t fl_record_log_looks(const char *folder, size_t trials, bool extended)
{
    looks seen = read_looks(folder);
    size_t others = seen.n - holds(&seen, trials);
    free(seen.trials);
    return !others && !seen.whole ? extended : others;
}

bool fl_record_log_quiet(const char *folder)
{
    looks seen = read_looks(folder);
    free(seen.trials);
    return seen.whole && seen.noted && !seen.doubtful;
}
