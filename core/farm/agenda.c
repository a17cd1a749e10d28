/* Per arm a cursor over (index, repeat) in order. Every place before it has been begun or was done before; `possible`
 * counts those indices before it of which no repeat is known to be infeasible: trials that are feasible or may yet be.
 */
#include "farm/agenda.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct queue {
    bool *done; /* by place, as far as results reached */
    size_t n_done;
    bool *infeasible; /* by index: one of its repeats ended, and not as complete */
    size_t n_indices; /* that `infeasible` covers; those beyond may all be feasible */
    size_t cursor, possible;
    size_t guessed; /* places before this one that are beyond the cursor have been guessed at */
    size_t n_running;
} queue;

struct fl_farm_agenda {
    const fl_study *study;
    fl_store_shard shard;
    queue *queues;         /* one per arm; NULL for reruns */
    fl_record_slot *slots; /* reruns: what is to be done */
    size_t n_slots, next_slot, running;
};

static size_t place_of(const fl_study *study, const fl_record_slot *slot)
{
    return slot->index * study->repeats + slot->repeat;
}

static size_t n_places(const fl_study *study)
{
    return (study->feasible ? study->max_trials : study->trials) * study->repeats;
}

bool fl_farm_agenda_again(const fl_results *results, const fl_results_entry *record, bool retry_failed)
{
    return record->status == FL_OUTCOME_FAILED ? retry_failed : fl_results_lacks_points(results, record);
}

/* `flags` grown to hold place `at`; what is new is false. */
static bool *reach(bool *flags, size_t *n, size_t at)
{
    if (at < *n) return flags;
    flags = fl_memory_grow(flags, at + 1, sizeof *flags);
    memset(flags + *n, 0, (at + 1 - *n) * sizeof *flags);
    *n = at + 1;
    return flags;
}

static bool may_be_feasible(const queue *q, size_t index)
{
    return index >= q->n_indices || !q->infeasible[index];
}

/* A trial is infeasible as soon as one of its repeats is. */
static void rule_out(queue *q, size_t index)
{
    q->infeasible = reach(q->infeasible, &q->n_indices, index);
    q->infeasible[index] = true;
}

static void take_past(fl_farm_agenda *agenda, const fl_results *results, bool retry_failed)
{
    for (size_t i = 0; results && i < results->n_records; i++) {
        const fl_results_entry *record = &results->records[i];
        queue *q = &agenda->queues[record->slot.arm];
        size_t place = place_of(agenda->study, &record->slot);
        if (record->slot.repeat >= agenda->study->repeats || place >= n_places(agenda->study)) continue;
        if (fl_farm_agenda_again(results, record, retry_failed)) continue;
        q->done = reach(q->done, &q->n_done, place);
        q->done[place] = true;
        if (record->status != FL_OUTCOME_COMPLETE) rule_out(q, record->slot.index);
    }
}

fl_farm_agenda *fl_farm_agenda_search(const fl_study *study, fl_store_shard shard, const fl_results *results,
                                      bool retry_failed)
{
    fl_farm_agenda *agenda = fl_memory_new(1, sizeof *agenda);
    *agenda = (fl_farm_agenda){ .study = study, .shard = shard, .queues = fl_memory_new(study->n_arms, sizeof(queue)) };
    take_past(agenda, results, retry_failed);
    return agenda;
}

static bool is_rerun(const fl_results *results, const fl_results_arm *arm, uint64_t repeat, bool retry_failed)
{
    for (size_t i = 0; i < arm->n_reruns; i++)
        if (arm->reruns[i].slot.repeat == repeat) return !fl_farm_agenda_again(results, &arm->reruns[i], retry_failed);
    return false;
}

static void add_reruns(fl_farm_agenda *agenda, const fl_results *results, size_t arm, bool retry_failed)
{
    size_t n;
    fl_results_score *scores = fl_results_scores(results, &results->arms[arm], &n);
    const fl_results_score *best = fl_results_best_score(scores, n);
    for (size_t i = 0; best && i < agenda->study->rerun_best; i++)
        if (!is_rerun(results, &results->arms[arm], FL_STUDY_RERUN_REPEAT + i, retry_failed))
            agenda->slots[agenda->n_slots++] = (fl_record_slot){ arm, best->index, FL_STUDY_RERUN_REPEAT + i };
    free(scores);
}

fl_farm_agenda *fl_farm_agenda_reruns(const fl_study *study, const fl_results *results, bool retry_failed)
{
    fl_farm_agenda *agenda = fl_memory_new(1, sizeof *agenda);
    *agenda = (fl_farm_agenda){ .study = study,
                                .slots = fl_memory_new(study->n_arms * study->rerun_best, sizeof(fl_record_slot)) };
    for (size_t arm = 0; arm < study->n_arms; arm++) add_reruns(agenda, results, arm, retry_failed);
    return agenda;
}

void fl_farm_agenda_free(fl_farm_agenda *agenda)
{
    if (!agenda) return;
    for (size_t i = 0; agenda->queues && i < agenda->study->n_arms; i++) {
        free(agenda->queues[i].done);
        free(agenda->queues[i].infeasible);
    }
    free(agenda->queues);
    free(agenda->slots);
    free(agenda);
}

/* Move the cursor past its place; a trial counts from its first repeat on. */
static void advance(const fl_farm_agenda *agenda, queue *q)
{
    size_t repeats = agenda->study->repeats;
    q->possible += q->cursor % repeats == 0 && may_be_feasible(q, q->cursor / repeats);
    q->cursor++;
}

bool fl_farm_agenda_has(const fl_study *study, fl_store_shard shard, const fl_record_slot *slot)
{
    uint64_t number = study->feasible ? slot->arm : slot->index;
    return number % shard.count == shard.number - 1;
}

/* Move the cursor over what is done and what is another shard's. */
static void skip_done(const fl_farm_agenda *agenda, queue *q)
{
    for (; q->cursor < n_places(agenda->study); advance(agenda, q)) {
        fl_record_slot slot = { (size_t)(q - agenda->queues), q->cursor / agenda->study->repeats, 0 };
        bool mine = fl_farm_agenda_has(agenda->study, agenda->shard, &slot);
        if (mine && !(q->cursor < q->n_done && q->done[q->cursor])) return;
    }
}

/* Is the place at the cursor needed whatever the running trials become? A trial's further repeats follow its first. */
static bool may_begin(const fl_farm_agenda *agenda, const queue *q)
{
    const fl_study *study = agenda->study;
    if (q->cursor >= n_places(study)) return false;
    return !study->feasible || q->cursor % study->repeats || q->possible < study->trials;
}

static bool same_plan(const fl_study_arm *a, const fl_study_arm *b)
{
    return a->base.owners.workload == b->base.owners.workload && a->base.backend == b->base.backend &&
           a->base.precision == b->base.precision && a->base.batch_size == b->base.batch_size &&
           fl_trial_micro_batch(&a->base) == fl_trial_micro_batch(&b->base);
}

/* The arm whose turn it is: the one furthest behind among those that share the plans of the first that can go on, so
 * that workers keep their plans and arms advance side by side. NULL when none can. */
static queue *choose(fl_farm_agenda *agenda)
{
    queue *chosen = NULL;
    const fl_study_arm *arms = agenda->study->arms;
    for (size_t i = 0; i < agenda->study->n_arms; i++) {
        queue *q = &agenda->queues[i];
        skip_done(agenda, q);
        if (!may_begin(agenda, q)) continue;
        bool behind = chosen && same_plan(&arms[chosen - agenda->queues], &arms[i]) && q->cursor < chosen->cursor;
        if (!chosen || behind) chosen = q;
    }
    return chosen;
}

static bool next_of_search(fl_farm_agenda *agenda, fl_record_slot *slot)
{
    queue *q = choose(agenda);
    if (!q) return false;
    size_t repeats = agenda->study->repeats;
    *slot = (fl_record_slot){ (size_t)(q - agenda->queues), q->cursor / repeats, q->cursor % repeats };
    advance(agenda, q);
    q->n_running++;
    return true;
}

static bool next_of_reruns(fl_farm_agenda *agenda, fl_record_slot *slot)
{
    if (agenda->next_slot == agenda->n_slots) return false;
    *slot = agenda->slots[agenda->next_slot++];
    return true;
}

fl_farm_next fl_farm_agenda_next(fl_farm_agenda *agenda, fl_record_slot *slot)
{
    bool found = agenda->queues ? next_of_search(agenda, slot) : next_of_reruns(agenda, slot);
    agenda->running += found;
    if (found) return FL_FARM_NEXT_TRIAL;
    return agenda->running ? FL_FARM_NEXT_WAIT : FL_FARM_NEXT_NONE;
}

/* Move over what is done; is there a place to guess at? Every running trial that is not feasible makes one more index
 * needed, so further than that nobody guesses. */
static bool can_guess(const fl_farm_agenda *agenda, queue *q)
{
    size_t most = q->cursor + q->n_running * agenda->study->repeats;
    if (q->guessed < q->cursor) q->guessed = q->cursor;
    while (q->guessed < q->n_done && q->done[q->guessed]) q->guessed++;
    return q->guessed < n_places(agenda->study) && q->guessed < most;
}

/* Of two arms' next guesses the likelier to be needed: the one further behind its running trials. */
static bool is_likelier(const queue *a, const queue *b)
{
    return (a->guessed - a->cursor + 1) * b->n_running < (b->guessed - b->cursor + 1) * a->n_running;
}

bool fl_farm_agenda_guess(fl_farm_agenda *agenda, fl_record_slot *slot)
{
    queue *chosen = NULL;
    size_t repeats = agenda->study->repeats;
    for (size_t i = 0; agenda->queues && agenda->study->feasible && i < agenda->study->n_arms; i++) {
        queue *q = &agenda->queues[i];
        if (can_guess(agenda, q) && (!chosen || is_likelier(q, chosen))) chosen = q;
    }
    if (!chosen) return false;
    *slot = (fl_record_slot){ (size_t)(chosen - agenda->queues), chosen->guessed / repeats, chosen->guessed % repeats };
    chosen->guessed++;
    return true;
}

size_t fl_farm_agenda_running(const fl_farm_agenda *agenda)
{
    return agenda->running;
}

bool fl_farm_agenda_is_empty(fl_farm_agenda *agenda)
{
    if (agenda->running) return false;
    return agenda->queues ? !choose(agenda) : agenda->next_slot == agenda->n_slots;
}

void fl_farm_agenda_ended(fl_farm_agenda *agenda, const fl_record_slot *slot, fl_outcome_status status)
{
    agenda->running--;
    if (!agenda->queues) return;
    queue *q = &agenda->queues[slot->arm];
    q->n_running--;
    if (status == FL_OUTCOME_COMPLETE) return;
    q->possible -= may_be_feasible(q, slot->index);
    rule_out(q, slot->index);
}

/* How many of `n` arms or indices belong to the shard. */
static size_t share(const fl_store_shard *shard, size_t n)
{
    return n / shard->count + (n % shard->count >= shard->number);
}

size_t fl_farm_agenda_total(const fl_farm_agenda *agenda)
{
    const fl_study *study = agenda->study;
    if (!agenda->queues) return agenda->n_slots;
    size_t arms = study->n_arms, trials = study->trials;
    *(study->feasible ? &arms : &trials) = share(&agenda->shard, study->feasible ? arms : trials);
    return trials * study->repeats * arms;
}
