/* Runs of lines sorted by (trial, place): a trial's are found by bisection and read again. */
#include "results/points.h"
#include "base/memory.h"
#include "record/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Good lines of one trial that follow one another. */
typedef struct run {
    uint64_t trial; /* its 16 hex digits as a number */
    fl_results_place place;
    size_t n;
} run;

struct fl_results_points_index {
    fl_results_files *files;
    bool indexed;
    run *runs;
    size_t n, capacity;
    fl_results_place expected; /* while indexing: where the line after the last run's begins */
};

fl_results_points_index *fl_results_points_new(const char *folder, fl_error *error)
{
    fl_results_files *files = fl_results_files_open(folder, "points", "jsonl", error);
    if (!files) return NULL;
    fl_results_points_index *points = fl_memory_new(1, sizeof *points);
    points->files = files;
    return points;
}

void fl_results_points_free(fl_results_points_index *points)
{
    if (!points) return;
    fl_results_files_free(points->files);
    free(points->runs);
    free(points);
}

/* --- the index --- */

/* The trial of a line: it comes first, as lines are written. False where it does not. */
static bool trial_of(const char *line, size_t n, uint64_t *trial)
{
    static const char key[] = "{\"trial\":\"";
    enum { BEFORE = sizeof key - 1, DIGITS = 16 };
    char *end;
    if (n <= BEFORE + DIGITS || memcmp(line, key, BEFORE) != 0) return false;
    *trial = strtoull(line + BEFORE, &end, 16);
    return end == line + BEFORE + DIGITS;
}

static run *new_run(fl_results_points_index *points)
{
    if (points->n == points->capacity) {
        points->capacity = points->capacity ? 2 * points->capacity : 256;
        points->runs = fl_memory_grow(points->runs, points->capacity, sizeof *points->runs);
    }
    return &points->runs[points->n++];
}

static const char *index_line(void *user, const char *line, size_t n, fl_results_place place)
{
    fl_results_points_index *points = user;
    uint64_t trial;
    if (!trial_of(line, n, &trial) || !fl_record_line_good(line, n - 1)) return NULL;
    run *last = points->n ? &points->runs[points->n - 1] : NULL;
    if (last && last->trial == trial && place == points->expected)
        last->n++;
    else
        *new_run(points) = (run){ trial, place, 1 };
    points->expected = place + n;
    return NULL;
}

static void ignore(void *user, const char *path, size_t line, const char *what) {}

static int by_trial_then_place(const void *left, const void *right)
{
    const run *a = left, *b = right;
    if (a->trial != b->trial) return a->trial < b->trial ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void index_all(fl_results_points_index *points)
{
    const fl_results_reader reader = { points, index_line, ignore };
    fl_error error;
    if (!fl_results_files_read(points->files, &reader, &error)) fl_error_give_up("%s", error.text);
    if (points->n) qsort(points->runs, points->n, sizeof *points->runs, by_trial_then_place);
    points->indexed = true;
}

/* --- a trial's points --- */

typedef struct numbered {
    fl_trial_point point;
    size_t line;
} numbered;

static bool read_point(const char *line, size_t n, const char *trial, fl_trial_point *point)
{
    json_t *object = line && line[n - 1] == '\n' ? fl_record_line_read(line, n - 1) : NULL;
    const char *id = json_string_value(json_object_get(object, "trial"));
    bool good = id && !strcmp(id, trial) && fl_trial_point_read(object, point);
    json_decref(object);
    return good;
}

/* Add the good points of a run's lines to `found`, which has room for them. */
static size_t read_run(fl_results_points_index *points, const run *r, const char *trial, numbered *found)
{
    size_t n, good = 0;
    const char *line = fl_results_files_line(points->files, r->place, &n);
    for (size_t i = 0; i < r->n; i++, line = i < r->n ? fl_results_files_next(points->files, &n) : NULL)
        good += read_point(line, n, trial, &found[good].point);
    return good;
}

static int by_step_then_line(const void *left, const void *right)
{
    const numbered *a = left, *b = right;
    if (a->point.step != b->point.step) return a->point.step < b->point.step ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* Sorted by step. */
static fl_trial_point *last_of_each_step(numbered *found, size_t *n)
{
    size_t kept = 0;
    fl_trial_point *points = fl_memory_new(*n, sizeof *points);
    for (size_t i = 0; i < *n; i++) found[i].line = i;
    if (*n) qsort(found, *n, sizeof *found, by_step_then_line);
    for (size_t i = 0; i < *n; i++) {
        bool again = kept && points[kept - 1].step == found[i].point.step;
        points[again ? kept - 1 : kept++] = found[i].point;
    }
    *n = kept;
    return points;
}

/* The first run of a trial, or where it would be. */
static const run *find_runs(const fl_results_points_index *points, uint64_t trial)
{
    size_t low = 0, high = points->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (points->runs[middle].trial < trial)
            low = middle + 1;
        else
            high = middle;
    }
    return points->runs + low;
}

/* A trial's runs, and how many lines they have. */
typedef struct runs {
    const run *first, *end;
    size_t lines;
} runs;

static runs runs_of(fl_results_points_index *points, const char *trial)
{
    if (!points->indexed) index_all(points);
    uint64_t number = strtoull(trial, NULL, 16);
    runs found = { .first = find_runs(points, number) };
    for (found.end = found.first; found.end < points->runs + points->n && found.end->trial == number; found.end++)
        found.lines += found.end->n;
    return found;
}

fl_trial_point *fl_results_points_of(fl_results_points_index *points, const char *trial, size_t *n)
{
    runs of = runs_of(points, trial);
    numbered *found = fl_memory_new(of.lines, sizeof *found);
    *n = 0;
    for (const run *r = of.first; r < of.end; r++) *n += read_run(points, r, trial, found + *n);
    fl_trial_point *kept = last_of_each_step(found, n);
    free(found);
    return kept;
}

bool fl_results_points_complete(fl_results_points_index *points, const char *trial, size_t n)
{
    runs of = runs_of(points, trial);
    size_t steps = of.lines;
    if (of.lines > n) free(fl_results_points_of(points, trial, &steps)); /* some steps have several */
    return steps >= n;
}

/* --- damage --- */

static const char *check_line(void *user, const char *line, size_t n, fl_results_place place)
{
    fl_trial_point point;
    json_t *object = fl_record_line_read(line, n - 1);
    bool good = json_is_string(json_object_get(object, "trial")) && fl_trial_point_read(object, &point);
    const char *wrong = !object ? "does not match its check" : good ? NULL : "is no point";
    json_decref(object);
    return wrong;
}

bool fl_results_points_check(const fl_results_points_index *points, void *user,
                             void (*damaged)(void *user, const char *path, size_t line, const char *what),
                             fl_error *error)
{
    const fl_results_reader reader = { user, check_line, damaged };
    return fl_results_files_read(points->files, &reader, error);
}
