/* By flock: the system gives the lock back when the process ends, and no other process of the same user can take it. */
#include "base/lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

fl_lock_taken fl_lock_take(int file)
{
    char pid[FL_LOCK_HOLDER];
    bool locked = flock(file, LOCK_EX | LOCK_NB) == 0;
    if (!locked && errno == EWOULDBLOCK) return FL_LOCK_HELD;
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(file, 0) != 0 || pwrite(file, pid, (size_t)n, 0) != n) return FL_LOCK_WRONG;
    return locked ? FL_LOCK_TAKEN : FL_LOCK_NONE;
}

bool fl_lock_is_held(int file)
{
    return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

void fl_lock_holder(int file, char holder[FL_LOCK_HOLDER])
{
    ssize_t n = pread(file, holder, FL_LOCK_HOLDER - 1, 0);
    holder[n > 0 ? n : 0] = 0;
    holder[strcspn(holder, "\n")] = 0;
    if (!*holder) snprintf(holder, FL_LOCK_HOLDER, "(unknown)");
}
