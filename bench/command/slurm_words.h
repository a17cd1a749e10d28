/* sbatch's own words, as sbatch reads them: a time limit, and options that are passed on to it. */
#ifndef BENCH_COMMAND_SLURM_WORDS_H
#define BENCH_COMMAND_SLURM_WORDS_H

#include "base/error.h"

#include <stdint.h>

/* A limit in seconds, 0 for none; false where `text` is none of the forms that sbatch's manual names. */
bool slurm_words_limit(const char *text, uint64_t *seconds);

/* May `word` be passed on? False with a message where it means, in any of its spellings, what the script has to say. */
bool slurm_words_further(const char *word, fl_error *error);

#endif
