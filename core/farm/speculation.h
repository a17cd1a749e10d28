/* Trials that idle workers begin although they may turn out not to be needed. Their outcomes stay in memory until the
 * agenda asks for them, else they are dropped unrecorded: the recorded set is the one without them. */
#ifndef FL_FARM_SPECULATION_H
#define FL_FARM_SPECULATION_H

#include "farm/worker.h"

typedef struct fl_farm_guess {
    fl_farm_task task;   /* owned once it has ended */
    bool certain, ended; /* needed after all, and under way; ended before anybody knew */
    fl_outcome outcome;  /* of an ended one, owned */
    json_t *facts;       /* NULL: it failed */
} fl_farm_guess;

typedef struct fl_farm_speculation {
    fl_farm_guess *guesses;
    size_t n;
} fl_farm_speculation;

/* A guess is begun. */
void fl_farm_speculation_add(fl_farm_speculation *speculation, const fl_record_slot *slot);

/* The guess of a slot, or NULL. */
fl_farm_guess *fl_farm_speculation_find(const fl_farm_speculation *speculation, const fl_record_slot *slot);

/* It has ended before anybody knew whether it is needed; everything is copied. */
void fl_farm_speculation_keep(fl_farm_guess *guess, const fl_farm_task *task, const fl_outcome *outcome,
                              const json_t *facts);

/* It is a guess no longer; what it holds is freed. */
void fl_farm_speculation_remove(fl_farm_speculation *speculation, fl_farm_guess *guess);

/* None is needed any more; the seconds of those that had ended. */
double fl_farm_speculation_drop_all(fl_farm_speculation *speculation);

#endif
