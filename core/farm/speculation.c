/* A handful at most, one per idle worker: a list will do. */
#include "farm/speculation.h"
#include "base/memory.h"

#include <stdlib.h>

void fl_farm_speculation_add(fl_farm_speculation *speculation, const fl_record_slot *slot)
{
    speculation->guesses = fl_memory_grow(speculation->guesses, speculation->n + 1, sizeof *speculation->guesses);
    speculation->guesses[speculation->n++] = (fl_farm_guess){ .task = { .slot = *slot } };
}

fl_farm_guess *fl_farm_speculation_find(const fl_farm_speculation *speculation, const fl_record_slot *slot)
{
    for (size_t i = 0; i < speculation->n; i++)
        if (fl_farm_task_is(&speculation->guesses[i].task, slot)) return &speculation->guesses[i];
    return NULL;
}

void fl_farm_speculation_keep(fl_farm_guess *guess, const fl_farm_task *task, const fl_outcome *outcome,
                              const json_t *facts)
{
    json_t *object = fl_outcome_json(outcome); /* what is written of an outcome is what a worker sends of it */
    guess->ended = fl_outcome_read(object, &guess->outcome);
    if (!guess->ended) fl_error_die("an outcome cannot be read back");
    guess->task.trial = fl_trial_copy(&task->trial);
    guess->facts = json_incref((json_t *)facts);
    json_decref(object);
}

void fl_farm_speculation_remove(fl_farm_speculation *speculation, fl_farm_guess *guess)
{
    if (guess->ended) {
        fl_outcome_free(&guess->outcome);
        fl_trial_free(&guess->task.trial);
        json_decref(guess->facts);
    }
    *guess = speculation->guesses[--speculation->n];
}

double fl_farm_speculation_drop_all(fl_farm_speculation *speculation)
{
    double seconds = 0;
    while (speculation->n) {
        fl_farm_guess *last = &speculation->guesses[speculation->n - 1];
        if (last->ended) seconds += last->outcome.seconds.total;
        fl_farm_speculation_remove(speculation, last);
    }
    free(speculation->guesses);
    speculation->guesses = NULL;
    return seconds;
}
