/* Records in other programs' formats, written as they are read: no format needs the whole in memory. */
#ifndef BENCH_EXPORT_EXPORT_H
#define BENCH_EXPORT_EXPORT_H

#include "results/results.h"
#include <stdio.h>

typedef struct export_format {
    const char *name;
    /* Writes to `file` and counts in *n what it wrote. What goes wrong with `file` is the file's to say (ferror); false
     * with a message for any other trouble. */
    bool (*write)(const fl_results *results, FILE *file, size_t *n, fl_error *error);
    const char *missing; /* why it cannot be written, instead of `write` */
} export_format;

extern const export_format export_csv;       /* a row per trial, reruns included */
extern const export_format export_optuna;    /* a journal for Optuna 3.1 and later, an Optuna study per arm */
extern const export_format export_benchmark; /* github-action-benchmark's customSmallerIsBetter */
extern const export_format export_sqlite;    /* a database of tables, and a view per question */
extern const export_format export_latex;     /* the summary's tables with booktabs' rules */

/* "SQLite 3.40.1", or why there is none. */
const char *export_sqlite_library(void);

#endif
