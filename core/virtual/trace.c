/* Every trace that was met stays in a list, so that a trial may point at it. */
#include "virtual/trace.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LONGEST = 86400; /* a day, as the means are */

typedef struct met {
    fl_virtual_trace trace;
    struct met *next;
} met;

static met *all;

const fl_virtual_trace *fl_virtual_trace_of_hash(const char *hash)
{
    for (const met *m = all; m; m = m->next)
        if (!strcmp(m->trace.hash, hash)) return &m->trace;
    return NULL;
}

const fl_virtual_trace *fl_virtual_trace_named(const char *name)
{
    for (const met *m = all; m; m = m->next)
        if (m->trace.name && !strcmp(m->trace.name, name)) return &m->trace;
    return NULL;
}

/* No two have one name: that is the file's last content. */
static void give_name(const fl_virtual_trace *trace, const char *name)
{
    for (met *m = all; m; m = m->next) {
        bool is_it = &m->trace == trace, has_it = m->trace.name && !strcmp(m->trace.name, name);
        if (is_it == has_it) continue;
        free(m->trace.name);
        m->trace.name = is_it ? fl_memory_copy_text(name) : NULL;
    }
}

static bool is_duration(double seconds)
{
    return seconds >= 0 && seconds <= LONGEST;
}

static bool are_durations(const double *seconds, size_t n, double *mean, fl_error *error)
{
    *mean = 0;
    if (!n || n > FL_VIRTUAL_TRACE_MOST)
        return fl_error_user(error, "a trace has 1 to %d durations, not %zu", FL_VIRTUAL_TRACE_MOST, n);
    for (size_t i = 0; i < n; i++) {
        if (!is_duration(seconds[i]))
            return fl_error_user(error, "duration %zu of the trace, %.10g, is no number of seconds from 0 to %.0f",
                                 i + 1, seconds[i], LONGEST);
        *mean += seconds[i] / (double)n;
    }
    return *mean > 0 || fl_error_user(error, "all durations of the trace are 0; leave it away");
}

const fl_virtual_trace *fl_virtual_trace_of(const double *seconds, size_t n, fl_error *error)
{
    char hash[FL_HASH_TEXT];
    double mean;
    if (!are_durations(seconds, n, &mean, error)) return NULL;
    fl_hash_text(fl_hash(seconds, n * sizeof *seconds), hash);
    const fl_virtual_trace *known = fl_virtual_trace_of_hash(hash);
    if (known) return known;
    met *m = fl_memory_new(1, sizeof *m);
    m->trace = (fl_virtual_trace){ .n = n, .mean = mean, .seconds = fl_memory_new(n, sizeof *seconds) };
    memcpy(m->trace.hash, hash, sizeof hash);
    memcpy(m->trace.seconds, seconds, n * sizeof *seconds);
    m->next = all;
    all = m;
    return &m->trace;
}

/* A line without its remark and without blanks around; it ends where it stood. */
static char *trimmed(char *line)
{
    line[strcspn(line, "#")] = 0;
    line += strspn(line, " \t\r");
    for (size_t n = strlen(line); n && strchr(" \t\r", line[n - 1]); n--) line[n - 1] = 0;
    return line;
}

static bool read_line(const char *path, size_t number, char *line, double *seconds, size_t *n, fl_error *error)
{
    const char *word = trimmed(line);
    if (!*word) return true;
    if (*n == FL_VIRTUAL_TRACE_MOST)
        return fl_error_user(error, "%.600s:%zu: more than %d durations", path, number, FL_VIRTUAL_TRACE_MOST);
    if (fl_text_number_read(word, &seconds[*n]) && is_duration(seconds[*n])) {
        ++*n;
        return true;
    }
    return fl_error_user(error, "%.600s:%zu: '%.40s' is no duration; a line holds a number of seconds from 0 to %.0f",
                         path, number, word, LONGEST);
}

static bool read_lines(const char *path, char *text, double *seconds, size_t *n, fl_error *error)
{
    size_t number = 1;
    for (char *line = text, *end; line; line = end, number++) {
        if ((end = strchr(line, '\n'))) *end++ = 0;
        if (!read_line(path, number, line, seconds, n, error)) return false;
    }
    return true;
}

const fl_virtual_trace *fl_virtual_trace_load(const char *path, const char *name, fl_error *error)
{
    char *bytes;
    size_t size, n = 0;
    fl_error why;
    if (!fl_file_read(path, &bytes, &size, error)) return NULL;
    double *seconds = fl_memory_new(FL_VIRTUAL_TRACE_MOST, sizeof *seconds);
    bool read = strlen(bytes) == size || fl_error_user(error, "%.600s: holds a NUL byte, so it is no text", path);
    const fl_virtual_trace *trace = NULL;
    if (read && read_lines(path, bytes, seconds, &n, error) && !(trace = fl_virtual_trace_of(seconds, n, &why)))
        fl_error_user(error, "%.600s: %s", path, why.text);
    if (trace) give_name(trace, name);
    free(seconds);
    free(bytes);
    return trace;
}
