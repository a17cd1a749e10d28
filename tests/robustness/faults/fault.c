/* A library that lets calls fail, for LD_PRELOAD; after SQLite's fault harness. It counts one kind of call from the
 * start of main and lets the n-th fail, or that one and all after it. The environment says what:
 *
 *   FAULT_KIND   write, send, sync, rename, open, truncate, memory, pipe, fork; or clock: the wall clock runs back;
 *                or hunger: the process takes n MiB of memory as it starts; or stall: the n-th fsync takes a minute
 *   FAULT_AT     n, from 1
 *   FAULT_STAYS  set: every call from the n-th on fails
 *   FAULT_ERRNO  errno of the failure; 0 makes a write short by half instead
 *   FAULT_HOLD   a file: the call does not fail, but waits until that is there or a signal has been handled
 *   FAULT_IN     "worker" or "supervisor": the processes that count, each for itself; no others fail
 *   FAULT_MET    a file that is made when a call has failed; a held process adds a line to it, "held PID", and one
 *                that a signal let go another, "signalled PID"
 *
 * Calls that the C library makes inside itself, such as those of fwrite, are not seen; the result folder is written
 * without them. Memory that libraries take before main is not counted: the program has no say in it yet.
 */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct {
    bool armed, stays;
    char kind[16], met[4096], hold[4096];
    long at;
    int trouble;
} fault;
static atomic_long calls;

static void note_met(const char *line)
{
    int file = (int)syscall(SYS_openat, AT_FDCWD, fault.met, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) return;
    syscall(SYS_write, file, line, strlen(line));
    syscall(SYS_close, file);
}

static void note_held(const char *what)
{
    char line[40];
    snprintf(line, sizeof line, "%s %ld\n", what, (long)getpid());
    note_met(line);
}

/* Signals wait for ppoll, so that none is handled unseen; those that are ignored or stop the process let nobody go. */
static void hold(void)
{
    const struct timespec look = { .tv_nsec = 2000000 };
    sigset_t all, before;
    bool signalled = false;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    note_held("held");
    while (!signalled && syscall(SYS_faccessat, AT_FDCWD, fault.hold, F_OK) != 0)
        signalled = ppoll(NULL, 0, &look, &before) < 0;
    if (signalled) note_held("signalled");
    sigprocmask(SIG_SETMASK, &before, NULL);
}

bool fails(const char *kind)
{
    if (!fault.armed || strcmp(kind, fault.kind)) return false;
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (n != fault.at && !(fault.stays && n > fault.at)) return false;
    if (*fault.hold) {
        hold();
        return false;
    }
    note_met("");
    errno = fault.trouble;
    return true;
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    return value ? value : "";
}

static void take_memory(size_t bytes)
{
    volatile char *memory = malloc(bytes);
    for (size_t i = 0; memory && i < bytes; i += 1024) memory[i] = 1;
}

static void arm(int argc, char **argv)
{
    const char *role = argc > 1 && !strcmp(argv[1], "worker") ? "worker" : "supervisor";
    snprintf(fault.kind, sizeof fault.kind, "%s", setting("FAULT_KIND"));
    snprintf(fault.met, sizeof fault.met, "%s", setting("FAULT_MET"));
    snprintf(fault.hold, sizeof fault.hold, "%s", setting("FAULT_HOLD"));
    fault.at = atol(setting("FAULT_AT"));
    fault.trouble = atoi(setting("FAULT_ERRNO"));
    fault.stays = getenv("FAULT_STAYS");
    fault.armed = !strcmp(role, setting("FAULT_IN"));
    if (fault.armed && !strcmp(fault.kind, "hunger")) take_memory((size_t)fault.at << 20);
}

/* --- the start of main --- */

static int (*real_main)(int, char **, char **);

static int counted_main(int argc, char **argv, char **variables)
{
    arm(argc, argv);
    return real_main(argc, argv, variables);
}

int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end)
{
    __typeof__(__libc_start_main) *real = (__typeof__(real))dlsym(RTLD_NEXT, "__libc_start_main");
    real_main = main;
    return real(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

/* --- files --- */

/* A short write comes back with half of the bytes written, rounded up. */
static bool cut_short(size_t *n)
{
    if (fault.trouble) return false;
    *n -= *n / 2;
    return true;
}

ssize_t write(int file, const void *bytes, size_t n)
{
    if (fails("write") && !cut_short(&n)) return -1;
    return syscall(SYS_write, file, bytes, n);
}

ssize_t pwrite(int file, const void *bytes, size_t n, off_t at)
{
    if (fails("write") && !cut_short(&n)) return -1;
    return syscall(SYS_pwrite64, file, bytes, n, at);
}

ssize_t send(int file, const void *bytes, size_t n, int flags)
{
    return fails("send") ? -1 : syscall(SYS_sendto, file, bytes, n, flags, NULL, 0);
}

/* Like a disk that does not answer, it is not to be interrupted. */
static void stall(void)
{
    struct timespec left = { .tv_sec = 60 };
    while (nanosleep(&left, &left) != 0) {
    }
}

int fsync(int file)
{
    if (fails("stall")) stall();
    return fails("sync") ? -1 : (int)syscall(SYS_fsync, file);
}

int rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int ftruncate(int file, off_t n)
{
    return fails("truncate") ? -1 : (int)syscall(SYS_ftruncate, file, n);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    int mode = flags & O_CREAT ? va_arg(more, int) : 0;
    va_end(more);
    return fails("open") ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    __typeof__(fopen) *real = (__typeof__(real))dlsym(RTLD_NEXT, "fopen");
    return fails("open") ? NULL : real(path, mode);
}

/* --- processes --- */

int pipe2(int ends[2], int flags)
{
    return fails("pipe") ? -1 : (int)syscall(SYS_pipe2, ends, flags);
}

static int spawn(const char *name, pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const words[], char *const variables[])
{
    __typeof__(posix_spawn) *real = (__typeof__(real))dlsym(RTLD_NEXT, name);
    return fails("fork") ? fault.trouble : real(pid, path, actions, attributes, words, variables);
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const words[], char *const variables[])
{
    return spawn("posix_spawn", pid, path, actions, attributes, words, variables);
}

int posix_spawnp(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const words[], char *const variables[])
{
    return spawn("posix_spawnp", pid, path, actions, attributes, words, variables);
}

/* --- the wall clock --- */

/* An hour earlier with every look at it. */
static long hours_back(void)
{
    return fault.armed && !strcmp(fault.kind, "clock") ? 3600 * atomic_fetch_add(&calls, 1) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *); /* no system call, of which a trial would make thousands */
    if (!real) real = (__typeof__(real))dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec -= hours_back();
    return code;
}

time_t time(time_t *now)
{
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}
