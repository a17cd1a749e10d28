/* The points of a result folder, which stay in its files: what is kept is where each trial's lines lie. A trial's
 * points are written side by side, so that is a place per trial, however many points it has.
 */
#ifndef FL_RESULTS_POINTS_H
#define FL_RESULTS_POINTS_H

#include "trial/point.h"
#include "results/files.h"

typedef struct fl_results_points_index fl_results_points_index;

/* The points of `folder`; nothing is read before somebody asks. NULL when the folder cannot be read. */
fl_results_points_index *fl_results_points_new(const char *folder, fl_error *error);
void fl_results_points_free(fl_results_points_index *points);

/* Read every line and tell `damaged` of those that are no points; `user` is its first argument. False when a file
 * cannot be read to its end. */
bool fl_results_points_check(const fl_results_points_index *points, void *user,
                             void (*damaged)(void *user, const char *path, size_t line, const char *what),
                             fl_error *error);

/* A trial's points by step into an array to be freed, damaged lines left out; of several for one step the last counts.
 * *n is 0 when there are none. The first call reads the files through, and dies when one cannot be read to its end. */
fl_trial_point *fl_results_points_of(fl_results_points_index *points, const char *trial, size_t *n);

/* Has the trial good points of `n` steps or more? Seldom reads a line again. */
bool fl_results_points_complete(fl_results_points_index *points, const char *trial, size_t n);

#endif
