/* A child whose standard input and output are pipes to this process. */
#ifndef FL_CLIENT_CLIENT_PROCESS_H
#define FL_CLIENT_CLIENT_PROCESS_H

#include "base/error.h"
#include <stddef.h>
#include <sys/types.h>

enum { FL_CLIENT_LINE = 1 << 16 };

typedef struct fl_client_process {
    pid_t pid;    /* 0: it was ended */
    int to, from; /* neither ever blocks */
    char line[FL_CLIENT_LINE];
    size_t n;      /* bytes of the line so far */
    char how[100]; /* it ended, once it has */
} fl_client_process;

typedef enum fl_client_said {
    FL_CLIENT_LINE_CAME, /* in `line`, without its newline, every NUL a '?' */
    FL_CLIENT_CLOSED,    /* it ended or closed its end: `how` */
    FL_CLIENT_LATE,
    FL_CLIENT_AHEAD, /* it said something before it was asked, or more than one line */
    FL_CLIENT_TOO_LONG
} fl_client_said;

/* Start it; it ends with this process. False with a message. */
bool fl_client_process_start(fl_client_process *process, const char *const *words, fl_error *error);

/* Did it say something since its last answer? */
bool fl_client_process_is_ahead(const fl_client_process *process);

/* Write all of it, and then wait for a line, both within `seconds`. */
fl_client_said fl_client_process_ask(fl_client_process *process, const char *bytes, size_t n, double seconds);

/* Close its input, and end it where it does not end itself in a moment (`at_once`: now). False if it said something
 * since its last answer. A second call does nothing. */
bool fl_client_process_stop(fl_client_process *process, bool at_once);

#endif
