/* The supervisor's loop: give out trials, wait for a word from any worker or agent, write down what it says. */
#include "farm/farm.h"
#include "base/clock.h"
#include "base/memory.h"
#include "farm/agenda.h"
#include "farm/agents.h"
#include "farm/checkpoints.h"
#include "farm/crew.h"
#include "farm/dispatch.h"
#include "farm/groups.h"
#include "farm/messages.h"
#include "record/host.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* How long workers may take to end the step they are at and save it. */
enum { LEAVE_SECONDS = 60 };

typedef struct supervisor {
    const fl_farm *farm;
    fl_store *store;
    fl_farm_agenda *agenda;
    fl_farm_dispatch dispatch;
    fl_farm_crew *crew;     /* workers of this process */
    fl_farm_agents *agents; /* those of others; NULL: there are none */
    fl_farm_groups *groups; /* of both, where several carry a trial; else NULL */
    struct pollfd *polls;   /* those of the crew, then the two below */
    fl_farm_progress *progress;
    fl_error *error;
    char (*checksums)[65]; /* of each arm's data set */
    double began;
    double leaving; /* until when; 0: not */
} supervisor;

static void report(supervisor *s)
{
    fl_farm_progress *progress = s->progress;
    size_t ended = progress->complete + progress->infeasible + progress->failed;
    progress->running = fl_farm_agenda_running(s->agenda);
    progress->seconds = fl_clock_seconds() - s->began;
    progress->left = ended ? progress->seconds / (double)ended * (double)(progress->total - progress->done) : -1;
    if (s->farm->progress) s->farm->progress(s->farm->user, progress);
}

static void count(supervisor *s, const fl_record_slot *slot, const fl_outcome *outcome)
{
    fl_farm_progress *progress = s->progress;
    const fl_study *study = s->farm->study;
    progress->done++;
    progress->complete += outcome->status == FL_OUTCOME_COMPLETE;
    progress->infeasible += outcome->status == FL_OUTCOME_INFEASIBLE;
    progress->failed += outcome->status == FL_OUTCOME_FAILED;
    if (study->feasible && outcome->status != FL_OUTCOME_COMPLETE && slot->repeat < FL_STUDY_RERUN_REPEAT)
        progress->total++; /* one more is needed */
    if (progress->done > progress->total) progress->total = progress->done;
}

/* --- what crew and agents ask and report --- */

/* Write an outcome down. */
static bool commit(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    supervisor *s = user;
    fl_outcome known = *outcome;
    char key[17] = "";
    if (facts) fl_record_host_key(facts, key);
    if (!*known.trial) fl_trial_id(&task->trial, s->checksums[task->slot.arm], known.trial);
    bool written = (!facts || fl_store_host(s->store, key, facts, s->error)) &&
                   fl_store_add(s->store, &task->slot, &task->trial, &known, key, s->error);
    if (!written) return false;
    count(s, &task->slot, outcome);
    report(s);
    return true;
}

static bool next(void *user, fl_farm_task *task)
{
    supervisor *s = user;
    const fl_study *study = s->farm->study;
    fl_record_slot slot;
    if (s->groups) return !s->leaving && fl_farm_groups_next(s->groups, task);
    if (s->leaving || !fl_farm_dispatch_next(&s->dispatch, &slot)) return false;
    *task = (fl_farm_task){ slot, fl_study_trial(study, &study->arms[slot.arm], slot.index, slot.repeat), 0 };
    return true;
}

static void give_back(void *user, const fl_farm_task *task)
{
    supervisor *s = user;
    if (task->group.number)
        fl_farm_groups_lost(s->groups, task);
    else
        fl_farm_dispatch_give_back(&s->dispatch, &task->slot);
}

static bool ended(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    supervisor *s = user;
    if (task->group.number) return fl_farm_groups_ended(s->groups, task, outcome, facts);
    if (!fl_farm_dispatch_ended(&s->dispatch, task, outcome, facts)) return false;
    if (s->farm->checkpoint_every) fl_farm_checkpoints_drop(s->farm->folder, &task->slot);
    return true;
}

static double cancel(void *user, const fl_record_slot *slot)
{
    supervisor *s = user;
    if (s->groups) return fl_farm_groups_cancel(s->groups, slot);
    return fl_farm_crew_cancel(s->crew, slot) + fl_farm_agents_cancel(s->agents, slot);
}

static void carry(void *user, const fl_farm_group *group, const fl_wire_frame *frame)
{
    fl_farm_message_carry(*((supervisor *)user)->farm->wire, group, frame);
}

static void warn(void *user, const char *message)
{
    const fl_farm *farm = ((supervisor *)user)->farm;
    if (farm->warned) farm->warned(farm->user, message);
}

/* --- the loop --- */

static bool assign(supervisor *s)
{
    bool fine =
        s->leaving || (fl_farm_dispatch_round(&s->dispatch) && (!s->groups || fl_farm_groups_assign(s->groups)));
    return fine && fl_farm_crew_assign(s->crew, s->error) &&
           (s->groups || fl_farm_agents_assign(s->agents, s->error)) && !s->dispatch.failed;
}

static bool is_any_busy(const supervisor *s)
{
    return fl_farm_crew_busy(s->crew) || fl_farm_agents_busy(s->agents);
}

/* Nobody works although something is to be done: every agent that could is lost, or has not answered yet. */
static bool wants_hands(const supervisor *s)
{
    return s->agents && !s->farm->workers && !s->leaving;
}

typedef enum event { EVENT_NONE, EVENT_INTERRUPT, EVENT_LEAVE } event;

/* Wait until a worker sends something, somebody wants an end or a moment has passed. */
static event wait_for_message(supervisor *s)
{
    size_t n = fl_farm_crew_polls(s->crew, s->polls);
    s->polls[n] = (struct pollfd){ s->farm->interrupt, POLLIN, 0 };
    s->polls[n + 1] = (struct pollfd){ s->leaving ? -1 : s->farm->leave, POLLIN, 0 };
    if (fl_farm_crew_wait(s->crew, s->polls, n + 2, fl_farm_agents_wait_ms(s->agents)) < 0)
        for (size_t i = 0; i < n + 2; i++) s->polls[i].revents = 0;
    return s->polls[n].revents ? EVENT_INTERRUPT : s->polls[n + 1].revents ? EVENT_LEAVE : EVENT_NONE;
}

static void leave(supervisor *s)
{
    s->leaving = fl_clock_seconds() + LEAVE_SECONDS;
    fl_farm_crew_leave(s->crew);
    fl_farm_agents_leave(s->agents);
}

/* Has everybody who saves a state done so? */
static bool has_left(const supervisor *s)
{
    return s->leaving && (!is_any_busy(s) || fl_clock_seconds() > s->leaving);
}

/* Work until the agenda is empty. */
static fl_farm_end work(supervisor *s)
{
    while (assign(s)) {
        if (has_left(s)) return FL_FARM_LEFT;
        if (fl_farm_dispatch_is_done(&s->dispatch)) return FL_FARM_DONE;
        bool idle = !is_any_busy(s);
        if (idle && !fl_farm_agents_may_come(s->agents) && wants_hands(s)) {
            fl_error_machine(s->error, "no agent is left that could run trials");
            return FL_FARM_ERROR;
        }
        event came = wait_for_message(s);
        if (came == EVENT_INTERRUPT) return FL_FARM_INTERRUPTED;
        if (came == EVENT_LEAVE) leave(s);
        if (!fl_farm_crew_handle(s->crew, s->polls, s->error) || !fl_farm_agents_handle(s->agents, s->error))
            return FL_FARM_ERROR;
        report(s);
    }
    return FL_FARM_ERROR;
}

/* --- phases --- */

static bool is_of_this_run(const fl_study *study, fl_store_shard shard, const fl_results_entry *record)
{
    return record->slot.repeat < study->repeats && fl_farm_agenda_has(study, shard, &record->slot);
}

/* Count what earlier runs did. */
static void tally_past(supervisor *s, const fl_results *results)
{
    fl_farm_progress *progress = s->progress;
    for (size_t arm = 0; arm < results->study->n_arms; arm++) {
        const fl_results_arm *past = &results->arms[arm];
        for (size_t i = 0; i < past->n_search; i++) {
            bool counts = is_of_this_run(results->study, s->farm->shard, &past->search[i]);
            if (fl_farm_agenda_again(results, &past->search[i], s->farm->retry_failed)) continue;
            progress->before += counts;
            progress->failed_before += counts && past->search[i].status == FL_OUTCOME_FAILED;
            if (s->farm->study->feasible && past->search[i].status != FL_OUTCOME_COMPLETE) progress->total += counts;
        }
    }
    progress->done = progress->before;
}

/* Failed reruns of earlier runs that stay failed. */
static size_t failed_reruns(const fl_results *results)
{
    size_t n = 0;
    for (size_t arm = 0; arm < results->study->n_arms; arm++)
        for (size_t i = 0; i < results->arms[arm].n_reruns; i++)
            n += results->arms[arm].reruns[i].status == FL_OUTCOME_FAILED;
    return n;
}

/* Would each arm's first trial be the same again? Its identity names the data's content beside all that was chosen. */
static bool are_of_these_data(const supervisor *s, const fl_results *results)
{
    const fl_study *study = s->farm->study;
    for (size_t i = 0; i < study->n_arms; i++) {
        char id[17];
        if (!results->arms[i].n_search) continue;
        const fl_results_entry *first = results->arms[i].search;
        fl_trial trial = fl_study_trial(study, &study->arms[i], first->slot.index, first->slot.repeat);
        fl_trial_id(&trial, s->checksums[i], id);
        if (strcmp(id, first->trial) != 0)
            return fl_error_user(s->error,
                                 "%s: its trials were made on other data than %s has now; put those back, or choose "
                                 "another folder with -o",
                                 s->farm->folder, trial.owners.workload->entry.name);
    }
    return true;
}

/* The search, then the reruns of what it selected. Each phase begins from what is on disk. */
static fl_farm_end phase(supervisor *s, bool reruns)
{
    const fl_farm *farm = s->farm;
    fl_results *results = fl_results_read(farm->folder, s->error);
    if (!results) return FL_FARM_ERROR;
    if (!are_of_these_data(s, results)) {
        fl_results_free(results);
        return FL_FARM_ERROR;
    }
    s->agenda = reruns ? fl_farm_agenda_reruns(farm->study, results, farm->retry_failed)
                       : fl_farm_agenda_search(farm->study, farm->shard, results, farm->retry_failed);
    s->progress->total += fl_farm_agenda_total(s->agenda);
    if (!reruns)
        tally_past(s, results);
    else if (!farm->retry_failed)
        s->progress->failed_before += failed_reruns(results);
    fl_results_free(results); /* what is to come needs no memory of what was */
    s->dispatch = (fl_farm_dispatch){ s->agenda, !farm->no_speculation, s, commit };
    fl_farm_end end = work(s);
    s->progress->running = fl_farm_agenda_running(s->agenda);
    s->progress->speculated += fl_farm_dispatch_end(&s->dispatch, cancel);
    fl_farm_agenda_free(s->agenda);
    return end;
}

static fl_farm_end both_phases(supervisor *s)
{
    fl_farm_end end = phase(s, false);
    bool whole = s->farm->shard.count == 1 && s->farm->study->rerun_best;
    return end == FL_FARM_DONE && whole ? phase(s, true) : end;
}

/* Load every data set once before anything is written: what is missing or damaged is reported now, and a failed trial's
 * identity needs the checksum. */
static bool check_data(supervisor *s)
{
    const fl_study *study = s->farm->study;
    for (size_t i = 0; i < study->n_arms; i++) {
        const fl_trial *base = &study->arms[i].base;
        const fl_trial *before = i ? &study->arms[i - 1].base : NULL;
        if (!base->backend->usable(base->precision, s->error)) return false;
        if (before && before->owners.workload == base->owners.workload) {
            memcpy(s->checksums[i], s->checksums[i - 1], sizeof s->checksums[i]);
            continue;
        }
        fl_dataset *dataset = fl_workload_load(base->owners.workload, base->values.of[FL_TRIAL_OF_WORKLOAD], s->error);
        if (!dataset) return false;
        memcpy(s->checksums[i], dataset->checksum, sizeof s->checksums[i]);
        fl_dataset_free(dataset);
    }
    return true;
}

/* The workers of this process, and the agents elsewhere if this run was launched with any. */
static void start_workers(supervisor *s)
{
    const fl_farm *farm = s->farm;
    const fl_farm_crew_options options = {
        .workers = farm->workers,
        .threads = farm->study->arms[0].base.threads,
        .timeout = farm->timeout,
        .start = farm->start > 0 ? farm->start : FL_FARM_START_SECONDS,
        .memory_mib = farm->memory_mib,
        .checkpoint_every = farm->checkpoint_every,
        .timeline = farm->timeline,
        .folder = farm->folder,
        .worker_command = farm->worker_command,
        .user = s,
        .next = next,
        .ended = ended,
        .warned = warn,
        .carry = carry,
    };
    s->crew = fl_farm_crew_new(&options);
    if (farm->wire && *farm->wire)
        s->agents = fl_farm_agents_new(farm, &options, s->crew, (const char(*)[65])s->checksums, give_back);
    if (s->agents && farm->ranks_per_trial > 1) s->groups = fl_farm_groups_new(farm, &s->dispatch, s->crew, s->agents);
}

static fl_farm_end run(supervisor *s)
{
    const fl_farm *farm = s->farm;
    char warning[200] = "";
    if (!check_data(s)) return FL_FARM_ERROR;
    s->store = fl_store_open(farm->folder, farm->study, farm->shard, warning, s->error);
    if (!s->store) return FL_FARM_ERROR;
    if (*warning) warn(s, warning);
    start_workers(s);
    bool ready = !farm->checkpoint_every || fl_farm_checkpoints_begin(farm->folder, s->error);
    fl_farm_end end = ready ? both_phases(s) : FL_FARM_ERROR;
    if (end == FL_FARM_DONE && farm->shard.count == 1) fl_farm_checkpoints_end(farm->folder);
    fl_farm_groups_free(s->groups);
    fl_farm_crew_free(s->crew);
    fl_farm_agents_free(s->agents, end == FL_FARM_INTERRUPTED);
    fl_store_close(s->store);
    return end;
}

fl_farm_end fl_farm_run(const fl_farm *farm, fl_farm_progress *progress, fl_error *error)
{
    *progress = (fl_farm_progress){ .left = -1 };
    signal(SIGPIPE, SIG_IGN); /* a worker that is gone shows up as a failed write */
    supervisor s = {
        .farm = farm,
        .polls = fl_memory_new(FL_FARM_CREW_POLLS * farm->workers + 2, sizeof(struct pollfd)),
        .checksums = fl_memory_new(farm->study->n_arms, sizeof *s.checksums),
        .progress = progress,
        .error = error,
        .began = fl_clock_seconds(),
    };
    fl_farm_end end = run(&s);
    if (!s.agents && farm->wire) fl_farm_dismiss(farm->wire);
    free(s.polls);
    free(s.checksums);
    return end;
}
