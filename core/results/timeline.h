/* The timelines of a result folder, timeline.jsonl and those of shards: what the workers of one training did when. */
#ifndef FL_RESULTS_TIMELINE_H
#define FL_RESULTS_TIMELINE_H

#include "results/lines.h"

extern const fl_results_kind fl_results_timelines;

#endif
