/* Commands that meet a fault on purpose, in a test's workspace: a library lets one of their calls fail, or holds them
 * there, so that a test finds them in the middle of what it wants to disturb (tests/robustness/faults/fault.c). */
#ifndef FL_TESTS_FAULTS_H
#define FL_TESTS_FAULTS_H

#include "support/test.h"

/* Commands started from now on meet a fault; fault.c says what the words mean. */
void fault_set(const char *kind, const char *in, size_t at, int trouble, bool stays);

/* No longer; and did one meet it? */
bool fault_unset(void);

/* Commands started from now on wait at their call number `at`, each process `in` that role for itself. */
void fault_hold(const char *kind, const char *in, size_t at);

/* Wait until so many processes have been held, each counted once, in all. */
void fault_wait_held(size_t n);

/* Nobody is held any more, and no command started from now on. */
void fault_let_go(void);

#endif
