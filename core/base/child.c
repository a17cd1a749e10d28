/* The answer comes back through memory that both share. A pipe would be open in whatever the child starts, and to wait
 * for its end is to wait for all of them. */
#include "base/child.h"

#include <errno.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct shared {
    bool done;
    alignas(max_align_t) char answer[];
} shared;

/* A group of its own, so that it can be ended with what it started, and it ends with its parent. */
static void run(const fl_child_work *work, shared *both)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fl_child_reset_signals();
    alarm(work->seconds);
    work->run(work->asked, both->answer);
    both->done = true;
    _exit(0);
}

/* The group is ended before the child is taken from the process table: its number is free after that. */
static bool wait_for_group(pid_t child, int *status)
{
    siginfo_t ended;
    while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
    kill(-child, SIGKILL);
    return fl_child_wait(child, status);
}

static bool is_late(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
}

static void explain(int status, unsigned seconds, char how[FL_CHILD_HOW])
{
    if (is_late(status))
        snprintf(how, FL_CHILD_HOW, "came to no end within %u s", seconds);
    else if (WIFSIGNALED(status))
        snprintf(how, FL_CHILD_HOW, "ended the process by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(how, FL_CHILD_HOW, "ended the process with exit code %d", WEXITSTATUS(status));
}

static fl_child_end try_in(const fl_child_work *work, shared *both, char how[FL_CHILD_HOW])
{
    int status = 0;
    if (work->n) memcpy(both->answer, work->answer, work->n);
    fflush(NULL); /* or the child would print it once more */
    pid_t child = fork();
    if (!child) run(work, both);
    if (child < 0) {
        snprintf(how, FL_CHILD_HOW, "has no process: %s", strerror(errno));
        return FL_CHILD_NONE;
    }
    bool waited = wait_for_group(child, &status);
    if (both->done) {
        if (work->n) memcpy(work->answer, both->answer, work->n);
        return FL_CHILD_DONE;
    }
    if (waited)
        explain(status, work->seconds, how);
    else
        snprintf(how, FL_CHILD_HOW, "ended the process");
    return waited && is_late(status) ? FL_CHILD_LATE : FL_CHILD_BROKEN;
}

fl_child_end fl_child_try(const fl_child_work *work, char how[FL_CHILD_HOW])
{
    size_t n = sizeof(shared) + work->n;
    shared *both = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (both == MAP_FAILED) {
        snprintf(how, FL_CHILD_HOW, "has no memory to share: %s", strerror(errno));
        return FL_CHILD_NONE;
    }
    fl_child_end end = try_in(work, both, how);
    munmap(both, n);
    return end;
}

bool fl_child_wait(pid_t child, int *status)
{
    pid_t ended;
    while ((ended = waitpid(child, status, 0)) < 0 && errno == EINTR) continue;
    return ended == child;
}

void fl_child_describe(int status, char *how, size_t size)
{
    if (WIFSIGNALED(status))
        snprintf(how, size, "killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(how, size, "ended with exit code %d", WEXITSTATUS(status));
}

void fl_child_reset_signals(void)
{
    static const int used[] = { SIGCHLD, SIGALRM };
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) signal(used[i], SIG_DFL);
}
