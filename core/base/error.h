/* How things go wrong, in three kinds.
 *
 * The user's mistake and the machine's trouble come back as `false` (or NULL) with an fl_error that holds one
 * message, place first. What happens inside an experiment (divergence, a spent budget) is an outcome, not an
 * error. Our own broken promise ends the process at once: fl_error_die. So does what leaves nothing to go on with,
 * above all a lack of memory: fl_error_give_up.
 */
#ifndef FL_BASE_ERROR_H
#define FL_BASE_ERROR_H

#include <stdbool.h>

/* Who must act. The values are the program's exit codes. */
typedef enum fl_error_fault {
    FL_ERROR_USER = 2,    /* arguments, a study file, missing data */
    FL_ERROR_MACHINE = 3, /* disk full, I/O error, a lost worker */
} fl_error_fault;

typedef struct fl_error {
    fl_error_fault fault;
    char text[1000]; /* one message, UTF-8, on one line without control characters; truncated if longer */
} fl_error;

/* Fill `error` (which may be NULL) and return false, so that `return fl_error_user(error, ...)` reads well. */
bool fl_error_user(fl_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool fl_error_machine(fl_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print "fairlead: " and the message to stderr and abort. Never for a user's mistake. */
__attribute__((noreturn)) void fl_error_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print "fairlead: " and the message to stderr and end with exit code FL_ERROR_MACHINE. Allocates nothing. */
__attribute__((noreturn)) void fl_error_give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
