/* What the parts of the library share; see fault.c. */
#ifndef FL_TESTS_FAULT_H
#define FL_TESTS_FAULT_H

#include <stdbool.h>

/* Count a call of this kind; true, with errno set, when it must fail. */
bool fails(const char *kind);

#endif
