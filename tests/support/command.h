/* The fairlead command run from a test: words in; exit code, stdout and stderr out. */
#ifndef FL_TESTS_COMMAND_H
#define FL_TESTS_COMMAND_H

#include "support/folder.h"

#include <signal.h> /* which those need who end commands */
#include <sys/types.h>

enum { COMMAND_WORDS = 128 };

typedef struct command {
    pid_t pid;
    int files[2];    /* what stdout and stderr go to: files in memory, so that nothing ever waits for a reader */
    int code;        /* after command_wait: the exit code, or 128 + the signal that ended it */
    char *out, *err; /* after command_wait; command_free */
} command;

/* Start `program` with NULL-ended `words` (the first is its own name) in `folder`. */
command command_start_program(const char *program, const char *folder, const char *const *words);

command command_start(const char *folder, const char *const *words);

void command_wait(command *c);

void command_free(command *c);

/* A run draws figures at its end; where no gnuplot is found it only warns. Tests of other things need not wait for
 * figures. */
void command_without_gnuplot(void);

command command_run(const char *folder, const char *const *words);

/* The processes a running command has started, its workers; returns how many, at most two. */
size_t command_workers(const command *c, long workers[2]);

/* Wait until there are `n` of them, none is `last`, and each has said that it is ready: a trial is on its way to it. */
void command_wait_workers(const command *c, size_t n, long last, long workers[2]);

/* What takes so many seconds on a quiet machine may take so many here and now. */
double command_patience(double seconds);

/* Has it ended, and only waits for command_wait? */
bool command_has_ended(const command *c);

/* Gone, or dead and not yet taken from the process table. */
bool command_is_dead(long process);

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
void put_study(const char *folder, const char *name, const char *text);

#endif
