/* Functions that are meant to end the process. */
#ifndef FL_TESTS_DIES_H
#define FL_TESTS_DIES_H

#include "support/test.h"

/* `action` aborts with a sentence on stderr that contains `part`. */
void assert_dies(void (*action)(void), const char *part);

/* `action` ends by exit code 3, the machine's trouble, with a sentence on stderr that contains `part`. */
void assert_gives_up(void (*action)(void), const char *part);

#endif
