/* Who writes to a result folder: one run of the whole study, or runs of shards of one count side by side.
 *
 * Each writer holds an exclusive lock on a file of its own for as long as its process lives, however it ends; the file
 * holds the process number, to name it to those who are refused.
 */
#ifndef FL_STORE_LOCK_H
#define FL_STORE_LOCK_H

#include "base/error.h"
#include "store/shard.h"

/* Lock `folder` for a shard; a file descriptor, closed on exec so that no worker holds it, or -1. Refused, as the
 * user's mistake, while another writer lives whose trials could be the same. `warning`, if not NULL, gets a message
 * when the file system has no locks. Closing the descriptor gives the lock back. */
int fl_store_lock_take(const char *folder, fl_store_shard shard, char warning[200], fl_error *error);

#endif
