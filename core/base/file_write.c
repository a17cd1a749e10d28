/* Whole files out. */
#include "base/file.h"
#include "base/replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is there something at `path` that another file must not take the place of? */
static bool is_fixture(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0 && !S_ISREG(facts.st_mode);
}

static bool write_into(const char *path, const char *bytes, size_t n, fl_error *error)
{
    fl_replacement direct = { .path = path, .file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) };
    if (direct.file < 0) return fl_file_error(error, path, "cannot be written");
    fl_replacement_add(&direct, bytes, n);
    if (!direct.trouble && fsync(direct.file) != 0 && errno == EIO) direct.trouble = errno; /* devices have no fsync */
    if (close(direct.file) != 0 && !direct.trouble) direct.trouble = errno;
    errno = direct.trouble;
    return !direct.trouble || fl_file_error(error, path, "cannot be written");
}

bool fl_file_write(const char *path, const char *bytes, size_t n, fl_error *error)
{
    char temporary[FL_FILE_PATH_MAX];
    fl_replacement replacement;
    if (is_fixture(path)) return write_into(path, bytes, n, error);
    if (snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid()) >= FL_FILE_PATH_MAX)
        return fl_error_user(error, "%.200s...: the path is too long", path);
    if (!fl_replacement_begin(&replacement, path, temporary, error)) return false;
    fl_replacement_add(&replacement, bytes, n);
    return fl_replacement_end(&replacement, error);
}
