#include "support/dies.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Run `action` in a process of its own; its wait status, with what it said on stderr. */
static int dies_run(void (*action)(void), char *said, size_t size)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], 2);
        action();
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got; used < size - 1 && (got = read(ends[0], said + used, size - 1 - used)) > 0;) used += (size_t)got;
    said[used] = 0;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

void assert_dies(void (*action)(void), const char *part)
{
    char said[2000];
    int status = dies_run(action, said, sizeof said);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_contains(said, part);
}

void assert_gives_up(void (*action)(void), const char *part)
{
    char said[2000];
    int status = dies_run(action, said, sizeof said);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    assert_contains(said, part);
}
