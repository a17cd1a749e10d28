/* Asynchronous SGD with a parameter server (Dean et al. 2012, Downpour SGD; the server's rule is the trial's, there
 * AdaGrad). A step is one push that the server applies, of gradients at parameters that others have moved since.
 *
 *   g   the sum of the gradients of push_every batches, at the parameters theta_w that the worker read
 *   g  <- g + lambda g^2 (theta - theta_w)       delay compensation (Zheng et al. 2017); lambda 0: none
 *   the rule's step at rate / max(1, staleness)  with rate_by staleness (Zhang et al. 2016)
 *
 * When pushes arrive is a matter of durations in virtual time (virtual/server.h), or each is exactly so many late; on
 * the real clock workers and servers are processes, and pushes arrive when they do.
 */
#include "method/method_asynchronous.h"
#include "method/durations.h"

#include <math.h>
#include <string.h>

static const char *const rates[] = { "schedule", "staleness", NULL };

static const fl_hyper hypers[] = {
    [FL_METHOD_STALENESS] = { "staleness", "by so many pushes each one is late, exactly; -1: as the durations make it",
                              FL_HYPER_INTEGER, -1, .min = -1, .max = 4095 },
    [FL_METHOD_COMPUTE] = FL_METHOD_SECONDS("compute", "mean virtual seconds of a batch", 1),
    [FL_METHOD_PULL] = FL_METHOD_SECONDS("pull", "mean virtual seconds of reading the parameters", 0),
    [FL_METHOD_PUSH] = FL_METHOD_SECONDS("push", "mean virtual seconds of a push on its way", 0),
    [FL_METHOD_DURATIONS] = FL_METHOD_DURATIONS_ROW,
    [FL_METHOD_SPREAD] = FL_METHOD_SPREAD_ROW,
    [FL_METHOD_PUSH_EVERY] = { "push_every", "batches whose gradients a push adds up", FL_HYPER_INTEGER, 1, .min = 1,
                               .max = 4096 },
    [FL_METHOD_FETCH_EVERY] = { "fetch_every",
                                "batches from one reading of the parameters to the next; between them a "
                                "worker moves its own by its gradients",
                                FL_HYPER_INTEGER, 1, .min = 1, .max = 4096 },
    [FL_METHOD_RATE_BY] = { "rate_by", "schedule, or the scheduled rate divided by the push's staleness",
                            FL_HYPER_CHOICE, FL_METHOD_RATE_BY_SCHEDULE, .min = 0, .max = 1, .choices = rates },
    [FL_METHOD_COMPENSATION] = { "compensation", "lambda of the delay compensation; 0: none", FL_HYPER_LOG, 0, .min = 0,
                                 .max = HUGE_VAL },
    [FL_METHOD_CLOCK] = FL_METHOD_CLOCK_ROW,
    [FL_METHOD_SHARDS] = { "shards", "servers on the real clock, each of a slice of the parameters", FL_HYPER_INTEGER,
                           1, .min = 1, .max = 64 },
};

static size_t whole(const double *hyper, size_t which)
{
    return (size_t)hyper[which];
}

static size_t batches(const double *hyper)
{
    return whole(hyper, FL_METHOD_PUSH_EVERY);
}

static size_t servers(const double *hyper)
{
    return hyper[FL_METHOD_CLOCK] == FL_METHOD_CLOCK_REAL ? whole(hyper, FL_METHOD_SHARDS) : 0;
}

static bool is_of_processes(const double *hyper, const char *name)
{
    return !strcmp(name, "clock") || !strcmp(name, "shards");
}

/* What one clock asks for, the other has no use for. */
static bool suits_clock(const double *hyper, fl_error *error)
{
    if (!servers(hyper) && whole(hyper, FL_METHOD_SHARDS) > 1)
        return fl_error_user(error,
                             "parallel.shards = %zu wants parallel.clock = real: in virtual time there is one "
                             "server",
                             whole(hyper, FL_METHOD_SHARDS));
    return !servers(hyper) || fl_method_durations_are_left(hypers, hyper, FL_METHOD_STALENESS, FL_METHOD_SPREAD, error);
}

static bool accepts(const double *hyper, bool keeps_own, fl_error *error)
{
    if (!suits_clock(hyper, error)) return false;
    size_t push = whole(hyper, FL_METHOD_PUSH_EVERY), fetch = whole(hyper, FL_METHOD_FETCH_EVERY);
    if (fetch % push)
        return fl_error_user(error, "parallel.fetch_every = %zu must be a multiple of parallel.push_every = %zu", fetch,
                             push);
    if (hyper[FL_METHOD_STALENESS] >= 0 && fetch > 1)
        return fl_error_user(error, "an exact parallel.staleness wants parallel.push_every and fetch_every of 1");
    if (hyper[FL_METHOD_COMPENSATION] > 0 && fetch > 1)
        return fl_error_user(error,
                             "parallel.compensation is for pushes of one batch at parameters just read, not "
                             "parallel.push_every = %zu and fetch_every = %zu",
                             push, fetch);
    return fl_method_durations_accept(hyper[FL_METHOD_DURATIONS], hyper[FL_METHOD_SPREAD], error);
}

const fl_method fl_method_asynchronous = {
    .entry = { "asynchronous",
               "a parameter server applies each worker's gradients when they arrive, in virtual or real time",
               "Dean et al. 2012" },
    .hypers = hypers,
    .n_hypers = sizeof hypers / sizeof *hypers,
    .rules = FL_METHOD_NO_LOOKING,
    .batches = batches,
    .accepts = accepts,
    .servers = servers,
    .is_of_processes = is_of_processes,
    .slices = true,
};
