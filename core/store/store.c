/* The writer's side of a result folder. */
#include "store/store.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/line.h"
#include "record/log.h"
#include "store/lock.h"
#include "virtual/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fl_store {
    const fl_study *study; /* borrowed */
    fl_store_shard shard;
    char folder[FL_FILE_PATH_MAX];
    int lock, trials, points, curvature, timeline; /* file descriptors, closed on exec so that no worker holds them */
    json_t *hosts;
};

static void path_of(const fl_store *store, const char *stem, const char *ending, char path[FL_FILE_PATH_MAX])
{
    char name[64];
    fl_store_file_name(name, stem, ending, store->shard);
    fl_file_path_join(path, store->folder, name);
}

/* --- opening --- */

static bool read_at(int file, char *bytes, size_t n, off_t at)
{
    for (size_t done = 0; done < n;) {
        ssize_t now = pread(file, bytes + done, n - done, at + (off_t)done);
        if (now == 0) errno = EIO; /* it was cut meanwhile */
        if (now == 0 || (now < 0 && errno != EINTR)) return false;
        if (now > 0) done += (size_t)now;
    }
    return true;
}

/* What follows the last newline, in *tail (free()), and where it begins; read from the end, so that opening costs the
 * same however many trials there are. */
static bool read_tail(int file, char **tail, size_t *n, off_t *start)
{
    off_t end = lseek(file, 0, SEEK_END);
    if (end < 0) return false; /* a pipe, say */
    for (off_t window = 4096;; window *= 2) {
        *start = end > window ? end - window : 0;
        *n = (size_t)(end - *start);
        *tail = fl_memory_grow(*tail, *n + 1, 1);
        if (!read_at(file, *tail, *n, *start)) return false;
        const char *newline = memrchr(*tail, '\n', *n);
        if (!newline && *start) continue;
        size_t before = newline ? (size_t)(newline + 1 - *tail) : 0;
        *n -= before;
        *start += (off_t)before;
        memmove(*tail, *tail + before, *n);
        return true;
    }
}

/* End a torn last line that is whole but for its newline, cut any other. */
static bool repair_tail(int file, const char *path, fl_error *error)
{
    char *tail = NULL;
    size_t n;
    off_t start;
    bool repaired = read_tail(file, &tail, &n, &start);
    if (repaired && n) {
        json_t *whole = fl_record_line_read(tail, n);
        repaired = whole ? pwrite(file, "\n", 1, start + (off_t)n) == 1 : ftruncate(file, start) == 0;
        json_decref(whole);
    }
    free(tail);
    return repaired || fl_error_machine(error, "%s: cannot be repaired: %s", path, strerror(errno));
}

/* Only what is certainly not there may be begun anew. */
static bool is_absent(const char *path)
{
    return access(path, F_OK) != 0 && errno == ENOENT;
}

/* What lines can be taken from again. */
static bool is_regular(int file, const char *path, fl_error *error)
{
    struct stat facts;
    if (fstat(file, &facts) != 0) return fl_file_error(error, path, "cannot be read");
    return S_ISREG(facts.st_mode) || fl_error_user(error, "%s: is no regular file", path);
}

static bool open_lines(fl_store *store, const char *stem, int *file, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    path_of(store, stem, "jsonl", path);
    bool begun = is_absent(path);
    *file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (*file < 0) return fl_file_error(error, path, "cannot be written");
    if (begun && !fl_file_sync_folder_of(path)) return fl_file_error(error, path, "cannot be synced");
    return is_regular(*file, path, error) && repair_tail(*file, path, error) && lseek(*file, 0, SEEK_END) >= 0;
}

/* What study.json is to hold from now on, or NULL when the study in `path` is not one that this study continues; *same
 * when it holds that already. New reference. */
static json_t *continued(const fl_store *store, const char *path, bool *same, fl_error *error)
{
    char *text;
    size_t n;
    json_error_t trouble;
    fl_error why;
    if (!fl_file_read(path, &text, &n, error)) return NULL;
    json_t *frozen = json_loadb(text, n, 0, &trouble), *now = NULL;
    free(text);
    if (!frozen) fl_error_user(error, "%s:%d:%d: %s", path, trouble.line, trouble.column, trouble.text);
    if (frozen && fl_study_continues(store->study, frozen, &why))
        now = fl_study_continued(store->study, frozen);
    else if (frozen)
        fl_error_user(error, "%s: %s; choose another folder with -o", store->folder, why.text);
    *same = now && json_equal(frozen, now);
    json_decref(frozen);
    return now;
}

/* The log first: a freeze that is noted twice does no harm, one that is not noted would be an unnoticed extension. */
static bool write_study(const fl_store *store, const char *path, const json_t *study, fl_error *error)
{
    if (!fl_record_log_freeze(store->folder, study, error)) return false;
    char *text = json_dumps(study, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    bool written = fl_file_write(path, text, strlen(text), error);
    free(text);
    return written;
}

/* A copy of each definition that trials are known by, so that nothing else is needed to run them again. */
static bool keep_definition(const fl_store *store, const fl_workload *workload, fl_error *error)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], name[FL_HASH_TEXT + 8];
    fl_file_path_join(folder, store->folder, "workloads");
    snprintf(name, sizeof name, "%s.json", workload->hash);
    fl_file_path_join(path, folder, name);
    if (workload->by_name || fl_file_exists(path)) return true;
    if (!fl_file_folder_make(folder, error)) return false;
    json_t *definition = fl_workload_json(workload);
    char *text = json_dumps(definition, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    bool written = fl_file_write(path, text, strlen(text), error);
    free(text);
    json_decref(definition);
    return written;
}

/* A line for each duration, with all its digits. */
static bool keep_trace(const fl_store *store, const fl_virtual_trace *trace, fl_error *error)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], name[FL_HASH_TEXT + 8];
    fl_text text = { 0 };
    if (!trace) return true;
    fl_file_path_join(folder, store->folder, "traces");
    snprintf(name, sizeof name, "%s.txt", trace->hash);
    fl_file_path_join(path, folder, name);
    if (fl_file_exists(path)) return true;
    if (!fl_file_folder_make(folder, error)) return false;
    for (size_t i = 0; i < trace->n; i++) fl_text_add(&text, "%.17g\n", trace->seconds[i]);
    bool written = fl_file_write(path, text.bytes, strlen(text.bytes), error);
    fl_text_free(&text);
    return written;
}

static bool keep_definitions(const fl_store *store, fl_error *error)
{
    const fl_study *study = store->study;
    for (size_t i = 0; i < study->n_arms; i++)
        if (!keep_definition(store, study->arms[i].base.owners.workload, error) ||
            !keep_trace(store, study->arms[i].base.trace, error))
            return false;
    return true;
}

/* The folder's study.json must be one this study continues; write it where it is new or has grown. */
static bool begin_study(const fl_store *store, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, store->folder, "study.json");
    bool same = false;
    json_t *now = is_absent(path) ? json_incref(store->study->resolved) : continued(store, path, &same, error);
    if (!now) return false;
    bool begun = (same || write_study(store, path, now, error)) && keep_definitions(store, error);
    json_decref(now);
    return begun;
}

/* The facts about machines so far, to which this writer adds. A damaged file is put aside, lest its rest be written
 * over. */
static bool load_hosts(fl_store *store, fl_error *error)
{
    char path[FL_FILE_PATH_MAX], aside[FL_FILE_PATH_MAX], *text;
    size_t n;
    path_of(store, "host", "json", path);
    store->hosts = json_object();
    if (is_absent(path)) return true;
    if (!fl_file_read(path, &text, &n, error)) return false;
    json_t *file = json_loadb(text, n, 0, NULL), *hosts = json_object_get(file, "hosts");
    bool good = json_is_object(hosts);
    json_object_update(store->hosts, hosts);
    json_decref(file);
    free(text);
    path_of(store, "host", "json.damaged", aside);
    return good || rename(path, aside) == 0 || fl_file_error(error, path, "is damaged and cannot be put aside");
}

fl_store *fl_store_open(const char *folder, const fl_study *study, fl_store_shard shard, char warning[200],
                        fl_error *error)
{
    fl_store *store = fl_memory_new(1, sizeof *store);
    *store = (fl_store){
        .study = study, .shard = shard, .lock = -1, .trials = -1, .points = -1, .curvature = -1, .timeline = -1
    };
    snprintf(store->folder, sizeof store->folder, "%s", folder);
    if (fl_file_folder_make(folder, error) && (store->lock = fl_store_lock_take(folder, shard, warning, error)) >= 0 &&
        begin_study(store, error) && open_lines(store, "trials", &store->trials, error) &&
        open_lines(store, "points", &store->points, error) &&
        (!study->curvature_every || open_lines(store, "curvature", &store->curvature, error)) &&
        load_hosts(store, error))
        return store;
    fl_store_close(store);
    return NULL;
}

static void close_file(int file)
{
    if (file >= 0) close(file);
}

void fl_store_close(fl_store *store)
{
    if (!store) return;
    close_file(store->trials);
    close_file(store->points);
    close_file(store->curvature);
    close_file(store->timeline);
    close_file(store->lock); /* last: it gives the lock back */
    json_decref(store->hosts);
    free(store);
}

/* --- appending --- */

/* Append each line of `text` with one write, then sync; take everything back when one fails. */
static bool append(int file, const fl_text *text, const char *what, const char *folder, fl_error *error)
{
    off_t end = lseek(file, 0, SEEK_END);
    const char *line = text->bytes, *stop = text->bytes + text->length;
    errno = 0; /* a short write sets none */
    while (line < stop) {
        size_t n = (size_t)((const char *)memchr(line, '\n', (size_t)(stop - line)) - line) + 1;
        ssize_t put = write(file, line, n);
        if (put < 0 && errno == EINTR) continue;
        if (put != (ssize_t)n) break;
        line += n;
    }
    if (line == stop && fsync(file) == 0) return true;
    int trouble = line == stop || errno ? errno : ENOSPC;
    if (ftruncate(file, end) == 0) lseek(file, end, SEEK_SET);
    return fl_error_machine(error, "%s: %s cannot be written: %s; everything finished so far is kept", folder, what,
                            strerror(trouble));
}

/* What is written to a file that was deleted or moved away is lost to everybody who looks for it in the folder. */
static bool still_there(const fl_store *store, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    struct stat named, written;
    path_of(store, "trials", "jsonl", path);
    bool there = stat(path, &named) == 0 && fstat(store->trials, &written) == 0 && named.st_ino == written.st_ino &&
                 named.st_dev == written.st_dev;
    return there || fl_error_machine(error, "%s: was deleted or moved away while trials were written to it", path);
}

static json_t *point_line(const char *trial, const fl_trial_point *point)
{
    json_t *object = json_pack("{s:s}", "trial", trial), *measured = fl_trial_point_json(point);
    json_object_update(object, measured);
    json_decref(measured);
    return object;
}

/* Of a curvature or a timeline. */
static json_t *line_of(const char *trial, json_t *what)
{
    json_t *object = json_pack("{s:s, s:O}", "trial", trial, "step", json_object_get(what, "step"));
    json_object_update(object, what);
    return object;
}

static void add_line(fl_text *text, json_t *object)
{
    fl_record_line_add(text, object);
    json_decref(object);
}

static void add_lines(fl_text *text, const char *trial, const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) add_line(text, line_of(trial, json_array_get(array, i)));
}

/* A timeline is no part of a study: its file begins with the first trial that has one. */
static bool open_timeline(fl_store *store, const fl_text *text, fl_error *error)
{
    return !text->length || store->timeline >= 0 || open_lines(store, "timeline", &store->timeline, error);
}

/* What is written of a trial before its line. */
typedef struct texts {
    fl_text points, curvature, timeline;
} texts;

static bool append_all(const fl_store *store, const texts *t, const fl_text *line, fl_error *error)
{
    return (!t->points.length || append(store->points, &t->points, "points", store->folder, error)) &&
           (!t->curvature.length || append(store->curvature, &t->curvature, "curvatures", store->folder, error)) &&
           (!t->timeline.length || append(store->timeline, &t->timeline, "timelines", store->folder, error)) &&
           append(store->trials, line, "a trial", store->folder, error);
}

/* All or nothing: what belongs to a line that could not be written would stand beside what the trial's next attempt
 * writes. */
static bool append_or_take_back(const fl_store *store, const texts *t, const fl_text *line, fl_error *error)
{
    const int files[] = { store->points, store->curvature, store->timeline };
    enum { N = sizeof files / sizeof *files };
    off_t ends[N];
    for (size_t i = 0; i < N; i++) ends[i] = files[i] < 0 ? -1 : lseek(files[i], 0, SEEK_END);
    if (append_all(store, t, line, error)) return true;
    for (size_t i = 0; i < N; i++)
        if (ends[i] >= 0 && ftruncate(files[i], ends[i]) == 0) lseek(files[i], 0, SEEK_END);
    return false;
}

bool fl_store_add(fl_store *store, const fl_record_slot *slot, const fl_trial *trial, const fl_outcome *outcome,
                  const char *host, fl_error *error)
{
    texts t = { .points = { 0 } };
    fl_text line = { 0 };
    for (size_t i = 0; i < outcome->n_points; i++) add_line(&t.points, point_line(outcome->trial, &outcome->points[i]));
    add_lines(&t.curvature, outcome->trial, outcome->curvature);
    add_lines(&t.timeline, outcome->trial, outcome->timeline);
    add_line(&line, fl_record_json(store->study, slot, trial, outcome, host));
    bool added = open_timeline(store, &t.timeline, error) && append_or_take_back(store, &t, &line, error) &&
                 still_there(store, error);
    fl_text_free(&t.points);
    fl_text_free(&t.curvature);
    fl_text_free(&t.timeline);
    fl_text_free(&line);
    return added;
}

bool fl_store_host(fl_store *store, const char *key, const json_t *facts, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    if (json_object_get(store->hosts, key)) return true;
    json_object_set(store->hosts, key, (json_t *)facts);
    json_t *file = json_pack("{s:i, s:O}", "schema", FL_RECORD_SCHEMA, "hosts", store->hosts);
    char *text = json_dumps(file, JSON_INDENT(2));
    path_of(store, "host", "json", path);
    bool written = fl_file_write(path, text, strlen(text), error);
    free(text);
    json_decref(file);
    return written;
}
