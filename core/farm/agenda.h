/* Which trial comes next.
 *
 * The set of a study's trials never depends on workers, kills or order: a trial is begun only when every outcome of
 * those before it would still leave it within the budget. For a feasible budget that means: trials of lower index that
 * are feasible or may yet be are fewer than the feasible trials wanted. A trial is feasible when all its repeats are.
 * A trial beyond those may be guessed at by whoever would be idle; only what the agenda then asks for counts.
 */
#ifndef FL_FARM_AGENDA_H
#define FL_FARM_AGENDA_H

#include "results/results.h"
#include "store/shard.h"

typedef struct fl_farm_agenda fl_farm_agenda;

typedef enum fl_farm_next { FL_FARM_NEXT_TRIAL, FL_FARM_NEXT_WAIT, FL_FARM_NEXT_NONE } fl_farm_next;

/* The search's trials, less those that `results` holds (NULL: none); failed ones count as done unless `retry_failed`.
 */
fl_farm_agenda *fl_farm_agenda_search(const fl_study *study, fl_store_shard shard, const fl_results *results,
                                      bool retry_failed);

/* The reruns of each arm's selected trial, less those that `results` holds. */
fl_farm_agenda *fl_farm_agenda_reruns(const fl_study *study, const fl_results *results, bool retry_failed);

/* Is a trial that `results` holds to be run all the same: failed and to be tried again, or with damaged points? */
bool fl_farm_agenda_again(const fl_results *results, const fl_results_entry *record, bool retry_failed);

void fl_farm_agenda_free(fl_farm_agenda *agenda);

/* Does the trial belong to the shard? */
bool fl_farm_agenda_has(const fl_study *study, fl_store_shard shard, const fl_record_slot *slot);

/* The next trial to begin, now counted as running; or wait for a running one to end; or none is left. */
fl_farm_next fl_farm_agenda_next(fl_farm_agenda *agenda, fl_record_slot *slot);

/* A trial that will be the next to be needed if enough of those running turn out not to be feasible; each is guessed
 * once. False: there is none. A guess counts neither as running nor as done until fl_farm_agenda_next gives it out. */
bool fl_farm_agenda_guess(fl_farm_agenda *agenda, fl_record_slot *slot);

/* Trials that were begun and have not ended. */
size_t fl_farm_agenda_running(const fl_farm_agenda *agenda);

/* Nothing is left to begin, now or later. */
bool fl_farm_agenda_is_empty(fl_farm_agenda *agenda);

/* A trial that was begun has ended. */
void fl_farm_agenda_ended(fl_farm_agenda *agenda, const fl_record_slot *slot, fl_outcome_status status);

/* Trials that are known to be needed, those done before included. */
size_t fl_farm_agenda_total(const fl_farm_agenda *agenda);

#endif
