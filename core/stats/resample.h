/* Draws with replacement, told item by item: how often the next item is drawn, given how often those before it were.
 * Of many items it lets a resample stop where nothing more of it matters.
 */
#ifndef FL_STATS_RESAMPLE_H
#define FL_STATS_RESAMPLE_H

#include "base/random.h"

/* What is left of a resample: so many draws among so many items; at first as many as there are items. */
typedef struct fl_stats_draws {
    size_t draws, items;
} fl_stats_draws;

/* How often the next item is drawn; it leaves `left`. */
size_t fl_stats_times_drawn(fl_random_stream *stream, fl_stats_draws *left);

#endif
