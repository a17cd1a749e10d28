/* Objects of the user's own in this process: their code may do anything, so what it breaks is put down to it. */
#include "command/plugins.h"
#include "own/own.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool plugins_load(words *paths, fl_error *error)
{
    bool good = true;
    for (size_t i = 0; i < paths->n && good; i++) good = fl_own_load(paths->items[i], error);
    for (const fl_optimizer *const *o = fl_optimizers(); *o && good && paths->n; o++)
        good = fl_trial_optimizer_accepts(*o, error);
    free(paths->items);
    *paths = (words){ .n = 0 };
    return good;
}

static char sentence[1000];

/* Nothing but what a handler may do. */
static void crashed(int signal_number)
{
    if (write(STDERR_FILENO, sentence, strlen(sentence)) < 0) _exit(1);
    _exit(1);
}

void plugins_catch_crashes(const fl_trial *trial)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    const fl_own *own = fl_own_of(trial->owners.optimizer);
    if (!own || !own->path) return;
    snprintf(sentence, sizeof sentence, "fairlead: the trial failed: it crashed in optimizer '%s' of %.800s\n",
             own->rule.entry.name, own->path);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], crashed);
}
