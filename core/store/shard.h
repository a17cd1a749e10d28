/* A shard: the part of a study's trials that one writer takes, with files of its own in the common folder. */
#ifndef FL_STORE_SHARD_H
#define FL_STORE_SHARD_H

#include <stddef.h>

/* The trials with index mod count = number - 1. {1, 1}: all. */
typedef struct fl_store_shard {
    size_t number, count;
} fl_store_shard;

/* "trials.jsonl" or "trials.2-of-4.jsonl". */
void fl_store_file_name(char name[64], const char *stem, const char *ending, fl_store_shard shard);

#endif
