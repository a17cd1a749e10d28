/* Two writers that start at once may refuse each other but never both go on: each takes its own lock first and looks at
 * the others' afterwards. */
#include "store/lock.h"
#include "base/file.h"
#include "base/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char stem[] = ".lock", ending[] = "pid";

static bool refuse(int lock, const char *folder, fl_error *error)
{
    char holder[FL_LOCK_HOLDER];
    fl_lock_holder(lock, holder);
    return fl_error_user(error, "%s: process %s is writing to this folder; wait for it or choose another with -o",
                         folder, holder);
}

/* The lock of one's own. */
static bool take_own(int lock, const char *path, const char *folder, char *warning, fl_error *error)
{
    fl_lock_taken taken = fl_lock_take(lock);
    if (taken == FL_LOCK_HELD) return refuse(lock, folder, error);
    if (taken == FL_LOCK_WRONG) return fl_error_machine(error, "%s: cannot be written: %s", path, strerror(errno));
    if (taken == FL_LOCK_NONE && warning)
        snprintf(warning, 200, "%.120s: no locks on this file system; start only one run on it", folder);
    return true;
}

/* May the writer who locks by the file `name` have trials of this shard? Shards of one count share none, and starts
 * with files of their own may do the same. */
static bool is_rival(const char *name, fl_store_shard shard)
{
    char own[64], life[FL_STORE_LIFE] = "";
    size_t number, count;
    int end = 0;
    fl_store_file_name(own, stem, ending, shard);
    if (strncmp(name, stem, strlen(stem)) || !strcmp(name, own)) return false;
    sscanf(name, ".lock.%zu-of-%zu.pid%n", &number, &count, &end);
    if (!end) sscanf(name, ".lock.%zu-of-%zu.%8[0-9a-f].pid%n", &number, &count, life, &end);
    if (!end || count != shard.count) return true;
    return number == shard.number && !(*life && *shard.life);
}

/* Does nobody hold the lock `path`? */
static bool is_free(const char *path, const char *folder, fl_error *error)
{
    int lock = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is no reason to wait */
    if (lock < 0) return errno == ENOENT || fl_file_error(error, path, "cannot be read");
    bool held = fl_lock_is_held(lock);
    if (held) refuse(lock, folder, error);
    close(lock);
    return !held;
}

static bool no_rival_lives(const char *folder, fl_store_shard shard, fl_error *error)
{
    struct dirent **entries;
    bool none = true;
    int n = scandir(folder, &entries, NULL, NULL);
    if (n < 0) return fl_file_error(error, folder, "cannot be read");
    for (int i = 0; i < n; i++) {
        char path[FL_FILE_PATH_MAX];
        fl_file_path_join(path, folder, entries[i]->d_name);
        if (none && is_rival(entries[i]->d_name, shard)) none = is_free(path, folder, error);
        free(entries[i]);
    }
    free(entries);
    return none;
}

int fl_store_lock_take(const char *folder, fl_store_shard shard, char warning[200], fl_error *error)
{
    char name[64], path[FL_FILE_PATH_MAX];
    fl_store_file_name(name, stem, ending, shard);
    fl_file_path_join(path, folder, name);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0) {
        fl_file_error(error, folder, "cannot be written");
        return -1;
    }
    if (take_own(lock, path, folder, warning, error) && no_rival_lives(folder, shard, error)) return lock;
    close(lock);
    return -1;
}
