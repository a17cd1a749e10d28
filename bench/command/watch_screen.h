/* A run as a terminal shows it, or as lines. */
#ifndef BENCH_COMMAND_WATCH_SCREEN_H
#define BENCH_COMMAND_WATCH_SCREEN_H

#include "base/text.h"
#include "command/watch_state.h"

/* Title, a row with a bar per arm, and what the run does: lines of at most `width` characters, at most `height` lines
 * (arms beyond are counted). With `colour` the bars have one. */
void watch_add_screen(fl_text *screen, const watch_state *state, size_t width, size_t height, bool colour);

/* "43/72 trials, 64500 of 108000 steps, 3 diverged, about 27 min 00 s left, 2 workers, 1.1 trials/min, ..." */
void watch_add_line(fl_text *line, const watch_state *state);

#endif
