/* Command lines: a table of options per verb serves the parser and --help alike. */
#ifndef BENCH_SAY_OPTIONS_H
#define BENCH_SAY_OPTIONS_H

#include "base/error.h"
#include <stddef.h>
#include <stdint.h>

typedef struct words {
    const char **items; /* borrowed from argv; the array is owned */
    size_t n;
} words;

typedef enum option_kind {
    OPTION_FLAG,    /* bool */
    OPTION_TEXT,    /* const char * */
    OPTION_COUNT,   /* size_t, at least 1 */
    OPTION_COUNT0,  /* size_t, at least 0 */
    OPTION_CORES,   /* size_t from 1 to FL_TRIAL_THREADS_MAX: threads, processes */
    OPTION_SEED,    /* uint64_t below 2^53 */
    OPTION_NUMBER,  /* double above 0 */
    OPTION_NUMBER0, /* double, at least 0 */
    OPTION_LIST,    /* words; may be given again and again */
} option_kind;

typedef struct option {
    const char *name;   /* "--steps" */
    const char *letter; /* "-n", or NULL */
    option_kind kind;
    const char *argument; /* "N", or NULL for a flag */
    const char *help;
    void *value; /* where the value goes; left alone when the option is not given */
} option;

/* A number as text, for a help line that shows a default. */
#define TEXT_OF(number) TEXT_OF_MACRO(number)
#define TEXT_OF_MACRO(number) #number

/* What --help says beside the options. */
typedef struct usage {
    const char *line;    /* "fairlead run STUDY [options]" */
    const char *about;   /* one or two messages */
    const char *example; /* a command that works as it stands */
} usage;

enum { GO_ON = -1 };

/* Read argv[1..]; what is no option goes to `rest`, of which there must be from `least` to `most`. Returns GO_ON, and
 * then the items of `rest` and of every OPTION_LIST are the caller's to free; or the exit code to end with: 0 after
 * --help, 2 after a message on stderr. */
int options_read(const usage *help, const option *options, size_t n, int argc, char **argv, size_t least, size_t most,
                 words *rest);

/* "fairlead: SENTENCE" on stderr, after all that was printed so far: both may go to one file. */
void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for an error; returns the exit code of the error's fault. */
int complain(const fl_error *error);

/* The same for one that every process of a launch meets, of which this one speaks or not. Who does not waits for who
 * does: a launcher ends all, this one without a word, as soon as one has ended with an error. An empty message is
 * another's. */
int complain_for_all(const fl_error *error, bool speaks);

/* The same for a message of one's own: the user's mistake, exit code 2. */
int complain_user(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
