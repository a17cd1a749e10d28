/* The order: what was given back, what the agenda wants, guesses. */
#include "farm/dispatch.h"
#include "base/memory.h"

#include <stdlib.h>

static bool commit(fl_farm_dispatch *d, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    if (!d->commit(d->user, task, outcome, facts)) d->failed = true;
    if (!d->failed) fl_farm_agenda_ended(d->agenda, &task->slot, outcome->status);
    return !d->failed;
}

/* The agenda wants what somebody has guessed already: nothing is begun. */
static void confirm(fl_farm_dispatch *d, fl_farm_guess *guess)
{
    guess->certain = true;
    if (!guess->ended) return;
    commit(d, &guess->task, &guess->outcome, guess->facts);
    fl_farm_speculation_remove(&d->speculation, guess);
}

static bool next_of_agenda(fl_farm_dispatch *d, fl_record_slot *slot)
{
    while (!d->failed && fl_farm_agenda_next(d->agenda, slot) == FL_FARM_NEXT_TRIAL) {
        fl_farm_guess *guess = fl_farm_speculation_find(&d->speculation, slot);
        if (!guess) return true;
        confirm(d, guess);
    }
    return false;
}

static void put_first(fl_farm_dispatch *d, const fl_record_slot *slot)
{
    d->returned = fl_memory_grow(d->returned, d->n_returned + 1, sizeof *d->returned);
    d->returned[d->n_returned++] = *slot;
}

bool fl_farm_dispatch_round(fl_farm_dispatch *d)
{
    fl_record_slot slot;
    if (!d->n_returned && d->speculation.n && next_of_agenda(d, &slot)) put_first(d, &slot);
    return !d->failed;
}

bool fl_farm_dispatch_next(fl_farm_dispatch *d, fl_record_slot *slot)
{
    if (d->failed) return false;
    if (d->n_returned) {
        *slot = d->returned[--d->n_returned];
        return true;
    }
    if (next_of_agenda(d, slot)) return true;
    if (!d->speculate || d->failed || !fl_farm_agenda_guess(d->agenda, slot)) return false;
    fl_farm_speculation_add(&d->speculation, slot);
    return true;
}

bool fl_farm_dispatch_ended(fl_farm_dispatch *d, const fl_farm_task *task, const fl_outcome *outcome,
                            const json_t *facts)
{
    fl_farm_guess *guess = fl_farm_speculation_find(&d->speculation, &task->slot);
    if (guess && !guess->certain) {
        fl_farm_speculation_keep(guess, task, outcome, facts);
        return true;
    }
    if (guess) fl_farm_speculation_remove(&d->speculation, guess);
    return commit(d, task, outcome, facts);
}

/* A guess that nobody knows to be needed is simply given up: the agenda will ask for it if it is. */
void fl_farm_dispatch_give_back(fl_farm_dispatch *d, const fl_record_slot *slot)
{
    fl_farm_guess *guess = fl_farm_speculation_find(&d->speculation, slot);
    bool certain = !guess || guess->certain;
    if (guess) fl_farm_speculation_remove(&d->speculation, guess);
    if (certain) put_first(d, slot);
}

bool fl_farm_dispatch_is_done(fl_farm_dispatch *d)
{
    return !d->n_returned && fl_farm_agenda_is_empty(d->agenda);
}

double fl_farm_dispatch_end(fl_farm_dispatch *d, double (*cancel)(void *user, const fl_record_slot *slot))
{
    double seconds = 0;
    for (size_t i = 0; cancel && i < d->speculation.n; i++) {
        const fl_farm_guess *guess = &d->speculation.guesses[i];
        if (!guess->certain && !guess->ended) seconds += cancel(d->user, &guess->task.slot);
    }
    seconds += fl_farm_speculation_drop_all(&d->speculation);
    free(d->returned);
    d->returned = NULL;
    d->n_returned = 0;
    return seconds;
}
