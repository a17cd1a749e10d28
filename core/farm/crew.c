/* Workers by number: each idle, starting, or at a task. */
#include "farm/crew.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/memory.h"
#include "farm/checkpoints.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A worker touches new memory at some GB/s, so within a memory tick it goes past its limit by little more than 100 MiB.
 */
enum { TICK_MS = 500, MEMORY_TICK_MS = 50 };

/* What workers of other processes send comes by the wire, which nothing wakes for: while they carry a trial with one of
 * these every message waits for half of this. */
enum { CARRY_TICK_NS = 100 * 1000 };

struct fl_farm_crew {
    fl_farm_crew_options options;
    fl_farm_worker *workers;
    bool leaving;
};

fl_farm_crew *fl_farm_crew_new(const fl_farm_crew_options *options)
{
    fl_farm_crew *crew = fl_memory_new(1, sizeof *crew);
    *crew = (fl_farm_crew){ .options = *options, .workers = fl_memory_new(options->workers, sizeof(fl_farm_worker)) };
    return crew;
}

void fl_farm_crew_free(fl_farm_crew *crew)
{
    if (!crew) return;
    for (size_t i = 0; i < crew->options.workers; i++) fl_farm_worker_stop(&crew->workers[i], NULL, 0);
    free(crew->workers);
    free(crew);
}

/* Of a trial that others carry as well it is its owner's, who may give the trial to somebody else. */
static void drop_checkpoint(const fl_farm_crew *crew, const fl_farm_task *task)
{
    if (crew->options.checkpoint_every && !task->group.number)
        fl_farm_checkpoints_drop(crew->options.folder, &task->slot);
}

static bool end_task(fl_farm_crew *crew, fl_farm_worker *worker, const fl_outcome *outcome, const json_t *facts)
{
    const fl_farm_crew_options *options = &crew->options;
    bool fine = options->ended(options->user, &worker->task, outcome, facts);
    if (fine) drop_checkpoint(crew, &worker->task);
    fl_trial_free(&worker->task.trial);
    worker->busy = false;
    return fine;
}

static bool fail_task(fl_farm_crew *crew, fl_farm_worker *worker, const char *reason)
{
    fl_outcome outcome = { .status = FL_OUTCOME_FAILED };
    snprintf(outcome.reason, sizeof outcome.reason, "%.239s", reason);
    fl_text_make_plain(outcome.reason); /* where a character is cut */
    outcome.seconds.total = outcome.seconds.other = fl_clock_seconds() - worker->begun;
    return end_task(crew, worker, &outcome, NULL);
}

static bool start_worker(fl_farm_crew *crew, fl_farm_worker *worker, fl_error *error)
{
    return fl_farm_worker_start(worker, crew->options.worker_command, crew->options.threads, error);
}

/* Whom it carried a trial with cannot go on with another in its place; one that had not begun has told them nothing. */
static unsigned attempts_of(const fl_farm_worker *worker)
{
    return worker->task.group.number && worker->ready ? 1 : FL_FARM_ATTEMPTS;
}

/* A busy worker is lost: start another in its place, and give it the same trial again unless it had its attempts. After
 * a crash the trial goes on from its checkpoint; past a limit (`because`) it begins again, or the checkpoint would
 * grant it more than the limit. */
static bool replace(fl_farm_crew *crew, fl_farm_worker *worker, const char *because, fl_error *error)
{
    char how[100], reason[240];
    fl_farm_worker lost = *worker;
    worker->busy = false; /* `lost` keeps the trial */
    bool left = fl_farm_worker_stop(worker, how, sizeof how);
    lost.task.loss = because ? FL_FARM_LOSS_LIMIT : left ? FL_FARM_LOSS_LEFT : FL_FARM_LOSS_CRASH;
    if (because) drop_checkpoint(crew, &lost.task);
    if (!start_worker(crew, worker, error)) return false;
    worker->task = lost.task;
    worker->begun = lost.begun;
    worker->attempt = lost.attempt + 1;
    worker->busy = true;
    if (lost.attempt < attempts_of(&lost)) return true; /* sent when the new worker says it is ready */
    snprintf(reason, sizeof reason, lost.attempt > 1 ? "%s, %u times" : "%s", because ? because : how, lost.attempt);
    return fail_task(crew, worker, reason);
}

/* Steps between two checkpoints of a task; 0: none. Of several servers none has all parameters. */
static size_t saves_every(const fl_farm_crew *crew, const fl_farm_task *task)
{
    return fl_trial_slices(&task->trial) > 1 ? 0 : crew->options.checkpoint_every;
}

static bool send(fl_farm_crew *crew, fl_farm_worker *worker, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_farm_checkpoints_path(crew->options.folder, &worker->task.slot, path);
    worker->begun = fl_clock_seconds();
    size_t every = saves_every(crew, &worker->task);
    return fl_farm_worker_send(worker, path, every, crew->options.timeline) || replace(crew, worker, NULL, error);
}

/* Give an idle worker its next trial, if there is one; a worker is started when it first has something to do. */
static bool assign(fl_farm_crew *crew, fl_farm_worker *worker, fl_error *error)
{
    fl_farm_task task;
    if (!crew->options.next(crew->options.user, &task)) return true;
    bool started = worker->pid || start_worker(crew, worker, error);
    if (!started) fl_trial_free(&task.trial);
    if (!started) return false;
    worker->task = task;
    worker->busy = true;
    worker->attempt = 1;
    worker->begun = fl_clock_seconds();
    return !worker->ready || send(crew, worker, error);
}

bool fl_farm_crew_assign(fl_farm_crew *crew, fl_error *error)
{
    for (size_t i = 0; i < crew->options.workers && !crew->leaving; i++)
        if (!crew->workers[i].busy && !assign(crew, &crew->workers[i], error)) return false;
    return true;
}

size_t fl_farm_crew_busy(const fl_farm_crew *crew)
{
    size_t n = 0;
    for (size_t i = 0; i < crew->options.workers; i++) n += crew->workers[i].busy;
    return n;
}

size_t fl_farm_crew_polls(const fl_farm_crew *crew, struct pollfd *polls)
{
    for (size_t i = 0; i < crew->options.workers; i++) {
        const fl_farm_worker *worker = &crew->workers[i];
        bool speaks = worker->pid && !worker->frames.ended;
        short events = fl_wire_frames_wait(&worker->frames) ? POLLIN | POLLOUT : POLLIN;
        polls[FL_FARM_CREW_POLLS * i] = (struct pollfd){ worker->pid ? worker->from : -1, POLLIN, 0 };
        polls[FL_FARM_CREW_POLLS * i + 1] = (struct pollfd){ speaks ? worker->frames.stream : -1, events, 0 };
        polls[FL_FARM_CREW_POLLS * i + 2] = (struct pollfd){ worker->unsent.length ? worker->to : -1, POLLOUT, 0 };
    }
    return FL_FARM_CREW_POLLS * crew->options.workers;
}

/* --- what workers send --- */

/* A worker exited: an idle one is stopped; a busy one's trial is run again. When worker after worker ends before it
 * could begin, no trial is to blame but the machine. */
static bool handle_exit(fl_farm_crew *crew, fl_farm_worker *worker, fl_error *error)
{
    char how[100];
    bool again = !crew->leaving && worker->busy && (worker->ready || worker->attempt < FL_FARM_ATTEMPTS);
    if (again) return replace(crew, worker, NULL, error);
    bool expected = crew->leaving || !worker->busy;
    fl_farm_worker_stop(worker, how, sizeof how);
    return expected || fl_error_machine(error, "a worker ended before it could begin (%s)", how);
}

static bool receive_message(fl_farm_crew *crew, fl_farm_worker *worker, fl_error *error)
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
        fine = !worker->busy || crew->leaving || send(crew, worker, error);
        break;
    case FL_FARM_MESSAGE_NOTE:
        crew->options.warned(crew->options.user, why.text);
        break;
    case FL_FARM_MESSAGE_OUTCOME:
        fine = end_task(crew, worker, &outcome, facts);
        break;
    case FL_FARM_MESSAGE_ERROR:
        fine = fail_task(crew, worker, why.text);
        break;
    case FL_FARM_MESSAGE_END:
        fine = handle_exit(crew, worker, error);
        break;
    }
    fl_outcome_free(&outcome);
    json_decref(facts);
    return fine;
}

static bool receive(fl_farm_crew *crew, fl_farm_worker *worker, fl_error *error)
{
    bool fine = receive_message(crew, worker, error);
    while (fine && worker->pid && fl_farm_worker_has_more(worker)) fine = receive_message(crew, worker, error);
    return fine;
}

/* --- what workers send each other --- */

static void pass_on(fl_farm_crew *crew, fl_farm_worker *worker)
{
    fl_wire_frame frame;
    const fl_farm_group *group = &worker->task.group;
    fl_wire_frames_send_on(&worker->frames);
    while (fl_wire_frames_get(&worker->frames, &frame))
        if (worker->busy && frame.group == group->number && frame.peer < group->size)
            crew->options.carry(crew->options.user, group, &frame);
}

void fl_farm_crew_deliver(fl_farm_crew *crew, const fl_wire_frame *frame)
{
    for (size_t i = 0; i < crew->options.workers; i++) {
        fl_farm_worker *worker = &crew->workers[i];
        bool its = worker->busy && worker->task.group.number == frame->group && frame->peer < worker->task.group.size;
        if (its) fl_wire_frames_put(&worker->frames, frame);
    }
}

static bool carries(const fl_farm_crew *crew)
{
    for (size_t i = 0; i < crew->options.workers; i++)
        if (crew->workers[i].busy && crew->workers[i].task.group.number) return true;
    return false;
}

/* --- limits --- */

/* Said as well as recorded: it is no trial's fault. */
static bool is_stuck(const fl_farm_crew *crew, const fl_farm_worker *worker, char because[100])
{
    double most = crew->options.start;
    if (worker->ready || fl_clock_seconds() - worker->started <= most) return false;
    snprintf(because, 100, "its worker was not ready after %g s", most);
    crew->options.warned(crew->options.user, "a worker hung before it was ready, and is replaced");
    return true;
}

static bool is_late(const fl_farm_crew *crew, const fl_farm_worker *worker, char because[100])
{
    double timeout = crew->options.timeout;
    snprintf(because, 100, "still running after the timeout of %g s", timeout);
    return timeout > 0 && worker->ready && fl_clock_seconds() - worker->begun > timeout;
}

static bool is_over_memory_limit(const fl_farm_crew *crew, const fl_farm_worker *worker, char because[100])
{
    size_t most = crew->options.memory_mib, mib = most ? fl_farm_worker_mib(worker) : 0;
    snprintf(because, 100, "memory: %zu MiB, more than the limit of %zu MiB", mib, most);
    return mib > most;
}

/* Take their trials from the workers that have gone past a limit. */
static bool enforce_limits(fl_farm_crew *crew, fl_error *error)
{
    char because[100];
    for (size_t i = 0; i < crew->options.workers; i++) {
        fl_farm_worker *worker = &crew->workers[i];
        bool beyond = worker->busy && (is_stuck(crew, worker, because) || is_late(crew, worker, because) ||
                                       is_over_memory_limit(crew, worker, because));
        if (beyond && !replace(crew, worker, because, error)) return false;
    }
    return true;
}

/* One that has been replaced meanwhile has nothing to be sent, or waits as well. */
static bool send_on(fl_farm_crew *crew, fl_farm_worker *worker, fl_error *error)
{
    return fl_farm_worker_send_on(worker) || crew->leaving || replace(crew, worker, NULL, error);
}

bool fl_farm_crew_handle(fl_farm_crew *crew, const struct pollfd *polls, fl_error *error)
{
    for (size_t i = 0; i < crew->options.workers; i++) {
        const struct pollfd *of = &polls[FL_FARM_CREW_POLLS * i];
        if (of[1].revents) pass_on(crew, &crew->workers[i]);
        if (of[0].revents && !receive(crew, &crew->workers[i], error)) return false;
        if (of[2].revents && !send_on(crew, &crew->workers[i], error)) return false;
    }
    return crew->leaving || enforce_limits(crew, error);
}

/* A moment, or less where a trial's time is up sooner. */
static int wait_ms(const fl_farm_crew *crew)
{
    double ms = crew->options.memory_mib ? MEMORY_TICK_MS : TICK_MS, now = fl_clock_seconds();
    for (size_t i = 0; crew->options.timeout > 0 && i < crew->options.workers; i++) {
        const fl_farm_worker *worker = &crew->workers[i];
        if (worker->busy && worker->ready) ms = fmin(ms, 1000 * (worker->begun + crew->options.timeout - now));
    }
    return ms > 0 ? (int)ms + 1 : 0;
}

int fl_farm_crew_wait(const fl_farm_crew *crew, struct pollfd *polls, size_t n, int ms)
{
    const struct timespec tick = { .tv_nsec = CARRY_TICK_NS };
    if (crew && carries(crew)) return ppoll(polls, n, &tick, NULL);
    int own = crew ? wait_ms(crew) : ms;
    return poll(polls, n, own < ms ? own : ms);
}

/* --- leaving --- */

void fl_farm_crew_leave(fl_farm_crew *crew)
{
    crew->leaving = true;
    for (size_t i = 0; i < crew->options.workers; i++) {
        fl_farm_worker *worker = &crew->workers[i];
        if (worker->busy && worker->ready && saves_every(crew, &worker->task))
            kill(worker->pid, SIGUSR1);
        else
            fl_farm_worker_stop(worker, NULL, 0);
    }
}

double fl_farm_crew_cancel(fl_farm_crew *crew, const fl_record_slot *slot)
{
    for (size_t i = 0; i < crew->options.workers; i++) {
        fl_farm_worker *worker = &crew->workers[i];
        double spent = fl_clock_seconds() - worker->begun;
        if (!worker->busy || !fl_farm_task_is(&worker->task, slot)) continue;
        fl_farm_task task = worker->task;
        fl_farm_worker_stop(worker, NULL, 0);
        drop_checkpoint(crew, &task);
        return spent;
    }
    return 0;
}
