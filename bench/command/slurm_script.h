/* A job script for Slurm: what `sh` submits, and what a job then does, in one file. */
#ifndef BENCH_COMMAND_SLURM_SCRIPT_H
#define BENCH_COMMAND_SLURM_SCRIPT_H

#include "base/text.h"
#include "say/options.h"

typedef struct slurm_job {
    const char *name;                     /* of the study */
    const char *program, *study, *folder; /* absolute paths */
    size_t nodes, tasks, at_once, cpus;   /* one of the first two; at_once, cpus 0: not said */
    size_t ranks;                         /* nodes that carry one training; 0: one */
    char **plugins;                       /* absolute paths */
    size_t n_plugins;
    bool by_arms; /* tasks take whole arms, not every arm's trials by index */
    size_t checkpoint_every, minutes;
    const char *time, *partition, *account, *memory; /* NULL: `minutes`; not said */
    const char *const *further;                      /* sbatch's own options */
    size_t n_further;
    const char *prologue; /* text; NULL: none */
} slurm_job;

/* Is what was asked in sbatch's words possible? Answered at once, where what the script proposes has to be measured. */
bool slurm_script_takes(const slurm_job *job, fl_error *error);

/* Append the script. False with a message where a text cannot stand in one. */
bool slurm_script(const slurm_job *job, fl_text *text, fl_error *error);

#endif
