/* Ctrl-C and SIGTERM as something to wait for. */
#ifndef BENCH_SAY_SIGNALS_H
#define BENCH_SAY_SIGNALS_H

#include "base/error.h"

#include <sys/types.h>

/* End the process by exit code 130 or 143 when SIGINT or SIGTERM comes, also when they were ignored at start: what a
 * verb does that has nothing to bring to safety. One that was caught before and not heeded counts as well. */
void signals_end(void);

/* Handle SIGINT and SIGTERM from now on, also when they were ignored at start (a background job of a script). *file
 * is a file descriptor that becomes readable when one has come. Who does not end within a second of it, or is sent
 * another, is ended: a store survives that as it survives SIGKILL. */
bool signals_catch(int *file, fl_error *error);

/* Handle SIGUSR1 from now on, by which batch systems announce a limit: *file becomes readable when it has come. */
bool signals_catch_leave(int *file, fl_error *error);

/* A child process that is to be killed when a signal ends this one; 0: none. */
void signals_take_along(pid_t child);

/* The signal that came, or 0. */
int signals_came(void);

#endif
