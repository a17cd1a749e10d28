/* Kernel benchmarks as their files hold them: the times of every benchmark, in seconds. */
#ifndef BENCH_COMPARE_COMPARE_RUNS_H
#define BENCH_COMPARE_COMPARE_RUNS_H

#include "base/error.h"
#include <stddef.h>

typedef struct compare_run {
    char *name;
    double *seconds; /* at least one */
    size_t n;
} compare_run;

typedef struct compare_runs {
    compare_run *items; /* in the order in which they first appear */
    size_t n;
} compare_runs;

/* What the times are. */
typedef enum compare_unit {
    COMPARE_REPETITIONS, /* a time is a repetition */
    COMPARE_PROCESSES,   /* a time is the median of a file's repetitions: what one process saw */
} compare_unit;

/* Read a file of Google Benchmark's JSON, or every .json of a folder; aggregates and benchmarks that gave up are left
 * out. On error `runs` is still to be freed. */
bool compare_runs_read(const char *path, compare_unit unit, compare_runs *runs, fl_error *error);
void compare_runs_free(compare_runs *runs);

/* The benchmark of that name, or NULL. */
const compare_run *compare_runs_find(const compare_runs *runs, const char *name);

#endif
