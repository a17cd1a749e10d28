/* The answer to a step comes within microseconds where rule and model are small, and to be woken takes tens of them; so
 * the reader looks for a while, giving its core away between looks, before it sleeps. */
#include "client/client_process.h"
#include "base/child.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const double LOOK_SECONDS = 2e-3, FAREWELL_SECONDS = 1;

/* --- start --- */

/* In the child, between fork and exec: it has its own process group, so that it can be ended with what it started. */
static void become(const char *const *words, int in, int out, int report)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGPIPE };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_DFL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    execvp(words[0], (char *const *)words);
    int reason = errno;
    _exit(write(report, &reason, sizeof reason) < 0 ? 126 : 127);
}

static void close_pair(const int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

static bool make_pipes(int pipes[3][2])
{
    for (int i = 0; i < 3; i++) {
        if (pipe2(pipes[i], O_CLOEXEC) == 0) continue;
        while (i-- > 0) close_pair(pipes[i]);
        return false;
    }
    return true;
}

/* 0, or why the program could not be started. */
static int start_reason(int report)
{
    int reason = 0;
    ssize_t n;
    while ((n = read(report, &reason, sizeof reason)) < 0 && errno == EINTR) continue;
    return n == sizeof reason ? reason : 0;
}

bool fl_client_process_start(fl_client_process *process, const char *const *words, fl_error *error)
{
    int pipes[3][2]; /* its input, its output, why it could not be started */
    *process = (fl_client_process){ .to = -1, .from = -1 };
    if (!make_pipes(pipes)) return fl_error_machine(error, "no pipe: %s", strerror(errno));
    signal(SIGPIPE, SIG_IGN); /* a process that is gone shows up as a failed write */
    process->pid = fork();
    if (!process->pid) become(words, pipes[0][0], pipes[1][1], pipes[2][1]);
    close(pipes[0][0]);
    close(pipes[1][1]);
    close(pipes[2][1]);
    process->to = pipes[0][1];
    process->from = pipes[1][0];
    int reason = process->pid < 0 ? EAGAIN : start_reason(pipes[2][0]);
    close(pipes[2][0]);
    fcntl(process->to, F_SETFL, O_NONBLOCK);
    fcntl(process->from, F_SETFL, O_NONBLOCK);
    if (!reason) return true;
    if (process->pid < 0) process->pid = 0;
    fl_client_process_stop(process, true);
    return fl_error_user(error, "%.400s cannot be started: %s", words[0], strerror(reason));
}

/* --- end --- */

static void note_end(fl_client_process *process, int status)
{
    size_t n = WIFSIGNALED(status) ? (size_t)sprintf(process->how, "was ") : 0;
    fl_child_describe(status, process->how + n, sizeof process->how - n);
}

/* Has it ended, within `seconds`? */
static bool wait_for_end(fl_client_process *process, double seconds)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    double until = fl_clock_seconds() + seconds;
    int status = 0;
    while (process->pid && waitpid(process->pid, &status, WNOHANG) == 0) {
        if (fl_clock_seconds() > until) return false;
        nanosleep(&moment, NULL);
    }
    if (process->pid) note_end(process, status);
    process->pid = 0;
    return true;
}

bool fl_client_process_is_ahead(const fl_client_process *process)
{
    int waiting = 0;
    return ioctl(process->from, FIONREAD, &waiting) == 0 && waiting > 0;
}

bool fl_client_process_stop(fl_client_process *process, bool at_once)
{
    pid_t group = process->pid;
    if (process->to >= 0) close(process->to);
    if (!wait_for_end(process, at_once ? 0 : FAREWELL_SECONDS)) {
        kill(group, SIGKILL);
        wait_for_end(process, HUGE_VAL);
    }
    if (group) kill(-group, SIGKILL); /* what it started */
    bool silent = !fl_client_process_is_ahead(process);
    if (process->from >= 0) close(process->from);
    process->to = process->from = -1;
    return silent;
}

static fl_client_said closed(fl_client_process *process)
{
    if (!wait_for_end(process, FAREWELL_SECONDS)) snprintf(process->how, sizeof process->how, "closed its pipe");
    return FL_CLIENT_CLOSED;
}

/* --- lines --- */

/* False once it is too late. */
static bool wait_until(int file, short events, double until)
{
    double left = until - fl_clock_seconds();
    struct pollfd one = { file, events, 0 };
    if (left <= 0) return false;
    poll(&one, 1, left > 1e6 ? -1 : (int)(1e3 * left) + 1);
    return true;
}

static fl_client_said write_all(fl_client_process *process, const char *bytes, size_t n, double until)
{
    for (size_t put = 0; put < n;) {
        ssize_t now = write(process->to, bytes + put, n - put);
        if (now > 0) put += (size_t)now;
        if (now > 0 || (now < 0 && errno == EINTR)) continue;
        if (now < 0 && errno != EAGAIN) return closed(process);
        if (!wait_until(process->to, POLLOUT, until)) return FL_CLIENT_LATE;
    }
    return FL_CLIENT_LINE_CAME;
}

/* Nothing has come yet: look again soon, or sleep. */
static bool pause_for(const fl_client_process *process, double looking_until, double until)
{
    if (fl_clock_seconds() > looking_until) return wait_until(process->from, POLLIN, until);
    sched_yield();
    return true;
}

/* Or one would hide what follows it. */
static void show_nuls(fl_client_process *process)
{
    for (char *nul; (nul = memchr(process->line, 0, process->n));) *nul = '?';
}

static fl_client_said read_line(fl_client_process *process, double until)
{
    double looking_until = fl_clock_seconds() + LOOK_SECONDS;
    for (process->n = 0; process->n < FL_CLIENT_LINE;) {
        ssize_t now = read(process->from, process->line + process->n, FL_CLIENT_LINE - process->n);
        if (now == 0) return closed(process);
        if (now < 0 && !pause_for(process, looking_until, until)) return FL_CLIENT_LATE;
        if (now < 0) continue;
        const char *end = memchr(process->line + process->n, '\n', (size_t)now);
        process->n += (size_t)now;
        if (!end) continue;
        if (end != process->line + process->n - 1) return FL_CLIENT_AHEAD;
        process->line[--process->n] = 0;
        show_nuls(process);
        return FL_CLIENT_LINE_CAME;
    }
    return FL_CLIENT_TOO_LONG;
}

fl_client_said fl_client_process_ask(fl_client_process *process, const char *bytes, size_t n, double seconds)
{
    double until = fl_clock_seconds() + seconds;
    if (fl_client_process_is_ahead(process)) return FL_CLIENT_AHEAD;
    fl_client_said said = write_all(process, bytes, n, until);
    return said == FL_CLIENT_LINE_CAME ? read_line(process, until) : said;
}
