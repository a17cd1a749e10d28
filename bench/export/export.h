/* Records in other programs' formats, written as they are read: no format needs the whole in memory. */
#ifndef BENCH_EXPORT_EXPORT_H
#define BENCH_EXPORT_EXPORT_H

#include "results/results.h"
#include <stdio.h>

/* What an export holds. */
typedef struct export_content {
    size_t n;    /* rows, trials, measurements */
    bool claims; /* what the study declares was tested, and is in it (record/log.h) */
} export_content;

typedef struct export_format {
    const char *name;
    /* By which a file is known for an earlier export of this format: these bytes, so far behind its beginning. */
    const char *mark;
    long mark_at;
    /* Writes to `file` and adds to `content` what it wrote. What goes wrong with `file` is the file's to say (ferror);
     * false with a message for any other trouble. */
    bool (*write)(const fl_results *results, FILE *file, export_content *content, fl_error *error);
    const char *missing; /* why it cannot be written, instead of `write` */
} export_format;

extern const export_format export_csv;       /* a row per trial, reruns included */
extern const export_format export_optuna;    /* a journal for Optuna 3.1 and later, an Optuna study per arm */
extern const export_format export_benchmark; /* github-action-benchmark's customSmallerIsBetter */
extern const export_format export_sqlite;    /* a database of tables, and a view per question */
extern const export_format export_latex;     /* the summary's tables with booktabs' rules */

extern const export_format *const export_formats[]; /* all of them, NULL-ended */
const export_format *export_find(const char *name, fl_error *error);

/* "SQLite 3.40.1", or why there is none. */
const char *export_sqlite_library(void);

#endif
