/* A result folder being written: one writer per file, append-only, one write per line, synced.
 *
 * study.json (resolved), host.json, trials.jsonl, points.jsonl, and curvature.jsonl or timeline.jsonl where the study
 * or a run asks for them; a shard writes files of its own, "trials.2-of-4.jsonl". A trial's points are on disk before
 * its line is. A torn last line is repaired when the store is opened; whatever else is damaged stays in place and is
 * left to the readers, but for a damaged host.json, which becomes host.json.damaged.
 */
#ifndef FL_STORE_STORE_H
#define FL_STORE_STORE_H

#include "record/record.h"
#include "store/shard.h"

typedef struct fl_store fl_store;

/* Open or begin a folder for a study. Refused as the user's mistake: another living writer (named; shards of one count
 * do not mind each other), a folder begun with another study, a folder that cannot be written. `warning`, if not NULL,
 * gets a message when the file system has no locks. */
fl_store *fl_store_open(const char *folder, const fl_study *study, fl_store_shard shard, char warning[200],
                        fl_error *error);
void fl_store_close(fl_store *store);

/* Write a finished trial: its points, then its line. On failure nothing half-written stays and the fault is the
 * machine's; a kill in between may leave points without a line, which readers pass over. */
bool fl_store_add(fl_store *store, const fl_record_slot *slot, const fl_trial *trial, const fl_outcome *outcome,
                  const char *host, fl_error *error);

/* Note the facts behind a host key; known keys cost nothing. */
bool fl_store_host(fl_store *store, const char *key, const json_t *facts, fl_error *error);

#endif
