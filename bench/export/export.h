/* Records in other programs' formats, written as they are read: no format needs the whole in memory. */
#ifndef BENCH_EXPORT_EXPORT_H
#define BENCH_EXPORT_EXPORT_H

#include "results/results.h"
#include <stdio.h>

typedef struct export_format {
    const char *name;
    /* Returns how many things it wrote; what went wrong on the way is the file's to say (ferror). */
    size_t (*write)(const fl_results *results, FILE *file);
} export_format;

extern const export_format export_csv;       /* a row per trial, reruns included */
extern const export_format export_optuna;    /* a journal for Optuna 3.1 and later, an Optuna study per arm */
extern const export_format export_benchmark; /* github-action-benchmark's customSmallerIsBetter */

#endif
