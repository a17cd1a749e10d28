/* A rehearsal: the farm in virtual time. The agenda, the guesses, the book of agents, the messages and the store are
 * those of a run; only the agents are played, and nothing is trained.
 *
 * The supervisor's own work is measured as it happens, and virtual time passes by as much, so that it shows how many
 * agents one supervisor can serve. A played agent has one worker.
 */
#ifndef FL_FARM_REHEARSAL_H
#define FL_FARM_REHEARSAL_H

#include "farm/farm.h"

typedef struct fl_farm_rehearsal {
    const fl_study *study;
    const char *folder; /* where the records go: an empty folder */
    int agents;
    bool no_speculation;
    double latency; /* seconds a message takes */
    void *user;
    /* How a trial of so many seconds ends; the outcome is empty, what is put there is taken over. */
    void (*play)(void *user, const fl_record_slot *slot, fl_outcome *outcome, double *seconds);
} fl_farm_rehearsal;

/* What came out; seconds of virtual time but where it says otherwise. */
typedef struct fl_farm_rehearsed {
    size_t trials;        /* recorded */
    double seconds;       /* until the last of them was */
    double work, longest; /* what they took together, and the longest alone */
    double supervisor;    /* how long the supervisor was at work, measured */
    double speculated;    /* spent on guesses that were not needed, as far as they had ended */
} fl_farm_rehearsed;

/* What no schedule can undercut: the work shared evenly, or the longest trial. */
double fl_farm_rehearsal_bound(const fl_farm_rehearsed *rehearsed, int agents);

bool fl_farm_rehearse(const fl_farm_rehearsal *rehearsal, fl_farm_rehearsed *rehearsed, fl_error *error);

#endif
