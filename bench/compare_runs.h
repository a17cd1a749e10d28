/* Kernel benchmarks as their files hold them: every repetition of every benchmark, in seconds. */
#ifndef BENCH_COMPARE_RUNS_H
#define BENCH_COMPARE_RUNS_H

#include "base/error.h"
#include <stddef.h>

typedef struct compare_run {
    char *name;
    double *seconds; /* one per repetition; at least one */
    size_t n;
} compare_run;

typedef struct compare_runs {
    compare_run *items; /* in the order in which they first appear */
    size_t n, n_files;
} compare_runs;

/* Add the repetitions in a file of Google Benchmark's JSON, or in every .json of a folder, to `runs` (zeros at first); aggregates and
 * benchmarks that gave up are left out. On error what was read stays and is still to be freed. */
bool compare_runs_read(const char *path, compare_runs *runs, fl_error *error);
void compare_runs_free(compare_runs *runs);

/* The benchmark of that name, or NULL. */
const compare_run *compare_runs_find(const compare_runs *runs, const char *name);

#endif
