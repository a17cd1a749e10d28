/* The writer's side of a result folder. */
#include "record/store.h"
#include "base/file.h"
#include "base/memory.h"
#include "record/line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct fl_store {
    const fl_study *study; /* borrowed */
    char folder[FL_PATH_MAX], host_path[FL_PATH_MAX];
    int lock, trials, points; /* file descriptors, closed on exec so that no worker holds them */
    json_t *hosts;
};

void fl_store_file_name(char name[64], const char *stem, const char *ending, fl_shard shard)
{
    if (shard.count <= 1)
        snprintf(name, 64, "%s.%s", stem, ending);
    else
        snprintf(name, 64, "%s.%zu-of-%zu.%s", stem, shard.number, shard.count, ending);
}

static void path_of(const fl_store *store, const char *stem, const char *ending, fl_shard shard, char path[FL_PATH_MAX])
{
    char name[64];
    fl_store_file_name(name, stem, ending, shard);
    fl_path_join(path, store->folder, name);
}

/* --- the lock --- */

static bool refuse_second(int lock, const char *folder, fl_error *error)
{
    char holder[32] = "";
    ssize_t n = pread(lock, holder, sizeof holder - 1, 0);
    holder[n > 0 ? n : 0] = 0;
    holder[strcspn(holder, "\n")] = 0;
    return fl_user_error(error, "%s: process %s is writing to this folder; wait for it or choose another with -o", folder,
                         *holder ? holder : "(unknown)");
}

/* Lock for as long as this process lives, however it ends. */
static bool take_lock(fl_store *store, fl_shard shard, char *warning, fl_error *error)
{
    char path[FL_PATH_MAX], pid[32];
    path_of(store, ".lock", "pid", shard, path);
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (store->lock < 0) return fl_path_error(error, store->folder, "cannot be written");
    if (flock(store->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return refuse_second(store->lock, store->folder, error);
        if (warning) snprintf(warning, 200, "%.120s: no locks on this file system; start only one run on it", store->folder);
    }
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(store->lock, 0) == 0 && pwrite(store->lock, pid, (size_t)n, 0) == n) return true;
    return fl_machine_error(error, "%s: cannot be written: %s", path, strerror(errno));
}

/* --- opening --- */

/* What follows the last newline, in *tail (free()), and where it begins; read from the end, so that opening costs the same however
 * many trials there are. */
static bool read_tail(int file, char **tail, size_t *n, off_t *start)
{
    off_t end = lseek(file, 0, SEEK_END);
    for (off_t window = 4096;; window *= 2) {
        *start = end > window ? end - window : 0;
        *n = (size_t)(end - *start);
        *tail = fl_grow(*tail, *n + 1, 1);
        if (pread(file, *tail, *n, *start) != (ssize_t)*n) return false;
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
static bool mend_tail(int file, const char *path, fl_error *error)
{
    char *tail = NULL;
    size_t n;
    off_t start;
    bool mended = read_tail(file, &tail, &n, &start);
    if (mended && n) {
        json_t *whole = fl_line_read(tail, n);
        mended = whole ? pwrite(file, "\n", 1, start + (off_t)n) == 1 : ftruncate(file, start) == 0;
        json_decref(whole);
    }
    free(tail);
    return mended || fl_machine_error(error, "%s: cannot be mended: %s", path, strerror(errno));
}

static bool open_lines(fl_store *store, const char *stem, fl_shard shard, int *file, fl_error *error)
{
    char path[FL_PATH_MAX];
    path_of(store, stem, "jsonl", shard, path);
    *file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*file < 0) return fl_path_error(error, path, "cannot be written");
    return mend_tail(*file, path, error) && lseek(*file, 0, SEEK_END) >= 0;
}

/* The folder's study.json must be one this study continues; write it where it is new or has grown. */
static bool settle_study(const fl_store *store, fl_error *error)
{
    char path[FL_PATH_MAX];
    fl_path_join(path, store->folder, "study.json");
    if (fl_file_exists(path)) {
        json_error_t trouble;
        json_t *frozen = json_load_file(path, 0, &trouble);
        if (!frozen) return fl_user_error(error, "%s:%d:%d: %s", path, trouble.line, trouble.column, trouble.text);
        fl_error why;
        bool continues = fl_study_continues(store->study, frozen, &why);
        bool same = continues && json_equal(frozen, store->study->frozen);
        json_decref(frozen);
        if (!continues) return fl_user_error(error, "%s: %s; choose another folder with -o", store->folder, why.text);
        if (same) return true;
    }
    char *text = json_dumps(store->study->frozen, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    bool written = fl_file_write(path, text, strlen(text), error);
    free(text);
    return written;
}

static void load_hosts(fl_store *store, fl_shard shard)
{
    path_of(store, "host", "json", shard, store->host_path);
    json_t *file = json_load_file(store->host_path, 0, NULL);
    json_t *hosts = json_object_get(file, "hosts");
    store->hosts = json_is_object(hosts) ? json_incref(hosts) : json_object();
    json_decref(file);
}

fl_store *fl_store_open(const char *folder, const fl_study *study, fl_shard shard, char warning[200], fl_error *error)
{
    fl_store *store = fl_new(1, sizeof *store);
    *store = (fl_store){ .study = study, .lock = -1, .trials = -1, .points = -1 };
    snprintf(store->folder, sizeof store->folder, "%s", folder);
    if (fl_folder_make(folder, error) && take_lock(store, shard, warning, error) && settle_study(store, error) &&
        open_lines(store, "trials", shard, &store->trials, error) &&
        open_lines(store, "points", shard, &store->points, error)) {
        load_hosts(store, shard);
        return store;
    }
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
    return fl_machine_error(error, "%s: %s cannot be written: %s; everything finished so far is kept", folder, what,
                            strerror(trouble));
}

static json_t *point_line(const char *trial, const fl_point *point)
{
    json_t *object = json_pack("{s:s}", "trial", trial), *measured = fl_point_json(point);
    json_object_update(object, measured);
    json_decref(measured);
    return object;
}

static void add_line(fl_text *text, json_t *object)
{
    fl_line_add(text, object);
    json_decref(object);
}

bool fl_store_add(fl_store *store, const fl_slot *slot, const fl_trial *trial, const fl_outcome *outcome, const char *host,
                  fl_error *error)
{
    fl_text points = { 0 }, line = { 0 };
    for (size_t i = 0; i < outcome->n_points; i++) add_line(&points, point_line(outcome->trial, &outcome->points[i]));
    add_line(&line, fl_record_json(store->study, slot, trial, outcome, host));
    bool added = (!points.length || append(store->points, &points, "points", store->folder, error)) &&
                 append(store->trials, &line, "a trial", store->folder, error);
    fl_text_free(&points);
    fl_text_free(&line);
    return added;
}

bool fl_store_host(fl_store *store, const char *key, const json_t *facts, fl_error *error)
{
    if (json_object_get(store->hosts, key)) return true;
    json_object_set(store->hosts, key, (json_t *)facts);
    json_t *file = json_pack("{s:i, s:O}", "schema", FL_SCHEMA, "hosts", store->hosts);
    char *text = json_dumps(file, JSON_INDENT(2));
    bool written = fl_file_write(store->host_path, text, strlen(text), error);
    free(text);
    json_decref(file);
    return written;
}
