/* --plugin, for the verbs that take it. */
#ifndef BENCH_COMMAND_PLUGINS_H
#define BENCH_COMMAND_PLUGINS_H

#include "say/options.h"
#include "trial/trial.h"

/* The option's row; `list` is a words. */
#define PLUGIN_OPTION(list)                                                                                            \
    {                                                                                                                  \
        "--plugin", NULL, OPTION_LIST, "FILE", "a shared object with optimizers of your own (docs/your_optimizer.md)", \
            &(list)                                                                                                    \
    }

/* Load the objects and forget their list; false with a message. */
bool plugins_load(words *paths, fl_error *error);

/* From here on a crash of the trial's optimizer, where it is a user's own, ends the program with a sentence and exit
 * code 1: a failed trial. */
void plugins_catch_crashes(const fl_trial *trial);

#endif
