/* The fairlead command run from a test: words in; exit code, stdout and stderr out. */
#ifndef FL_TESTS_COMMAND_H
#define FL_TESTS_COMMAND_H

#include "support/folder.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>

extern char **environ;

enum { COMMAND_WORDS = 64 };

typedef struct command {
    pid_t pid;
    int files[2];    /* what stdout and stderr go to: files in memory, so that nothing ever waits for a reader */
    int code;        /* after command_wait: the exit code, or 128 + the signal that ended it */
    char *out, *err; /* after command_wait; command_free */
} command;

static inline int command_file(void)
{
    int file = memfd_create("output", MFD_CLOEXEC);
    assert_true(file >= 0);
    return file;
}

/* Start `program` with NULL-ended `words` (the first is its own name) in `folder`. */
static inline command command_start_program(const char *program, const char *folder, const char *const *words)
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

static inline command command_start(const char *folder, const char *const *words)
{
    const char *all[COMMAND_WORDS] = { "fairlead" };
    for (size_t i = 0; words[i]; i++) all[i + 1] = words[i];
    return command_start_program(FL_BUILD_DIR "/fairlead", folder, all);
}

static inline char *command_read(int file)
{
    off_t n = lseek(file, 0, SEEK_END);
    char *text = calloc((size_t)n + 1, 1);
    assert_int_equal(pread(file, text, (size_t)n, 0), n);
    close(file);
    return text;
}

static inline void command_wait(command *c)
{
    int status;
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    c->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    c->out = command_read(c->files[0]);
    c->err = command_read(c->files[1]);
}

static inline void command_free(command *c)
{
    free(c->out);
    free(c->err);
    *c = (command){ 0 };
}

/* A run draws figures at its end; where no gnuplot is found it only warns. Tests of other things need not wait for
 * figures. */
static inline void command_without_gnuplot(void)
{
    setenv("PATH", "/nowhere", 1);
}

static inline command command_run(const char *folder, const char *const *words)
{
    command c = command_start(folder, words);
    command_wait(&c);
    return c;
}

/* The processes a running command has started, its workers; returns how many, at most two. */
static inline size_t command_workers(const command *c, long workers[2])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)c->pid, (long)c->pid);
    FILE *file = fopen(path, "r");
    int n = file ? fscanf(file, "%ld %ld", &workers[0], &workers[1]) : 0;
    if (file) fclose(file);
    return n > 0 ? (size_t)n : 0;
}

/* Has it ended, and only waits for command_wait? */
static inline bool command_has_ended(const command *c)
{
    siginfo_t facts = { .si_pid = 0 };
    assert_int_equal(waitid(P_PID, (id_t)c->pid, &facts, WEXITED | WNOHANG | WNOWAIT), 0);
    return facts.si_pid != 0;
}

/* Gone, or dead and not yet taken from the process table. */
static inline bool command_is_dead(long process)
{
    char path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "r");
    if (!file) return true;
    if (fscanf(file, "%*d %*s %c", &state) != 1) state = 'Z';
    fclose(file);
    return state == 'Z';
}

/* Words as an argument: WORDS("run", "study.json", "-o", "out"). */
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Run and expect an exit code. */
#define assert_runs(expected, folder, ...)                                                                             \
    do {                                                                                                               \
        command c_ = command_run(folder, WORDS(__VA_ARGS__));                                                          \
        if (c_.code != (expected)) fail_msg("exit code %d, not %d: %s%s", c_.code, expected, c_.out, c_.err);          \
        command_free(&c_);                                                                                             \
    } while (0)

/* Run and expect an exit code and a sentence on stderr. */
#define assert_refused(expected, part, folder, ...)                                                                    \
    do {                                                                                                               \
        command c_ = command_run(folder, WORDS(__VA_ARGS__));                                                          \
        assert_contains(c_.err, part);                                                                                 \
        if (c_.code != (expected)) fail_msg("exit code %d, not %d: %s%s", c_.code, expected, c_.out, c_.err);          \
        command_free(&c_);                                                                                             \
    } while (0)

/* Write a study, one text with ' for ". */
static inline void put_study(const char *folder, const char *name, const char *text)
{
    char path[FL_FILE_PATH_MAX], *copy = strdup(text);
    for (char *c = copy; *c; c++)
        if (*c == '\'') *c = '"';
    fl_file_path_join(path, folder, name);
    put_file(path, copy, strlen(copy));
    free(copy);
}

#endif
