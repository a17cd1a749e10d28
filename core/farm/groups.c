/* The book of groups. Losses are noted where they are seen and settled in the next round: workers report from within
 * the crew, which must not stop one meanwhile. */
#include "farm/groups.h"
#include "base/memory.h"
#include "farm/checkpoints.h"
#include "train/train.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct group {
    fl_record_slot slot;
    uint64_t number;
    bool lost, blamed; /* lost with a worker, not with its whole process */
    fl_outcome how;    /* status, reason and seconds of the worker that was lost */
} group;

struct fl_farm_groups {
    const fl_farm *farm;
    fl_farm_dispatch *dispatch;
    fl_farm_crew *crew;
    fl_farm_agents *agents;
    group *open;
    fl_farm_task *own;    /* given to this process, not begun */
    fl_record_slot *once; /* whose workers were lost, an entry for each time */
    size_t n_open, n_own, n_once;
    uint64_t last_number;
    fl_record_slot waiting; /* until enough are free */
    bool is_waiting;
};

fl_farm_groups *fl_farm_groups_new(const fl_farm *farm, fl_farm_dispatch *dispatch, fl_farm_crew *crew,
                                   fl_farm_agents *agents)
{
    fl_farm_groups *g = fl_memory_new(1, sizeof *g);
    *g = (fl_farm_groups){ .farm = farm, .dispatch = dispatch, .crew = crew, .agents = agents };
    return g;
}

void fl_farm_groups_free(fl_farm_groups *g)
{
    if (!g) return;
    for (size_t i = 0; i < g->n_own; i++) fl_trial_free(&g->own[i].trial);
    free(g->open);
    free(g->own);
    free(g->once);
    free(g);
}

/* --- who is free --- */

static bool is_free(const fl_farm_groups *g, int rank)
{
    if (rank) return fl_farm_agents_is_free(g->agents, rank);
    return fl_farm_crew_busy(g->crew) + g->n_own < g->farm->workers;
}

/* The first of those that are free, as many as a trial may have. */
static size_t free_ranks(const fl_farm_groups *g, int ranks[FL_FARM_GROUP_MOST])
{
    size_t n = 0;
    for (int rank = 0; rank < fl_farm_agents_size(g->agents) && n < g->farm->ranks_per_trial; rank++)
        if (is_free(g, rank)) ranks[n++] = rank;
    return n;
}

/* Those that are there or may still come. */
static size_t there_are(const fl_farm_groups *g)
{
    size_t there = g->farm->workers > 0;
    for (int rank = 1; rank < fl_farm_agents_size(g->agents); rank++) there += fl_farm_agents_is_there(g->agents, rank);
    return there;
}

/* How many are to carry a trial. */
static size_t wanted(const fl_farm_groups *g, const fl_trial *trial)
{
    size_t n = fl_train_spreads(trial) ? g->farm->ranks_per_trial : 1, there = there_are(g);
    if (fl_trial_processes(trial)) return fl_trial_processes(trial);
    if (n > trial->workers) n = trial->workers;
    if (n > there) n = there;
    return n ? n : 1;
}

/* --- trials --- */

static fl_trial trial_of(const fl_farm_groups *g, const fl_record_slot *slot)
{
    const fl_study *study = g->farm->study;
    return fl_study_trial(study, &study->arms[slot->arm], slot->index, slot->repeat);
}

static void give_task(fl_farm_groups *g, int rank, fl_farm_task *task)
{
    if (rank) {
        fl_farm_agents_give(g->agents, rank, task);
        return;
    }
    g->own = fl_memory_grow(g->own, g->n_own + 1, sizeof *g->own);
    g->own[g->n_own++] = *task;
}

/* One alone has an ordinary task. */
static void give(fl_farm_groups *g, const fl_record_slot *slot, const int *ranks, size_t n)
{
    fl_farm_group of = { .number = n > 1 ? ++g->last_number : 0, .size = n, .silence = g->farm->silence };
    for (size_t i = 0; i < n; i++) of.ranks[i] = ranks[i];
    if (n > 1) {
        g->open = fl_memory_grow(g->open, g->n_open + 1, sizeof *g->open);
        g->open[g->n_open++] = (group){ .slot = *slot, .number = of.number };
    }
    for (; of.place < n; of.place++) {
        fl_farm_task task = { .slot = *slot, .trial = trial_of(g, slot), .group = of };
        give_task(g, ranks[of.place], &task);
    }
}

static bool next_slot(fl_farm_groups *g, fl_record_slot *slot)
{
    if (!g->is_waiting) return fl_farm_dispatch_next(g->dispatch, slot);
    *slot = g->waiting;
    g->is_waiting = false;
    return true;
}

static void drop_checkpoint(const fl_farm_groups *g, const fl_record_slot *slot)
{
    if (g->farm->checkpoint_every) fl_farm_checkpoints_drop(g->farm->folder, slot);
}

static bool record(fl_farm_groups *g, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    if (!fl_farm_dispatch_ended(g->dispatch, task, outcome, facts)) return false;
    drop_checkpoint(g, &task->slot);
    return true;
}

static bool fail(fl_farm_groups *g, const fl_record_slot *slot, const fl_outcome *how)
{
    fl_farm_task task = { .slot = *slot, .trial = trial_of(g, slot) };
    bool fine = record(g, &task, how, NULL);
    fl_trial_free(&task.trial);
    return fine;
}

/* A trial on the real clock wants a process for each of its own, and some may be gone for good. */
static bool give_up(fl_farm_groups *g, const fl_record_slot *slot, size_t needed)
{
    fl_outcome how = { .status = FL_OUTCOME_FAILED };
    snprintf(how.reason, sizeof how.reason, "it wants %zu processes, and %zu are left", needed, there_are(g));
    return fail(g, slot, &how);
}

/* False: nothing can be given now. */
static bool give_next(fl_farm_groups *g)
{
    int ranks[FL_FARM_GROUP_MOST];
    fl_record_slot slot;
    size_t n = free_ranks(g, ranks);
    if (!n || !next_slot(g, &slot)) return false;
    fl_trial trial = trial_of(g, &slot);
    size_t needed = wanted(g, &trial);
    fl_trial_free(&trial);
    if (n >= needed) {
        give(g, &slot, ranks, needed);
        return true;
    }
    if (needed > there_are(g)) return give_up(g, &slot, needed);
    g->waiting = slot;
    g->is_waiting = true;
    return false;
}

/* --- losses --- */

static group *find(const fl_farm_groups *g, uint64_t number)
{
    for (size_t i = 0; i < g->n_open; i++)
        if (g->open[i].number == number) return &g->open[i];
    return NULL;
}

static void stop(fl_farm_groups *g, const group *of)
{
    fl_farm_crew_cancel(g->crew, &of->slot);
    fl_farm_agents_cancel(g->agents, &of->slot);
    for (size_t i = g->n_own; i-- > 0;) {
        if (g->own[i].group.number != of->number) continue;
        fl_trial_free(&g->own[i].trial);
        g->own[i] = g->own[--g->n_own];
    }
}

static bool had_its_attempts(fl_farm_groups *g, const fl_record_slot *slot)
{
    size_t times = 1;
    for (size_t i = 0; i < g->n_once; i++) times += fl_farm_task_is(&(fl_farm_task){ .slot = g->once[i] }, slot);
    g->once = fl_memory_grow(g->once, g->n_once + 1, sizeof *g->once);
    g->once[g->n_once++] = *slot;
    return times >= FL_FARM_ATTEMPTS;
}

static bool end_group(fl_farm_groups *g, size_t i)
{
    group of = g->open[i];
    g->open[i] = g->open[--g->n_open];
    stop(g, &of);
    if (of.blamed && had_its_attempts(g, &of.slot)) return fail(g, &of.slot, &of.how);
    fl_farm_dispatch_give_back(g->dispatch, &of.slot);
    return true;
}

bool fl_farm_groups_assign(fl_farm_groups *g)
{
    for (size_t i = g->n_open; i-- > 0;)
        if (g->open[i].lost && !end_group(g, i)) return false;
    while (give_next(g)) {
    }
    return !g->dispatch->failed;
}

bool fl_farm_groups_next(fl_farm_groups *g, fl_farm_task *task)
{
    if (!g->n_own) return false;
    *task = g->own[0];
    g->n_own--;
    for (size_t i = 0; i < g->n_own; i++) g->own[i] = g->own[i + 1];
    return true;
}

/* An outcome without facts of a machine is the crew's own: the worker was lost. */
bool fl_farm_groups_ended(fl_farm_groups *g, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    group *of = find(g, task->group.number);
    if (!of || of->lost) return true; /* it is over, or to be begun anew */
    of->lost = outcome->status == FL_OUTCOME_FAILED && !facts;
    of->blamed = of->lost && task->loss != FL_FARM_LOSS_LEFT;
    if (of->lost && task->loss == FL_FARM_LOSS_LIMIT) drop_checkpoint(g, &task->slot);
    if (of->lost) {
        of->how = (fl_outcome){ .status = FL_OUTCOME_FAILED, .seconds = outcome->seconds };
        snprintf(of->how.reason, sizeof of->how.reason, "process %zu of %zu that carried it: %.180s, %d times",
                 task->group.place, task->group.size, outcome->reason, FL_FARM_ATTEMPTS);
    }
    if (of->lost || task->group.place) return true;
    *of = g->open[--g->n_open];
    return record(g, task, outcome, facts);
}

void fl_farm_groups_lost(fl_farm_groups *g, const fl_farm_task *task)
{
    group *of = find(g, task->group.number);
    if (of) of->lost = true;
}

double fl_farm_groups_cancel(fl_farm_groups *g, const fl_record_slot *slot)
{
    for (size_t i = g->n_open; i-- > 0;)
        if (fl_farm_task_is(&(fl_farm_task){ .slot = g->open[i].slot }, slot)) g->open[i] = g->open[--g->n_open];
    if (g->is_waiting && fl_farm_task_is(&(fl_farm_task){ .slot = g->waiting }, slot)) g->is_waiting = false;
    drop_checkpoint(g, slot);
    return fl_farm_crew_cancel(g->crew, slot) + fl_farm_agents_cancel(g->agents, slot);
}
