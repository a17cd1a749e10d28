/* Narrowing: from the trials of a wide search to the spaces of the study that follows it, by one rule for all arms.
 *
 * Of each arm's feasible trials the best quarter (at least 5) is taken; on each axis their range is widened by a
 * quarter of its length at either end, but not beyond the wide space, unless the search was cut off there
 * (stats/axis.h). Of listed values those stay that lie in that range; of choices those that the best quarter took. An
 * arm with fewer than 5 feasible trials stays wide, and so do fixed values and lists of complete points. In a product
 * each combination has a best quarter, and the ranges of all of them are joined.
 */
#ifndef FL_PLAN_NARROW_H
#define FL_PLAN_NARROW_H

#include "results/results.h"

/* The narrowed study: other seeds and another search seed, `narrowed_from` with the wide study's name, hash, seeds and
 * cost, and all else as it was. New reference; NULL with a message when the folder has no trial. */
json_t *fl_plan_narrow(const fl_results *wide, fl_error *error);

/* 16 hex digits over a study and its records: of whatever was selected, and from what. */
void fl_plan_folder_hash(const fl_results *results, char hash[17]);

#endif
