/* A shard: the part of a study's trials that one writer takes, with files of its own in the common folder. */
#ifndef FL_STORE_SHARD_H
#define FL_STORE_SHARD_H

#include <stddef.h>

/* The trials with index mod count = number - 1; with a feasible budget, which depends on all of an arm's trials, whole
 * arms: those with arm mod count = number - 1. {1, 1}: all.
 *
 * A batch system may start a task again while its first start still lives on a node that was thought dead. Each start
 * then has a `life` of its own, and with it files of its own, so that they need no lock between them. */
enum { FL_STORE_LIFE = 9 };
typedef struct fl_store_shard {
    size_t number, count;
    char life[FL_STORE_LIFE]; /* 8 hex digits; "": the only start */
} fl_store_shard;

/* "trials.jsonl", "trials.2-of-4.jsonl" or "trials.2-of-4.0a1b2c3d.jsonl". */
void fl_store_file_name(char name[64], const char *stem, const char *ending, fl_store_shard shard);

/* Give it a random life. */
void fl_store_shard_own_files(fl_store_shard *shard);

#endif
