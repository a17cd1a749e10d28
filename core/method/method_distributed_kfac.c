/* Distributed K-FAC (Ba, Grosse and Martens 2017): V gradient workers share every batch as in `synchronous`, statistics
 * workers measure Kronecker factors on batches of their own, and inverse workers share the blocks' inverses. With
 * asynchronous inverses nobody waits for either; what has come by the time of an update is used. When that is,
 * durations say (virtual/inverses.h); on the real clock every worker is a process, and it is when it is.
 */
#include "method/method_distributed_kfac.h"
#include "method/durations.h"

#include <math.h>
#include <string.h>

static const char *const inverses[] = { "synchronous", "asynchronous", NULL };

static const fl_hyper hypers[] = {
    [FL_METHOD_KFAC_INVERSES] = { "inverses",
                                  "does an update wait for the statistics and inverses due, or use those "
                                  "that have come",
                                  FL_HYPER_CHOICE, FL_METHOD_KFAC_SYNCHRONOUS, .min = FL_METHOD_KFAC_SYNCHRONOUS,
                                  .max = FL_METHOD_KFAC_ASYNCHRONOUS, .choices = inverses },
    [FL_METHOD_KFAC_STATISTICS_WORKERS] = { "statistics_workers",
                                            "measure factors, each on a batch of its own as large as a gradient "
                                            "worker's share; 0: the gradient workers do, on theirs",
                                            FL_HYPER_INTEGER, 1, .min = 0, .max = FL_METHOD_MOST_WORKERS },
    [FL_METHOD_KFAC_INVERSE_WORKERS] = { "inverse_workers", "share the inverses, the costliest dealt first",
                                         FL_HYPER_INTEGER, 1, .min = 1, .max = FL_METHOD_MOST_WORKERS },
    [FL_METHOD_KFAC_STEP] = FL_METHOD_SECONDS("step", "mean virtual seconds of a gradient worker's passes", 1),
    [FL_METHOD_KFAC_STATISTICS] = FL_METHOD_SECONDS("statistics", "mean virtual seconds of one worker's statistics", 1),
    [FL_METHOD_KFAC_INVERSE] = FL_METHOD_SECONDS("inverse", "mean virtual seconds of all inverses on one worker", 4),
    [FL_METHOD_KFAC_DURATIONS] = FL_METHOD_DURATIONS_ROW,
    [FL_METHOD_KFAC_SPREAD] = FL_METHOD_SPREAD_ROW,
    [FL_METHOD_KFAC_DOUBLY_ABOVE] = { "doubly_above",
                                      "dense layers with more inputs have their input factor factored once more, by "
                                      "each input's part of rank one; 0: none",
                                      FL_HYPER_INTEGER, 0, .min = 0, .max = HUGE_VAL },
    [FL_METHOD_KFAC_CLOCK] = FL_METHOD_CLOCK_ROW,
};

static size_t whole(const double *hyper, size_t which)
{
    return (size_t)hyper[which];
}

static bool is_real(const double *hyper)
{
    return hyper[FL_METHOD_KFAC_CLOCK] == FL_METHOD_CLOCK_REAL;
}

/* Those that serve the preconditioner. */
static size_t servers(const double *hyper)
{
    if (!is_real(hyper)) return 0;
    return whole(hyper, FL_METHOD_KFAC_STATISTICS_WORKERS) + whole(hyper, FL_METHOD_KFAC_INVERSE_WORKERS);
}

static bool is_of_processes(const double *hyper, const char *name)
{
    bool workers = !strcmp(name, "statistics_workers") || !strcmp(name, "inverse_workers");
    return !strcmp(name, "clock") || (is_real(hyper) && workers);
}

static bool suits_clock(const double *hyper, fl_error *error)
{
    if (!is_real(hyper)) return true;
    if (!whole(hyper, FL_METHOD_KFAC_STATISTICS_WORKERS))
        return fl_error_user(error, "parallel.statistics_workers = 0 wants parallel.clock = virtual: on the real clock "
                                    "statistics are measured by at least one process of their own");
    return fl_method_durations_are_left(hypers, hyper, FL_METHOD_KFAC_STEP, FL_METHOD_KFAC_SPREAD, error);
}

static bool accepts(const double *hyper, bool keeps_own, fl_error *error)
{
    return suits_clock(hyper, error) &&
           fl_method_durations_accept(hyper[FL_METHOD_KFAC_DURATIONS], hyper[FL_METHOD_KFAC_SPREAD], error);
}

const fl_method fl_method_distributed_kfac = {
    .entry = { "distributed_kfac",
               "K-FAC with workers of their own for statistics and inverses, in virtual or real time",
               "Ba, Grosse and Martens 2017" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .shares_batch = true,
    .rules = FL_METHOD_PRECONDITIONER,
    .accepts = accepts,
    .servers = servers,
    .is_of_processes = is_of_processes,
};
