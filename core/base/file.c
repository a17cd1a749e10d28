/* Whole files in; folders with their parents; paths. */
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { MOST_BYTES = 256 << 20 };

bool fl_file_error(fl_error *error, const char *path, const char *what)
{
    static const int users[] = { ENOENT, ENOTDIR, EISDIR, EEXIST,       EACCES, EPERM,
                                 EROFS,  ENXIO,   ELOOP,  ENAMETOOLONG, EINVAL, ENOTEMPTY };
    int reason = errno;
    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        if (reason == users[i]) return fl_error_user(error, "%.600s: %s: %s", path, what, strerror(reason));
    return fl_error_machine(error, "%.600s: %s: %s", path, what, strerror(reason));
}

/* A regular file, or a pipe that has no name and so belongs to a file system of the kernel's own. */
static bool ends_surely(int file, mode_t mode)
{
    struct statfs system;
    return S_ISREG(mode) || (S_ISFIFO(mode) && fstatfs(file, &system) == 0 && system.f_type == PIPEFS_MAGIC);
}

static bool may_be_read(int file, const char *path, fl_error *error)
{
    struct stat facts;
    bool known = fstat(file, &facts) == 0;
    if (known && S_ISDIR(facts.st_mode)) errno = EISDIR;
    if (!known || S_ISDIR(facts.st_mode)) return fl_file_error(error, path, "cannot be read");
    return ends_surely(file, facts.st_mode) || fl_error_user(error, "%.600s: is no regular file", path);
}

/* To open a pipe with a name would wait for a writer who may never come. */
int fl_file_open(const char *path, fl_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        fl_file_error(error, path, "cannot be read");
        return -1;
    }
    if (may_be_read(file, path, error) && fcntl(file, F_SETFL, O_RDONLY) == 0) return file;
    close(file);
    return -1;
}

FILE *fl_file_stream(const char *path, fl_error *error)
{
    int file = fl_file_open(path, error);
    FILE *stream = file < 0 ? NULL : fdopen(file, "r");
    if (stream || file < 0) return stream;
    fl_file_error(error, path, "cannot be read");
    close(file);
    return NULL;
}

bool fl_file_read(const char *path, char **bytes, size_t *n, fl_error *error)
{
    int file = fl_file_open(path, error);
    if (file < 0) return false;
    size_t used = 0, capacity = 1 << 16;
    char *text = fl_memory_grow(NULL, capacity + 1, 1);
    ssize_t got;
    while ((got = read(file, text + used, capacity - used)) != 0 && used < MOST_BYTES) {
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) break;
        used += (size_t)got;
        if (used == capacity) text = fl_memory_grow(text, (capacity *= 2) + 1, 1);
    }
    int trouble = errno;
    close(file);
    if (got > 0) {
        free(text);
        return fl_error_user(error, "%s: is larger than 256 MiB, too large for what it should be", path);
    }
    if (got < 0) {
        free(text);
        errno = trouble;
        return fl_file_error(error, path, "cannot be read");
    }
    text[used] = 0;
    *bytes = text;
    *n = used;
    return true;
}

bool fl_file_put(int file, const void *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t now = write(file, (const char *)bytes + done, n - done);
        if (now < 0 && errno != EINTR) return false;
        if (now > 0) done += (size_t)now;
    }
    return true;
}

bool fl_file_get(int file, void *bytes, size_t n)
{
    errno = 0;
    for (size_t done = 0; done < n;) {
        ssize_t now = read(file, (char *)bytes + done, n - done);
        if (now == 0 || (now < 0 && errno != EINTR)) return false;
        if (now > 0) done += (size_t)now;
    }
    return true;
}

bool fl_file_folder_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool fl_file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

bool fl_file_sync_folder_of(const char *path)
{
    char folder[FL_FILE_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
    int handle = open(slash ? (*folder ? folder : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return errno == EACCES;
    bool synced = fsync(handle) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
    int trouble = errno;
    close(handle);
    errno = trouble;
    return synced;
}

/* True as well where it is there already. */
static bool make_one(const char *path)
{
    if (mkdir(path, 0777) != 0) return errno == EEXIST;
    return fl_file_sync_folder_of(path);
}

bool fl_file_folder_make(const char *path, fl_error *error)
{
    char part[FL_FILE_PATH_MAX];
    int of_parent = 0; /* why a parent could not be made; that it is missing then is no reason of its own */
    snprintf(part, sizeof part, "%s", path);
    for (char *c = part + 1; *part && *c; c++) {
        if (*c != '/') continue;
        *c = 0;
        if (!make_one(part) && !of_parent) of_parent = errno;
        *c = '/';
    }
    if (mkdir(part, 0777) == 0) return fl_file_sync_folder_of(part) || fl_file_error(error, path, "cannot be synced");
    int trouble = errno;
    if (fl_file_folder_exists(part)) return true;
    errno = trouble == ENOENT && of_parent ? of_parent : trouble;
    return fl_file_error(error, path, "cannot be created");
}

void fl_file_path_join(char path[FL_FILE_PATH_MAX], const char *folder, const char *name)
{
    size_t n = strlen(folder);
    const char *slash = n == 0 || folder[n - 1] == '/' ? "" : "/";
    snprintf(path, FL_FILE_PATH_MAX, "%s%s%s", folder, slash, name);
}
