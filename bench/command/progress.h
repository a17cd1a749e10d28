/* Progress of a run on stderr: a bar on a terminal, plain lines elsewhere. */
#ifndef BENCH_COMMAND_PROGRESS_H
#define BENCH_COMMAND_PROGRESS_H

#include "farm/farm.h"

typedef struct progress progress;

/* What becomes of the trials; their results are not shown before the end. `mode` is auto, bar, lines or none; NULL with
 * a message for another word. */
progress *progress_new(const char *mode, fl_error *error);

/* Show a now; called at every change and about twice a second. `user` is the progress. */
void progress_show(void *user, const fl_farm_progress *now);

/* Put a message above the bar. */
void progress_say(void *user, const char *message);

/* "1 min 20 s" */
void progress_duration(double seconds, char text[48]);

/* End the bar's line and free. */
void progress_free(progress *progress);

#endif
