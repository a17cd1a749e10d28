/* Files of lines that belong to trials, STEM.jsonl and those of shards, beside trials and points: curvature, timeline.
 * Their lines are few beside points, so a trial's are sought anew. A folder without any is whole. */
#ifndef FL_RESULTS_LINES_H
#define FL_RESULTS_LINES_H

#include "results/results.h"

typedef struct fl_results_kind {
    const char *stem;               /* "curvature" */
    bool (*is)(const json_t *line); /* has it what such a line must have? */
    const char *is_none;            /* else: "is no curvature" */
} fl_results_kind;

/* A text of an object, or "". */
const char *fl_results_text_of(const json_t *object, const char *key);

/* The good lines of a trial in the order they were written. New reference, an empty array where there are none. */
json_t *fl_results_lines(const fl_results *results, const fl_results_kind *kind, const char *trial);

/* Read every line and tell `damaged` of those that are none. False when a file cannot be read to its end. */
bool fl_results_lines_check(const char *folder, const fl_results_kind *kind, void *user,
                            void (*damaged)(void *user, const char *path, size_t line, const char *what),
                            fl_error *error);

#endif
