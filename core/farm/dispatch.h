/* What is given out next, and what becomes of an answer: the agenda's trials, those that a lost agent had, and guesses
 * for whoever would be idle (farm/speculation.h). It knows neither workers nor clocks nor files, so simulations use it
 * as the supervisor does.
 */
#ifndef FL_FARM_DISPATCH_H
#define FL_FARM_DISPATCH_H

#include "farm/agenda.h"
#include "farm/speculation.h"

typedef struct fl_farm_dispatch {
    fl_farm_agenda *agenda; /* borrowed */
    bool speculate;
    void *user;
    /* Record an outcome that is certain to be needed; everything is borrowed. False ends the run. */
    bool (*commit)(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts);

    /* Its own. */
    fl_farm_speculation speculation;
    fl_record_slot *returned; /* to be given out before any other */
    size_t n_returned;
    bool failed; /* an outcome could not be recorded */
} fl_farm_dispatch;

/* Before a round of fl_farm_dispatch_next: record what was kept and is needed by now, also when everybody is busy.
 * False: an outcome could not be recorded. */
bool fl_farm_dispatch_round(fl_farm_dispatch *dispatch);

/* Something for an idle worker; false: nothing now. */
bool fl_farm_dispatch_next(fl_farm_dispatch *dispatch, fl_record_slot *slot);

/* A trial has ended: record its outcome, or keep it until it is needed. */
bool fl_farm_dispatch_ended(fl_farm_dispatch *dispatch, const fl_farm_task *task, const fl_outcome *outcome,
                            const json_t *facts);

/* Whoever had a trial is lost. */
void fl_farm_dispatch_give_back(fl_farm_dispatch *dispatch, const fl_record_slot *slot);

/* Everything that is needed has been recorded. */
bool fl_farm_dispatch_is_done(fl_farm_dispatch *dispatch);

/* End: guesses are dropped. `cancel` stops one that is under way and returns the seconds it has taken; NULL: nobody
 * works. The seconds of all that were not needed are returned. */
double fl_farm_dispatch_end(fl_farm_dispatch *dispatch, double (*cancel)(void *user, const fl_record_slot *slot));

#endif
