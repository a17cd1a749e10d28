/* The supervisor's loop: give out trials, wait for a word from any worker, write down what it says. */
#include "farm/farm.h"
#include "base/clock.h"
#include "base/memory.h"
#include "farm/agenda.h"
#include "farm/checkpoints.h"
#include "farm/worker.h"
#include "record/host.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A worker touches new memory at some GB/s, so within a memory tick it goes past its limit by little more than 100 MiB.
 */
enum { ATTEMPTS = 2, TICK_MS = 500, MEMORY_TICK_MS = 50 };

typedef struct supervisor {
    const fl_farm *farm;
    fl_store *store;
    fl_farm_agenda *agenda;
    fl_farm_worker *workers;
    struct pollfd *polls; /* one per worker, then the interrupt */
    fl_farm_progress *progress;
    fl_error *error;
    char (*checksums)[65]; /* of each arm's data set */
    double began;
} supervisor;

static void report(supervisor *s)
{
    fl_farm_progress *progress = s->progress;
    size_t ended = progress->complete + progress->infeasible + progress->failed;
    progress->seconds = fl_clock_seconds() - s->began;
    progress->left = ended ? progress->seconds / (double)ended * (double)(progress->total - progress->done) : -1;
    if (s->farm->progress) s->farm->progress(s->farm->user, progress);
}

static void count(supervisor *s, const fl_record_slot *slot, const fl_outcome *outcome)
{
    fl_farm_progress *progress = s->progress;
    const fl_study *study = s->farm->study;
    progress->running--;
    progress->done++;
    progress->complete += outcome->status == FL_OUTCOME_COMPLETE;
    progress->infeasible += outcome->status == FL_OUTCOME_INFEASIBLE;
    progress->failed += outcome->status == FL_OUTCOME_FAILED;
    if (study->feasible && outcome->status != FL_OUTCOME_COMPLETE && slot->repeat < FL_STUDY_RERUN_REPEAT)
        progress->total++; /* one more is needed */
    if (progress->done > progress->total) progress->total = progress->done;
}

/* Write an outcome down and tell the agenda. */
static bool commit(supervisor *s, fl_farm_worker *worker, const fl_outcome *outcome, const char *host)
{
    if (!fl_store_add(s->store, &worker->slot, &worker->trial, outcome, host, s->error)) return false;
    if (s->farm->checkpoint_every) fl_farm_checkpoints_drop(s->farm->folder, &worker->slot);
    fl_farm_agenda_ended(s->agenda, &worker->slot, outcome->status);
    count(s, &worker->slot, outcome);
    fl_trial_free(&worker->trial);
    worker->busy = false;
    report(s);
    return true;
}

static bool commit_outcome(supervisor *s, fl_farm_worker *worker, const fl_outcome *outcome, const json_t *facts)
{
    char key[17];
    fl_record_host_key(facts, key);
    return fl_store_host(s->store, key, facts, s->error) && commit(s, worker, outcome, key);
}

static bool commit_failure(supervisor *s, fl_farm_worker *worker, const char *reason)
{
    fl_outcome outcome = { .status = FL_OUTCOME_FAILED };
    fl_trial_id(&worker->trial, s->checksums[worker->slot.arm], outcome.trial);
    snprintf(outcome.reason, sizeof outcome.reason, "%.239s", reason);
    outcome.seconds.total = outcome.seconds.other = fl_clock_seconds() - worker->begun;
    return commit(s, worker, &outcome, "");
}

static bool start_worker(supervisor *s, fl_farm_worker *worker)
{
    unsigned threads = s->farm->study->arms[0].base.threads;
    return fl_farm_worker_start(worker, s->farm->worker_command, threads, s->error);
}

/* A busy worker is lost: start another in its place, and give it the same trial again unless it had its attempts. After
 * a crash the trial goes on from its checkpoint; past a limit (`because`) it begins again, or the checkpoint would
 * grant it more than the limit. */
static bool replace(supervisor *s, fl_farm_worker *worker, const char *because)
{
    char how[100], reason[240];
    fl_farm_worker lost = *worker;
    worker->busy = false; /* `lost` keeps the trial */
    fl_farm_worker_stop(worker, how, sizeof how);
    if (because && s->farm->checkpoint_every) fl_farm_checkpoints_drop(s->farm->folder, &lost.slot);
    if (!start_worker(s, worker)) return false;
    worker->slot = lost.slot;
    worker->trial = lost.trial;
    worker->begun = lost.begun;
    worker->attempt = lost.attempt + 1;
    worker->busy = true;
    if (lost.attempt < ATTEMPTS) return true; /* sent when the new worker says it is ready */
    snprintf(reason, sizeof reason, "%s, %u times", because ? because : how, lost.attempt);
    return commit_failure(s, worker, reason);
}

static bool send(supervisor *s, fl_farm_worker *worker)
{
    char path[FL_FILE_PATH_MAX];
    fl_farm_checkpoints_path(s->farm->folder, &worker->slot, path);
    worker->begun = fl_clock_seconds();
    return fl_farm_worker_send(worker, path, s->farm->checkpoint_every) || replace(s, worker, NULL);
}

/* Give an idle worker its next trial, if there is one; a worker is started when it first has something to do. */
static bool assign(supervisor *s, fl_farm_worker *worker)
{
    fl_record_slot slot;
    if (fl_farm_agenda_next(s->agenda, &slot) != FL_FARM_NEXT_TRIAL) return true;
    if (!worker->pid && !start_worker(s, worker)) return false;
    worker->slot = slot;
    worker->trial = fl_study_trial(s->farm->study, &s->farm->study->arms[slot.arm], slot.index, slot.repeat);
    worker->busy = true;
    worker->attempt = 1;
    worker->begun = fl_clock_seconds();
    s->progress->running++;
    return !worker->ready || send(s, worker);
}

static bool assign_to_idle(supervisor *s)
{
    for (size_t i = 0; i < s->farm->workers; i++)
        if (!s->workers[i].busy && !assign(s, &s->workers[i])) return false;
    return true;
}

/* A worker exited: an idle one is stopped; a busy one's trial is run again. When worker after worker ends before it
 * could begin, no trial is to blame but the machine. */
static bool handle_exit(supervisor *s, fl_farm_worker *worker)
{
    char how[100];
    if (worker->busy && (worker->ready || worker->attempt < ATTEMPTS)) return replace(s, worker, NULL);
    bool idle = !worker->busy;
    fl_farm_worker_stop(worker, how, sizeof how);
    return idle || fl_error_machine(s->error, "a worker ended before it could begin (%s)", how);
}

static bool receive_message(supervisor *s, fl_farm_worker *worker)
{
    fl_outcome outcome = { .points = NULL };
    json_t *facts = NULL;
    fl_error why;
    bool fine = true;
    switch (fl_farm_worker_receive(worker, &outcome, &facts, &why)) {
    case FL_FARM_MESSAGE_NONE:
        break;
    case FL_FARM_MESSAGE_READY:
        worker->ready = true;
        fine = !worker->busy || send(s, worker);
        break;
    case FL_FARM_MESSAGE_NOTE:
        if (s->farm->warned) s->farm->warned(s->farm->user, why.text);
        break;
    case FL_FARM_MESSAGE_OUTCOME:
        fine = commit_outcome(s, worker, &outcome, facts);
        break;
    case FL_FARM_MESSAGE_ERROR:
        fine = commit_failure(s, worker, why.text);
        break;
    case FL_FARM_MESSAGE_END:
        fine = handle_exit(s, worker);
        break;
    }
    fl_outcome_free(&outcome);
    json_decref(facts);
    return fine;
}

static bool receive(supervisor *s, fl_farm_worker *worker)
{
    bool fine = receive_message(s, worker);
    while (fine && fl_farm_worker_has_more(worker)) fine = receive_message(s, worker);
    return fine;
}

/* Said as well as recorded: it is no trial's fault. */
static bool is_stuck(const fl_farm *farm, const fl_farm_worker *worker, char because[100])
{
    double most = farm->start > 0 ? farm->start : FL_FARM_START_SECONDS;
    if (worker->ready || fl_clock_seconds() - worker->started <= most) return false;
    snprintf(because, 100, "its worker was not ready after %g s", most);
    if (farm->warned) farm->warned(farm->user, "a worker hung before it was ready, and is replaced");
    return true;
}

static bool is_late(const fl_farm *farm, const fl_farm_worker *worker, char because[100])
{
    snprintf(because, 100, "still running after the timeout of %g s", farm->timeout);
    return farm->timeout > 0 && worker->ready && fl_clock_seconds() - worker->begun > farm->timeout;
}

static bool is_over_memory_limit(const fl_farm *farm, const fl_farm_worker *worker, char because[100])
{
    size_t mib = farm->memory_mib ? fl_farm_worker_mib(worker) : 0;
    snprintf(because, 100, "memory: %zu MiB, more than the limit of %zu MiB", mib, farm->memory_mib);
    return mib > farm->memory_mib;
}

/* Take their trials from the workers that have gone past a limit. */
static bool enforce_limits(supervisor *s)
{
    char because[100];
    for (size_t i = 0; i < s->farm->workers; i++) {
        fl_farm_worker *worker = &s->workers[i];
        bool beyond = worker->busy && (is_stuck(s->farm, worker, because) || is_late(s->farm, worker, because) ||
                                       is_over_memory_limit(s->farm, worker, because));
        if (beyond && !replace(s, worker, because)) return false;
    }
    return true;
}

static bool is_any_busy(const supervisor *s)
{
    for (size_t i = 0; i < s->farm->workers; i++)
        if (s->workers[i].busy) return true;
    return false;
}

/* A moment, or less where a trial's time is up sooner. */
static int wait_ms(const supervisor *s)
{
    double ms = s->farm->memory_mib ? MEMORY_TICK_MS : TICK_MS, now = fl_clock_seconds();
    for (size_t i = 0; s->farm->timeout > 0 && i < s->farm->workers; i++) {
        const fl_farm_worker *worker = &s->workers[i];
        if (worker->busy && worker->ready) ms = fmin(ms, 1000 * (worker->begun + s->farm->timeout - now));
    }
    return ms > 0 ? (int)ms + 1 : 0;
}

/* Wait until a worker sends something, the interrupt comes or a moment has passed. */
static void wait_for_message(supervisor *s)
{
    size_t n = s->farm->workers;
    for (size_t i = 0; i < n; i++)
        s->polls[i] = (struct pollfd){ s->workers[i].pid ? s->workers[i].from : -1, POLLIN, 0 };
    s->polls[n] = (struct pollfd){ s->farm->interrupt, POLLIN, 0 };
    if (poll(s->polls, n + 1, wait_ms(s)) < 0)
        for (size_t i = 0; i <= n; i++) s->polls[i].revents = 0;
}

/* Work until the agenda is empty. */
static fl_farm_end work(supervisor *s)
{
    while (assign_to_idle(s)) {
        if (!is_any_busy(s)) return FL_FARM_DONE;
        wait_for_message(s);
        if (s->polls[s->farm->workers].revents) return FL_FARM_INTERRUPTED;
        for (size_t i = 0; i < s->farm->workers; i++)
            if (s->polls[i].revents && !receive(s, &s->workers[i])) return FL_FARM_ERROR;
        if (!enforce_limits(s)) return FL_FARM_ERROR;
        report(s);
    }
    return FL_FARM_ERROR;
}

static bool is_of_this_run(const fl_study *study, fl_store_shard shard, const fl_results_entry *record)
{
    return record->slot.repeat < study->repeats && record->slot.index % shard.count == shard.number - 1;
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

/* The search, then the reruns of what it selected. Each phase begins from what is on disk. */
static fl_farm_end phase(supervisor *s, bool reruns)
{
    const fl_farm *farm = s->farm;
    fl_results *results = fl_results_read(farm->folder, s->error);
    if (!results) return FL_FARM_ERROR;
    s->agenda = reruns ? fl_farm_agenda_reruns(farm->study, results, farm->retry_failed)
                       : fl_farm_agenda_search(farm->study, farm->shard, results, farm->retry_failed);
    s->progress->total += fl_farm_agenda_total(s->agenda);
    if (!reruns)
        tally_past(s, results);
    else if (!farm->retry_failed)
        s->progress->failed_before += failed_reruns(results);
    fl_results_free(results); /* what is to come needs no memory of what was */
    fl_farm_end end = work(s);
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

static fl_farm_end run(supervisor *s)
{
    const fl_farm *farm = s->farm;
    char warning[200] = "";
    if (!check_data(s)) return FL_FARM_ERROR;
    s->store = fl_store_open(farm->folder, farm->study, farm->shard, warning, s->error);
    if (!s->store) return FL_FARM_ERROR;
    if (*warning && farm->warned) farm->warned(farm->user, warning);
    bool ready = !farm->checkpoint_every || fl_farm_checkpoints_begin(farm->folder, s->error);
    fl_farm_end end = ready ? both_phases(s) : FL_FARM_ERROR;
    if (end == FL_FARM_DONE && farm->shard.count == 1) fl_farm_checkpoints_end(farm->folder);
    for (size_t i = 0; i < farm->workers; i++) fl_farm_worker_stop(&s->workers[i], NULL, 0);
    fl_store_close(s->store);
    return end;
}

fl_farm_end fl_farm_run(const fl_farm *farm, fl_farm_progress *progress, fl_error *error)
{
    *progress = (fl_farm_progress){ .left = -1 };
    if (farm->shard.count > 1 && farm->study->feasible) {
        fl_error_user(
            error, "a feasible budget needs the whole study: which trials it takes depends on all before them; run it "
                   "without --shard");
        return FL_FARM_ERROR;
    }
    signal(SIGPIPE, SIG_IGN); /* a worker that is gone shows up as a failed write */
    supervisor s = {
        .farm = farm,
        .workers = fl_memory_new(farm->workers, sizeof(fl_farm_worker)),
        .polls = fl_memory_new(farm->workers + 1, sizeof(struct pollfd)),
        .checksums = fl_memory_new(farm->study->n_arms, sizeof *s.checksums),
        .progress = progress,
        .error = error,
        .began = fl_clock_seconds(),
    };
    fl_farm_end end = run(&s);
    free(s.workers);
    free(s.polls);
    free(s.checksums);
    return end;
}
