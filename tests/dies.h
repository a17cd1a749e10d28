/* Functions that are meant to end the process. */
#ifndef FL_TESTS_DIES_H
#define FL_TESTS_DIES_H

#include "test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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
