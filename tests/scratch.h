/* A folder of a test's own under /tmp, and functions that are meant to end the process. */
#ifndef FL_TESTS_SCRATCH_H
#define FL_TESTS_SCRATCH_H

#include "test.h"
#include "base/file.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct scratch {
    char folder[32], path[FL_PATH_MAX]; /* `path` is what scratch_path made last */
} scratch;

static inline scratch scratch_new(void)
{
    scratch s = { .folder = "/tmp/fairlead-XXXXXX" };
    assert_non_null(mkdtemp(s.folder));
    return s;
}

static inline const char *scratch_path(scratch *s, const char *name)
{
    fl_path_join(s->path, s->folder, name);
    return s->path;
}

static inline void scratch_free(scratch *s)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", s->folder);
    assert_int_equal(system(command), 0);
}

/* `action` aborts with a sentence on stderr that contains `part`. */
static inline void assert_dies(void (*action)(void), const char *part)
{
    int ends[2], status;
    char said[2000] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], 2);
        action();
        _exit(0);
    }
    close(ends[1]);
    for (size_t used = 0; used < sizeof said - 1;) {
        ssize_t got = read(ends[0], said + used, sizeof said - 1 - used);
        if (got <= 0) break;
        used += (size_t)got;
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_contains(said, part);
}

#endif
