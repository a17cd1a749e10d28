/* Events are arrivals of outcomes at the supervisor. It takes them in their order, each as soon as it is done with the
 * one before, and gives out trials until nobody is idle or there is none. */
#include "speed/scale/scale.h"
#include "base/clock.h"
#include "base/folder.h"
#include "base/memory.h"
#include "farm/dispatch.h"
#include "record/record.h"
#include "store/store.h"
#include "virtual/durations.h"
#include "virtual/events.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct run {
    const scale_world *world;
    fl_study *study;
    fl_store *store;
    fl_virtual_events *events;
    fl_record_slot *slots; /* what each worker has */
    bool *busy;
    double lap;        /* when what is measured began */
    double free_at;    /* when the supervisor has done what it has begun */
    double *durations; /* of what was recorded */
    scale_result result;
} run;

/* --- trials --- */

static double draw(const run *r, const char *what, const fl_record_slot *slot)
{
    fl_random_stream stream = fl_random_stream_start(r->world->seed, what, (uint64_t)slot->arm << 32 | slot->index);
    return fl_random_uniform(&stream);
}

static double duration_of(const run *r, const fl_record_slot *slot)
{
    return r->world->seconds * (1 + r->world->spread * (2 * draw(r, "duration", slot) - 1));
}

/* As an agent would send it, with points, and as it is read from the message. */
static bool outcome_by_message(const run *r, const fl_trial *trial, const fl_record_slot *slot, fl_outcome *outcome)
{
    enum { POINTS = 20 };
    fl_trial_point points[POINTS] = { { .step = 1 } };
    for (size_t i = 0; i < POINTS; i++) points[i] = (fl_trial_point){ .step = i + 1, .rate = 0.1 };
    fl_outcome sent = { .status = draw(r, "ending", slot) < r->world->infeasible ? FL_OUTCOME_INFEASIBLE
                                                                                 : FL_OUTCOME_COMPLETE,
                        .points = points,
                        .n_points = POINTS,
                        .steps_done = POINTS,
                        .seconds.total = duration_of(r, slot) };
    fl_trial_id(trial, "scale", sent.trial);
    json_t *object = fl_outcome_json(&sent), *read;
    char *line = fl_json_line(object);
    read = json_loadb(line, strlen(line), JSON_REJECT_DUPLICATES, NULL);
    bool good = fl_outcome_read(read, outcome);
    json_decref(read);
    json_decref(object);
    free(line);
    return good;
}

/* --- the supervisor --- */

static bool commit(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    run *r = user;
    fl_error error;
    r->durations = fl_memory_grow(r->durations, r->result.recorded + 1, sizeof *r->durations);
    r->durations[r->result.recorded++] = outcome->seconds.total;
    r->result.work += outcome->seconds.total;
    r->result.longest = fmax(r->result.longest, outcome->seconds.total);
    if (fl_store_add(r->store, &task->slot, &task->trial, outcome, "0000000000000000", &error)) return true;
    fl_error_give_up("%s", error.text);
}

static void take(run *r, fl_farm_dispatch *dispatch, size_t worker)
{
    fl_farm_task task = { .slot = r->slots[worker] };
    fl_outcome outcome;
    task.trial = fl_study_trial(r->study, &r->study->arms[task.slot.arm], task.slot.index, task.slot.repeat);
    r->busy[worker] = false;
    if (!outcome_by_message(r, &task.trial, &task.slot, &outcome)) fl_error_die("an outcome cannot be read back");
    fl_farm_dispatch_ended(dispatch, &task, &outcome, NULL);
    fl_outcome_free(&outcome);
    fl_trial_free(&task.trial);
}

/* The supervisor has worked for so long, or for as long as it really did. */
static void spend(run *r, double given)
{
    double now = fl_clock_seconds(), took = r->world->handling < 0 ? now - r->lap : given;
    r->lap = now;
    r->free_at += took;
    r->result.busy += took;
}

/* A trial for every idle worker, by the message that it would be sent; outcomes will arrive. */
static void give(run *r, fl_farm_dispatch *dispatch)
{
    const scale_world *w = r->world;
    fl_farm_dispatch_round(dispatch);
    for (size_t i = 0; i < w->workers; i++) {
        if (r->busy[i] || !fl_farm_dispatch_next(dispatch, &r->slots[i])) continue;
        fl_trial trial = fl_study_trial(r->study, &r->study->arms[r->slots[i].arm], r->slots[i].index, 0);
        json_t *message = fl_trial_json(&trial);
        free(fl_json_line(message));
        json_decref(message);
        fl_trial_free(&trial);
        r->busy[i] = true;
        spend(r, 0);
        double arrives = r->free_at + 2 * w->latency + duration_of(r, &r->slots[i]);
        fl_virtual_events_add(r->events, (uint64_t)(arrives * 1e9 + 0.5), (uint32_t)i, 0);
    }
}

/* Take an arrival as soon as nothing else is to be done, then give. */
static void handle(run *r, fl_farm_dispatch *dispatch, const fl_virtual_event *arrival)
{
    r->free_at = fmax(fl_virtual_seconds(arrival->time), r->free_at);
    r->lap = fl_clock_seconds();
    take(r, dispatch, arrival->worker);
    spend(r, r->world->handling);
    give(r, dispatch);
}

/* --- a lower bound --- */

static int descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

/* Of the k P + 1 longest trials some worker has k + 1, which take at least as long as the k + 1 shortest of them: no
 * schedule is faster, whatever it knows. Where all take equally long that is the number of rounds. */
static double whole_trials(double *durations, size_t n, size_t workers)
{
    double most = 0;
    qsort(durations, n, sizeof *durations, descending);
    for (size_t k = 0; k * workers < n; k++) {
        double sum = 0;
        for (size_t i = 0; i <= k; i++) sum += durations[k * workers - i];
        most = fmax(most, sum);
    }
    return most;
}

/* --- a run --- */

static fl_study *study_of(const scale_world *w)
{
    fl_text text = { 0 };
    fl_error error;
    fl_text_add(&text,
                "{\"study\": \"scale\", \"workload\": \"quadratic/noisy\", \"batch_size\": 8, \"budget\": "
                "{\"trials\": %zu, \"steps\": 20, \"feasible\": true, \"max_trials\": %zu}, \"arms\": [",
                w->trials, 10 * w->trials);
    for (size_t i = 0; i < w->arms; i++)
        fl_text_add(&text,
                    "%s{\"arm\": \"a%zu\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": {\"min\": 1e-3, "
                    "\"max\": 1, \"scaling\": \"log\"}}}",
                    i ? "," : "", i);
    fl_text_add(&text, "]}");
    fl_study *study = fl_study_load_text("scale", text.bytes, NULL, &error);
    if (!study) fl_error_die("%s", error.text);
    fl_text_free(&text);
    return study;
}

static void work(run *r)
{
    fl_farm_agenda *agenda = fl_farm_agenda_search(r->study, (fl_store_shard){ 1, 1 }, NULL, false);
    fl_farm_dispatch dispatch = { .agenda = agenda, .speculate = r->world->speculate, .user = r, .commit = commit };
    fl_virtual_event arrival;
    r->lap = fl_clock_seconds();
    give(r, &dispatch);
    while (!fl_farm_dispatch_is_done(&dispatch) && fl_virtual_events_next(r->events, &arrival))
        handle(r, &dispatch, &arrival);
    r->result.took = r->free_at;
    fl_farm_dispatch_end(&dispatch, NULL);
    fl_farm_agenda_free(agenda);
}

scale_result scale_run(const scale_world *world)
{
    run r = { .world = world, .study = study_of(world) };
    char folder[FL_FILE_PATH_MAX];
    fl_error error;
    if (!fl_folder_temporary(folder, "fairlead-scale", &error)) fl_error_give_up("%s", error.text);
    r.store = fl_store_open(folder, r.study, (fl_store_shard){ 1, 1 }, NULL, &error);
    if (!r.store) fl_error_give_up("%s", error.text);
    r.events = fl_memory_new(1, fl_virtual_events_bytes(world->workers));
    fl_virtual_events_start(r.events, world->workers);
    r.slots = fl_memory_new(world->workers, sizeof *r.slots);
    r.busy = fl_memory_new(world->workers, sizeof *r.busy);
    work(&r);
    r.result.whole = whole_trials(r.durations, r.result.recorded, world->workers);
    fl_store_close(r.store);
    if (!fl_folder_remove(folder, &error)) fl_error_give_up("%s", error.text);
    fl_study_free(r.study);
    free(r.durations);
    free(r.events);
    free(r.slots);
    free(r.busy);
    return r.result;
}
