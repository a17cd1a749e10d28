/* Child processes: a function that is tried in one, because what it runs may crash or hang, and how a child ended, in
 * words.
 */
#ifndef FL_BASE_CHILD_H
#define FL_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct fl_child_work {
    void (*run)(const void *asked, void *answer); /* in the child, which is a copy of this process */
    const void *asked;
    void *answer; /* `n` bytes, which `run` changes as if it were called here */
    size_t n;
    unsigned seconds; /* it may take */
} fl_child_work;

typedef enum fl_child_end {
    FL_CHILD_DONE,
    FL_CHILD_BROKEN, /* it did not come back: the answer is what it was */
    FL_CHILD_LATE,   /* nor did it, within its seconds */
    FL_CHILD_NONE,   /* no process could be started */
} fl_child_end;

/* Run it, and end whatever it leaves running. What went wrong is in `how`, as what follows "it": "came to no end within
 * 20 s", "ended the process by signal 11 (Segmentation fault)". */
enum { FL_CHILD_HOW = 120 };
fl_child_end fl_child_try(const fl_child_work *work, char how[FL_CHILD_HOW]);

/* Wait for a child's end, as waitpid tells it in *status; false where it is no child, or was taken by somebody else. */
bool fl_child_wait(pid_t child, int *status);

/* "killed by signal 9 (Killed)", "ended with exit code 3". */
void fl_child_describe(int status, char *how, size_t size);

/* A child can be waited for, and signals do what they do by default, whatever whoever started this process ignored or
 * blocked. For main, before anything else. */
void fl_child_reset_signals(void);

#endif
