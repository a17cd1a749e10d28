/* One temporary folder for a whole test program: a set-up and a tear-down for test_run. */
#ifndef FL_TESTS_WORKSPACE_H
#define FL_TESTS_WORKSPACE_H

#include "support/folder.h"

extern char folder[FL_FILE_PATH_MAX];

int workspace_set_up(void **state);
int workspace_tear_down(void **state);

#endif
