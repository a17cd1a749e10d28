/* The file: magic and version, then pieces (the header, every array, the points), each followed by a checksum of itself
 * and all pieces before it. So damage is found in the piece that has it, and no piece of another file fits.
 */
#include "train/checkpoint.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/lock.h"
#include "base/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VERSION = 3 };

typedef struct prefix {
    char magic[16];
    uint64_t version;
} prefix;

static const prefix ours = { "fairlead trial\n", VERSION };

/* Members of 8 bytes, so that no byte of it is padding. */
typedef struct header {
    char trial[24]; /* 16 digits and zeros */
    uint64_t where, n_arrays, count;
    fl_train_position at;
} header;

/* Floats of all arrays. */
static uint64_t count_of(const fl_train_checkpoint *checkpoint)
{
    uint64_t count = 0;
    for (size_t i = 0; i < checkpoint->n_arrays; i++) count += checkpoint->arrays[i].count;
    return count;
}

static uint64_t chain(uint64_t sum, const void *bytes, size_t n)
{
    uint64_t pair[2] = { sum, fl_hash(bytes, n) };
    return fl_hash(pair, sizeof pair);
}

/* --- writing --- */

enum { ENDING = 6 }; /* ".tmp" or ".lock", and NUL */

static bool begin(fl_replacement *file, const char *path, char temporary[FL_FILE_PATH_MAX + ENDING], fl_error *error)
{
    snprintf(temporary, FL_FILE_PATH_MAX + ENDING, "%s.tmp", path);
    return fl_replacement_begin(file, path, temporary, error);
}

bool fl_train_checkpoint_possible(const char *path, fl_error *error)
{
    fl_replacement file;
    fl_error why;
    char temporary[FL_FILE_PATH_MAX + ENDING];
    if (!begin(&file, path, temporary, &why)) return fl_error_user(error, "%s", why.text);
    fl_replacement_drop(&file);
    return true;
}

static void put(fl_replacement *file, uint64_t *sum, const void *bytes, size_t n)
{
    *sum = chain(*sum, bytes, n);
    fl_replacement_add(file, bytes, n);
    fl_replacement_add(file, sum, sizeof *sum);
}

bool fl_train_checkpoint_write(const fl_train_checkpoint *checkpoint, const char *path, fl_error *error)
{
    fl_replacement file;
    uint64_t sum = 0;
    char temporary[FL_FILE_PATH_MAX + ENDING];
    header head = { .where = checkpoint->where,
                    .n_arrays = checkpoint->n_arrays,
                    .count = count_of(checkpoint),
                    .at = checkpoint->at };
    snprintf(head.trial, sizeof head.trial, "%s", checkpoint->trial);
    if (!begin(&file, path, temporary, error)) return false;
    fl_replacement_add(&file, &ours, sizeof ours);
    put(&file, &sum, &head, sizeof head);
    for (const fl_train_checkpoint_array *a = checkpoint->arrays; a < checkpoint->arrays + head.n_arrays; a++)
        put(&file, &sum, a->values, a->count * sizeof(float));
    put(&file, &sum, checkpoint->points, head.at.n_points * sizeof *checkpoint->points);
    return fl_replacement_end(&file, error);
}

/* --- reading --- */

static bool get(int file, uint64_t *sum, void *bytes, size_t n)
{
    uint64_t expected;
    if (!fl_file_get(file, bytes, n) || !fl_file_get(file, &expected, sizeof expected)) return false;
    *sum = chain(*sum, bytes, n);
    return *sum == expected;
}

static fl_train_checkpoint_found useless(const char *path, const char *what, fl_error *error)
{
    fl_error_user(error, "%s: %s", path, what);
    return FL_TRAIN_CHECKPOINT_USELESS;
}

static fl_train_checkpoint_found foreign(const char *path, const char *what, fl_error *error)
{
    fl_error_user(error, "%s: %s, and is left alone; remove it or name another file", path, what);
    return FL_TRAIN_CHECKPOINT_FOREIGN;
}

static fl_train_checkpoint_found read_prefix(int file, const char *path, fl_error *error)
{
    prefix found;
    if (!fl_file_get(file, found.magic, sizeof found.magic) || memcmp(found.magic, ours.magic, sizeof ours.magic))
        return foreign(path, "is no checkpoint", error);
    if (!fl_file_get(file, &found.version, sizeof found.version)) return useless(path, "is damaged", error);
    if (found.version != ours.version) return useless(path, "is of another version of fairlead", error);
    return FL_TRAIN_CHECKPOINT_READ;
}

static fl_train_checkpoint_found read_header(const fl_train_checkpoint *checkpoint, int file, uint64_t *sum,
                                             header *head, const char *path, fl_error *error)
{
    fl_train_checkpoint_found found = read_prefix(file, path, error);
    if (found != FL_TRAIN_CHECKPOINT_READ) return found;
    if (!get(file, sum, head, sizeof *head)) return useless(path, "is damaged", error);
    if (strncmp(head->trial, checkpoint->trial, sizeof head->trial))
        return foreign(path, "is a checkpoint of another trial", error);
    if (head->where != checkpoint->where)
        return useless(path, "was written on another machine or by another build", error);
    bool fits = head->n_arrays == checkpoint->n_arrays && head->count == count_of(checkpoint) &&
                head->at.n_points <= checkpoint->most_points;
    return fits ? FL_TRAIN_CHECKPOINT_READ : useless(path, "does not fit the trial", error);
}

static bool read_pieces(const fl_train_checkpoint *checkpoint, int file, uint64_t *sum, const header *head)
{
    char more;
    for (const fl_train_checkpoint_array *a = checkpoint->arrays; a < checkpoint->arrays + head->n_arrays; a++)
        if (!get(file, sum, a->values, a->count * sizeof(float))) return false;
    return get(file, sum, checkpoint->points, head->at.n_points * sizeof *checkpoint->points) &&
           !fl_file_get(file, &more, 1);
}

static void clear(const fl_train_checkpoint *checkpoint)
{
    for (const fl_train_checkpoint_array *a = checkpoint->arrays; a < checkpoint->arrays + checkpoint->n_arrays; a++)
        memset(a->values, 0, a->count * sizeof(float));
}

fl_train_checkpoint_found fl_train_checkpoint_read(fl_train_checkpoint *checkpoint, const char *path, fl_error *error)
{
    header head;
    uint64_t sum = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is no reason to wait */
    if (file < 0 && errno == ENOENT) return FL_TRAIN_CHECKPOINT_NONE;
    if (file < 0) return foreign(path, strerror(errno), error);
    fl_train_checkpoint_found found = read_header(checkpoint, file, &sum, &head, path, error);
    if (found == FL_TRAIN_CHECKPOINT_READ && !read_pieces(checkpoint, file, &sum, &head)) {
        clear(checkpoint);
        found = useless(path, "is damaged", error);
    }
    close(file);
    if (found == FL_TRAIN_CHECKPOINT_READ) checkpoint->at = head.at;
    return found;
}

void fl_train_checkpoint_remove(const char *path)
{
    char temporary[FL_FILE_PATH_MAX + ENDING];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    unlink(temporary);
    unlink(path);
}

/* --- the lock --- */

/* Is the file that was opened still the one of that name? Who held the lock before has removed it else. */
static bool is_called(int file, const char *name)
{
    struct stat open, there;
    return fstat(file, &open) == 0 && stat(name, &there) == 0 && open.st_dev == there.st_dev &&
           open.st_ino == there.st_ino;
}

/* -1 where it is not taken. */
static int refuse_lock(int lock, fl_lock_taken taken, const char *path, fl_error *error)
{
    char holder[FL_LOCK_HOLDER];
    if (taken == FL_LOCK_WRONG) {
        fl_error_machine(error, "%s.lock: cannot be written: %s", path, strerror(errno));
    } else {
        fl_lock_holder(lock, holder);
        fl_error_user(error, "%s: process %s keeps this trial's state there; wait for it, or name another --checkpoint",
                      path, holder);
    }
    close(lock);
    return -1;
}

int fl_train_checkpoint_lock(const char *path, char warning[200], fl_error *error)
{
    char name[FL_FILE_PATH_MAX + ENDING];
    snprintf(name, sizeof name, "%s.lock", path);
    *warning = 0;
    for (;;) {
        int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock < 0) {
            fl_file_error(error, name, "cannot be created");
            return -1;
        }
        fl_lock_taken taken = fl_lock_take(lock);
        if (taken == FL_LOCK_HELD || taken == FL_LOCK_WRONG) return refuse_lock(lock, taken, path, error);
        if (taken == FL_LOCK_NONE)
            snprintf(warning, 200, "%.100s: no locks on this file system; start this trial only once", path);
        if (is_called(lock, name)) return lock;
        close(lock);
    }
}

void fl_train_checkpoint_unlock(const char *path, int lock)
{
    char name[FL_FILE_PATH_MAX + ENDING];
    snprintf(name, sizeof name, "%s.lock", path);
    unlink(name); /* while it is held: whoever has opened it sees that it has gone */
    close(lock);
}
