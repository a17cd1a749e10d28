/* Durations that were measured somewhere, from a file: a number of seconds a line; what follows a # is a remark. They
 * are used as a distribution, by their fractions of their own mean.
 *
 * A trace is known by the hash of its numbers, and lives as long as the process.
 */
#ifndef FL_VIRTUAL_TRACE_H
#define FL_VIRTUAL_TRACE_H

#include "base/error.h"
#include "base/hash.h"

#include <stddef.h>

enum { FL_VIRTUAL_TRACE_MOST = 100000 };

typedef struct fl_virtual_trace {
    char *name; /* as the one who loaded it last calls it; NULL: it came as numbers */
    char hash[FL_HASH_TEXT];
    size_t n;
    double mean, *seconds;
} fl_virtual_trace;

/* From a file; NULL with a message that has its place: "PATH:3: ...". */
const fl_virtual_trace *fl_virtual_trace_load(const char *path, const char *name, fl_error *error);

/* Of numbers that are at hand; the message has no place. */
const fl_virtual_trace *fl_virtual_trace_of(const double *seconds, size_t n, fl_error *error);

/* One that this process has met; NULL. */
const fl_virtual_trace *fl_virtual_trace_of_hash(const char *hash);
const fl_virtual_trace *fl_virtual_trace_named(const char *name);

#endif
