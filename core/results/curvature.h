/* The measured curvatures of a result folder, curvature.jsonl and those of shards. A folder without any is whole. */
#ifndef FL_RESULTS_CURVATURE_H
#define FL_RESULTS_CURVATURE_H

#include "results/results.h"

/* The objects of a trial's good lines in the order of their steps, landscapes among them; of several for one step,
 * matrix and data the last counts. New reference, an empty array where there are none. */
json_t *fl_results_curvature(const fl_results *results, const char *trial);

/* Read every line and tell `damaged` of those that are none. False when a file cannot be read to its end. */
bool fl_results_curvature_check(const char *folder, void *user,
                                void (*damaged)(void *user, const char *path, size_t line, const char *what),
                                fl_error *error);

#endif
