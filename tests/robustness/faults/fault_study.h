/* The study that faults are tried on, and what must hold of its folder after each. */
#ifndef FL_TESTS_FAULT_STUDY_H
#define FL_TESTS_FAULT_STUDY_H

#include "support/faults.h"
#include "support/program.h"

/* In a set-up: `folder` holds study.json, `once` from an undisturbed run, and later `out`, which is disturbed. */
int fault_begin(const char *study);

/* Take `out` away. */
void fault_clear(void);

/* The lines of out/trials.jsonl, as far as they are whole; "" where there is none. free(). */
char *whole_lines(void);

size_t count_lines(const char *text);

/* How many places of `out` are damaged: what `check` counts, without starting a process. Nothing begun is no damage. */
size_t count_damage(void);

/* No trial was finished twice. */
void assert_nothing_doubled(size_t trials);

/* Run undisturbed to the end: it succeeds, keeps every line, and the folder then holds what an undisturbed run's does.
 */
void assert_resumes(void);

#endif
