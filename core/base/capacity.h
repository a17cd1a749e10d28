/* How much memory this process may still take. Asked before something large is allocated, so that what does not fit is
 * the user's to change and not the kernel's to kill.
 */
#ifndef FL_BASE_CAPACITY_H
#define FL_BASE_CAPACITY_H

#include "base/error.h"

/* The machine's memory, or less where a limit is set on the process or its container, without what it has taken. */
double fl_capacity_bytes(void);

/* Does the machine have so much, whatever is taken and whatever limits are set? Else the message below. */
bool fl_capacity_of_machine(const char *what, double bytes, fl_error *error);

/* Do `bytes` more fit? Else "WHAT needs 24.1 GiB (25893541888 bytes), and there are ...". */
bool fl_capacity_holds(const char *what, double bytes, fl_error *error);

#endif
