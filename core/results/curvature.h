/* The measured curvatures of a result folder, curvature.jsonl and those of shards. */
#ifndef FL_RESULTS_CURVATURE_H
#define FL_RESULTS_CURVATURE_H

#include "results/lines.h"

extern const fl_results_kind fl_results_curvatures;

/* The objects of a trial's good lines in the order of their steps, landscapes among them; of several for one step,
 * matrix and data the last counts. New reference, an empty array where there are none. */
json_t *fl_results_curvature(const fl_results *results, const char *trial);

#endif
