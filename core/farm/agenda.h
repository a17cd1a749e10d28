/* Which trial comes next.
 *
 * The set of a study's trials never depends on workers, kills or order: a trial is begun only when every outcome of
 * those before it would still leave it within the budget. For a feasible budget that means: complete and running trials
 * of lower index are fewer than the feasible trials wanted. Nothing is ever run in vain, and nothing needs to be thrown
 * away.
 */
#ifndef FL_FARM_AGENDA_H
#define FL_FARM_AGENDA_H

#include "results/results.h"
#include "store/store.h"

typedef struct fl_agenda fl_agenda;

typedef enum fl_next { FL_NEXT_TRIAL, FL_NEXT_WAIT, FL_NEXT_NONE } fl_next;

/* The search's trials, less those that `results` holds (NULL: none); failed ones count as done unless `retry_failed`.
 */
fl_agenda *fl_agenda_search(const fl_study *study, fl_shard shard, const fl_results *results, bool retry_failed);

/* The reruns of each arm's selected trial, less those that `results` holds. */
fl_agenda *fl_agenda_reruns(const fl_study *study, const fl_results *results, bool retry_failed);

/* Is a trial that `results` holds to be run all the same: failed and to be tried again, or with damaged points? */
bool fl_agenda_again(const fl_results *results, const fl_brief *record, bool retry_failed);

void fl_agenda_free(fl_agenda *agenda);

/* The next trial to begin, now counted as running; or wait for a running one to end; or none is left. */
fl_next fl_agenda_next(fl_agenda *agenda, fl_slot *slot);

/* A trial that was begun has ended. */
void fl_agenda_ended(fl_agenda *agenda, const fl_slot *slot, fl_status status);

/* Trials that are known to be needed, those done before included. */
size_t fl_agenda_total(const fl_agenda *agenda);

#endif
