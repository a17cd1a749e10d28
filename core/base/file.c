/* Whole files in and out; folders with their parents. */
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 256 << 20 };

bool fl_path_error(fl_error *error, const char *path, const char *what)
{
    static const int users[] = { ENOENT, ENOTDIR, EISDIR, EEXIST,       EACCES, EPERM,
                                 EROFS,  ENXIO,   ELOOP,  ENAMETOOLONG, EINVAL };
    int reason = errno;
    for (size_t i = 0; i < sizeof users / sizeof *users; i++)
        if (reason == users[i]) return fl_user_error(error, "%.600s: %s: %s", path, what, strerror(reason));
    return fl_machine_error(error, "%.600s: %s: %s", path, what, strerror(reason));
}

bool fl_file_read(const char *path, char **bytes, size_t *n, fl_error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return fl_user_error(error, "%.600s: %s", path, strerror(errno));
    size_t used = 0, capacity = 1 << 16;
    char *text = fl_grow(NULL, capacity + 1, 1);
    ssize_t got;
    while ((got = read(file, text + used, capacity - used)) > 0 && used < MOST_BYTES) {
        used += (size_t)got;
        if (used == capacity) text = fl_grow(text, (capacity *= 2) + 1, 1);
    }
    int trouble = errno;
    close(file);
    if (got > 0) {
        free(text);
        return fl_user_error(error, "%s: is larger than 256 MiB, too large for what it should be", path);
    }
    if (got < 0) {
        free(text);
        if (trouble == EISDIR) return fl_user_error(error, "%s: is a folder, not a file", path);
        return fl_machine_error(error, "%s: reading failed: %s", path, strerror(trouble));
    }
    text[used] = 0;
    *bytes = text;
    *n = used;
    return true;
}

static bool write_all(int file, const char *bytes, size_t n)
{
    while (n) {
        ssize_t put = write(file, bytes, n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        bytes += put;
        n -= (size_t)put;
    }
    return true;
}

static void sync_folder_of(const char *path)
{
    char folder[FL_PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
    int handle = open(slash ? (*folder ? folder : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) return;
    fsync(handle);
    close(handle);
}

/* Is there something at `path` that another file must not take the place of? */
static bool is_fixture(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0 && !S_ISREG(facts.st_mode);
}

static bool write_into(const char *path, const char *bytes, size_t n, fl_error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool written = file >= 0 && write_all(file, bytes, n);
    if (!written) fl_path_error(error, path, "cannot be written");
    if (file >= 0) close(file);
    return written;
}

/* Write `temporary` and give it the name `path`; false with errno, and nothing left behind. */
static bool replace(const char *path, const char *temporary, const char *bytes, size_t n)
{
    int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return false;
    bool written = write_all(file, bytes, n) && fsync(file) == 0;
    int trouble = errno;
    close(file);
    if (written && rename(temporary, path) == 0) return true;
    if (written) trouble = errno;
    unlink(temporary);
    errno = trouble;
    return false;
}

bool fl_file_write(const char *path, const char *bytes, size_t n, fl_error *error)
{
    char temporary[FL_PATH_MAX + 40];
    if (is_fixture(path)) return write_into(path, bytes, n, error);
    snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    if (!replace(path, temporary, bytes, n)) return fl_path_error(error, path, "cannot be written");
    sync_folder_of(path);
    return true;
}

bool fl_folder_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool fl_file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

bool fl_folder_make(const char *path, fl_error *error)
{
    char part[FL_PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *c = part + 1; *part && *c; c++) {
        if (*c != '/') continue;
        *c = 0;
        mkdir(part, 0777); /* a parent that cannot be made shows up at the last one */
        *c = '/';
    }
    if (mkdir(part, 0777) == 0 || fl_folder_exists(part)) return true;
    return fl_path_error(error, path, "cannot be created");
}

void fl_path_join(char path[FL_PATH_MAX], const char *folder, const char *name)
{
    size_t n = strlen(folder);
    const char *slash = n == 0 || folder[n - 1] == '/' ? "" : "/";
    snprintf(path, FL_PATH_MAX, "%s%s%s", folder, slash, name);
}
