/* A lock on a file, for as long as the process that holds it lives, however it ends; the file holds its number, to name
 * it to those who are refused. */
#ifndef FL_BASE_LOCK_H
#define FL_BASE_LOCK_H

#include <stdbool.h>

enum { FL_LOCK_HOLDER = 32 };

typedef enum fl_lock_taken {
    FL_LOCK_TAKEN,
    FL_LOCK_HELD,  /* by a process that lives */
    FL_LOCK_NONE,  /* this file system has no locks: nobody is kept out */
    FL_LOCK_WRONG, /* the number cannot be written; errno says why */
} fl_lock_taken;

/* Lock an open file without waiting, and write this process's number into it. Closing the file gives the lock back. */
fl_lock_taken fl_lock_take(int file);

/* Does another process hold the lock of an open file? Shared, so that two who look do not see each other. */
bool fl_lock_is_held(int file);

/* The number in the file, or "(unknown)". */
void fl_lock_holder(int file, char holder[FL_LOCK_HOLDER]);

#endif
