/* scale: how well a run uses its workers, up to thousands of them, in virtual time. */
#include "say/options.h"
#include "speed/scale/scale.h"

#include <stdio.h>
#include <stdlib.h>

static const usage scale_usage = {
    "scale [options] WORKERS...",
    "Runs a study of trials that only pass time, in virtual time, by the agenda, the messages and the store of a real "
    "run, "
    "and prints what it took for each number of workers. The bound is work / workers, or the longest trial. As trials "
    "are "
    "not cut, no schedule takes less than `whole`. What the supervisor takes for a message is measured, and so depends "
    "on "
    "this machine, unless --handling is given. Model, not measured: everybody's trials take what they are said to "
    "take.",
    "scale --seconds 10 1 16 64 600 4096",
};

static void print_row(const scale_world *w, const scale_result *r)
{
    double bound = r->work / (double)w->workers > r->longest ? r->work / (double)w->workers : r->longest;
    printf("%8zu  %8zu  %10.2f  %10.4f  %10.4f  %10.4f\n", w->workers, r->recorded, r->took, bound / r->took,
           r->whole / r->took, r->busy / r->took);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    scale_world w = { .arms = 6, .trials = 100, .infeasible = 0.2, .seconds = 10, .spread = 0.1, .handling = -1 };
    size_t handling = SIZE_MAX, latency = 50;
    bool alone = false;
    const option options[] = {
        { "--arms", NULL, OPTION_COUNT, "N", "arms of the study (default 6)", &w.arms },
        { "--trials", NULL, OPTION_COUNT, "N", "feasible trials of each (default 100)", &w.trials },
        { "--infeasible", NULL, OPTION_NUMBER, "X", "fraction of trials that are not (default 0.2)", &w.infeasible },
        { "--seconds", NULL, OPTION_NUMBER, "X", "a trial takes (default 10)", &w.seconds },
        { "--spread", NULL, OPTION_NUMBER, "X", "times 1 plus or minus this (default 0.1)", &w.spread },
        { "--latency", NULL, OPTION_COUNT0, "US", "microseconds of a message's way (default 50)", &latency },
        { "--handling", NULL, OPTION_COUNT0, "US", "microseconds of the supervisor per outcome (default: measured)",
          &handling },
        { "--no-speculation", NULL, OPTION_FLAG, NULL, "workers that would be idle stay so", &alone },
        { "--seed", NULL, OPTION_SEED, "N", "of durations and endings (default 0)", &w.seed },
    };
    words rest;
    int code = options_read(&scale_usage, options, sizeof options / sizeof *options, argc, argv, 1, 64, &rest);
    if (code != GO_ON) return code;
    w.speculate = !alone;
    w.latency = (double)latency / 1e6;
    if (handling != SIZE_MAX) w.handling = (double)handling / 1e6;
    printf(" workers  recorded     seconds  of bound    of whole  supervisor\n");
    for (size_t i = 0; i < rest.n; i++) {
        uint64_t workers;
        if (!fl_text_whole_read(rest.items[i], 1, 1 << 20, &workers)) {
            fprintf(stderr, "scale: a number of workers must be a whole number from 1 to 1048576, not '%s'\n",
                    rest.items[i]);
            return FL_ERROR_USER;
        }
        w.workers = workers;
        scale_result r = scale_run(&w);
        print_row(&w, &r);
    }
    free(rest.items);
    return 0;
}
