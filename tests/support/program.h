/* A test of the program: commands run in `folder`, where study files and the results of their runs lie.
 *
 * Tests of anything but figures need not wait for figures, so no command finds a gnuplot. */
#ifndef FL_TESTS_PROGRAM_H
#define FL_TESTS_PROGRAM_H

#include "support/command_store.h"
#include "support/workspace.h"

int program_set_up(void **state);
int program_tear_down(void **state);

/* In a set-up: put the study (see put_study) into NAME.json and run it in one worker into the folder `once`, with which
 * tests compare what they do otherwise. */
void program_run_once(const char *name, const char *study);

#endif
