/* How much memory this process may still take. Asked before something large is allocated, so that what does not fit is
 * the user's to change and not the kernel's to kill.
 */
#ifndef FL_BASE_CAPACITY_H
#define FL_BASE_CAPACITY_H

#include "base/error.h"

#include <stddef.h>

/* What is free, or less where a limit is set on the process or a control group it is in (its container, its job). */
double fl_capacity_bytes(void);

/* From now on this process asks as one of so many alike, which take their memory at the same time: each has its part.
 */
void fl_capacity_divide(size_t processes);

/* What the machine and the control groups of this process leave, without its part and the limit on address space. The
 * kernel's files are looked for below `root`: "", but for tests. */
double fl_capacity_left(const char *root);

/* Does the machine have so much, whatever is taken and whatever limits are set? Else the message below. */
bool fl_capacity_of_machine(const char *what, double bytes, fl_error *error);

/* Do `bytes` more fit? Else "WHAT needs 24.1 GiB (25893541888 bytes), and there are ...". */
bool fl_capacity_holds(const char *what, double bytes, fl_error *error);

#endif
