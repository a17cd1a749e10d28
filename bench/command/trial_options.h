/* A trial from the words of a command line. */
#ifndef BENCH_COMMAND_TRIAL_OPTIONS_H
#define BENCH_COMMAND_TRIAL_OPTIONS_H

#include "say/options.h"
#include "trial/trial.h"

/* What was asked for; NULL or SIZE_MAX where nothing was. */
typedef struct trial_request {
    const char *workload, *optimizer, *schedule, *backend, *precision, *validation_from, *init, *init_bias;
    const char *batch;     /* a count, or "all" */
    const char *parallel;  /* METHOD:V[,NAME=VALUE]... */
    const char *durations; /* a file */
    words set;             /* NAME=VALUE */
    size_t micro_batch, curvature_every, steps, eval_every, threads, validation;
    double eval_ratio;              /* 0: not given */
    const char *test;               /* NULL: not given */
    uint64_t seed, validation_seed; /* UINT64_MAX: not given */
    double stop_above;
    size_t snapshots;               /* 0: not given */
    const char *average, *patience; /* METHOD[:X], N[:METRIC]; NULL: not given */
} trial_request;

/* By a name, a file with a definition, or the definition itself; NULL with a message. */
const fl_optimizer *trial_find_optimizer(const char *text, fl_error *error);

/* Make the trial; false with a message. The caller frees it by fl_trial_free. */
bool trial_from_request(const trial_request *asked, fl_trial *trial, fl_error *error);

#endif
