/* What a command prints goes to files in memory, so that nothing ever waits for a reader. */
#include "support/command.h"
#include "base/clock.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int command_file(void)
{
    int file = memfd_create("output", MFD_CLOEXEC);
    assert_true(file >= 0);
    return file;
}

command command_start_program(const char *program, const char *folder, const char *const *words)
{
    command c = { .files = { command_file(), command_file() } };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 2; i++) posix_spawn_file_actions_adddup2(&actions, c.files[i], i + 1);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    assert_int_equal(posix_spawnp(&c.pid, program, &actions, NULL, (char *const *)words, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return c;
}

command command_start(const char *folder, const char *const *words)
{
    const char *all[COMMAND_WORDS] = { "fairlead" };
    for (size_t i = 0; words[i]; i++) all[i + 1] = words[i];
    return command_start_program(FL_BUILD_DIR "/fairlead", folder, all);
}

static char *command_read(int file)
{
    off_t n = lseek(file, 0, SEEK_END);
    char *text = calloc((size_t)n + 1, 1);
    assert_int_equal(pread(file, text, (size_t)n, 0), n);
    close(file);
    return text;
}

void command_wait(command *c)
{
    int status;
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    c->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    c->out = command_read(c->files[0]);
    c->err = command_read(c->files[1]);
}

void command_free(command *c)
{
    free(c->out);
    free(c->err);
    *c = (command){ 0 };
}

void command_without_gnuplot(void)
{
    setenv("PATH", "/nowhere", 1);
}

command command_run(const char *folder, const char *const *words)
{
    command c = command_start(folder, words);
    command_wait(&c);
    return c;
}

size_t command_workers(const command *c, long workers[2])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)c->pid, (long)c->pid);
    FILE *file = fopen(path, "r");
    int n = file ? fscanf(file, "%ld %ld", &workers[0], &workers[1]) : 0;
    if (file) fclose(file);
    return n > 0 ? (size_t)n : 0;
}

#ifdef __SANITIZE_THREAD__ /* which writes before the program does */
enum { COUNTS_WORDS = false };
#else
enum { COUNTS_WORDS = true };
#endif

/* The first bytes that a worker writes say that it is ready. Where they are not counted it is given a second, or as
 * much longer as the machine is slower than an idle one. */
static bool command_is_ready(long worker)
{
    char path[64];
    unsigned long long written = 0;
    snprintf(path, sizeof path, "/proc/%ld/io", worker);
    FILE *file = fopen(path, "r");
    bool counted = file && fscanf(file, "rchar: %*u wchar: %llu", &written) == 1;
    if (file) fclose(file);
    if (!COUNTS_WORDS || (!counted && access("/proc/self/io", R_OK)))
        return usleep((useconds_t)(1e6 * command_patience(1))) == 0;
    return written > 0;
}

static bool command_has_workers(const command *c, size_t n, long last, long workers[2])
{
    if (command_workers(c, workers) != n) return false;
    for (size_t i = 0; i < n; i++)
        if (workers[i] == last || !command_is_ready(workers[i])) return false;
    return true;
}

void command_wait_workers(const command *c, size_t n, long last, long workers[2])
{
    for (int i = 0; i < 60000; i++, usleep(1000))
        if (command_has_workers(c, n, last, workers)) return;
    fail_msg("there never were %zu workers", n);
}

double command_patience(double seconds)
{
    enum { QUIET_MS = 50 }; /* of a command that does nothing, with room to spare */
    double begun = fl_clock_seconds();
    assert_runs(0, ".", "--version");
    return seconds * fmax(1, 1e3 * (fl_clock_seconds() - begun) / QUIET_MS);
}

bool command_has_ended(const command *c)
{
    siginfo_t facts = { .si_pid = 0 };
    assert_int_equal(waitid(P_PID, (id_t)c->pid, &facts, WEXITED | WNOHANG | WNOWAIT), 0);
    return facts.si_pid != 0;
}

bool command_is_dead(long process)
{
    char path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "r");
    if (!file) return true;
    if (fscanf(file, "%*d %*s %c", &state) != 1) state = 'Z';
    fclose(file);
    return state == 'Z';
}

void put_study(const char *folder, const char *name, const char *text)
{
    char path[FL_FILE_PATH_MAX], *copy = strdup(text);
    test_quote(copy);
    fl_file_path_join(path, folder, name);
    put_file(path, copy, strlen(copy));
    free(copy);
}
