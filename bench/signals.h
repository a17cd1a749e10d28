/* Ctrl-C and SIGTERM as something to wait for. */
#ifndef BENCH_SIGNALS_H
#define BENCH_SIGNALS_H

/* Handle SIGINT and SIGTERM from now on, also when they were ignored at start (a background job of a script). Returns a file
 * descriptor that becomes readable when one has come. */
int signals_catch(void);

/* The signal that came, or 0. */
int signals_came(void);

#endif
