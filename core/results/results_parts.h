/* What reading a folder consists of, for results.c alone. */
#ifndef FL_RESULTS_RESULTS_PARTS_H
#define FL_RESULTS_RESULTS_PARTS_H

#include "results/results.h"

/* Something wrong at a place that stands for itself; in a line of a file. */
void fl_results_add_damage(fl_results *results, const char *where, const char *what);
void fl_results_add_damage_in(fl_results *results, const char *path, size_t line, const char *what);

/* Every host's facts; every line as an entry of `records`, in the order of reading, with what each arm has cost. False
 * when a file cannot be read to its end. */
bool fl_results_read_hosts(fl_results *results, fl_error *error);
bool fl_results_read_trials(fl_results *results, fl_error *error);

/* Sort the records and keep the last of each slot; then split them into arms. */
void fl_results_keep_last(fl_results *results);
void fl_results_split_arms(fl_results *results);

#endif
