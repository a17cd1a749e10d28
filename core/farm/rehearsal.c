/* Agents that answer at once and end a trial when its time has come. */
#include "farm/rehearsal.h"
#include "base/clock.h"
#include "base/memory.h"
#include "farm/agents.h"
#include "farm/dispatch.h"
#include "farm/messages.h"
#include "record/host.h"
#include "wire/inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct actor {
    fl_wire *wire;
    uint64_t number; /* of the task it has; 0: none */
    fl_record_slot slot;
    fl_outcome outcome;
    double until; /* when its message arrives */
} actor;

typedef struct stage {
    const fl_farm_rehearsal *of;
    fl_farm_rehearsed *result;
    fl_wire *wire; /* the supervisor's end; the agents' book finishes it */
    fl_farm farm;
    char (*checksums)[65]; /* of each arm's data set, which nobody reads */
    fl_store *store;
    fl_farm_dispatch dispatch;
    fl_farm_agents *agents;
    actor *actors; /* by rank, from 1 */
    json_t *facts; /* of the machine all of them are */
    double now, beat;
    bool refused; /* something was said that a run would warn of: a rehearsal has no cause to */
    fl_error *error;
} stage;

static const char checksum[65] = "rehearsal";

/* --- the supervisor's side, as in farm.c --- */

static bool commit(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    stage *s = user;
    fl_outcome known = *outcome;
    char key[17] = "";
    fl_record_host_key(facts, key);
    fl_trial_id(&task->trial, checksum, known.trial);
    s->result->trials++;
    s->result->work += outcome->seconds.total;
    s->result->longest = fmax(s->result->longest, outcome->seconds.total);
    return fl_store_host(s->store, key, facts, s->error) &&
           fl_store_add(s->store, &task->slot, &task->trial, &known, key, s->error);
}

static bool next(void *user, fl_farm_task *task)
{
    stage *s = user;
    const fl_study *study = s->of->study;
    fl_record_slot slot;
    if (!fl_farm_dispatch_next(&s->dispatch, &slot)) return false;
    *task = (fl_farm_task){ slot, fl_study_trial(study, &study->arms[slot.arm], slot.index, slot.repeat), 0 };
    return true;
}

static bool ended(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    return fl_farm_dispatch_ended(&((stage *)user)->dispatch, task, outcome, facts);
}

static void give_back(void *user, const fl_farm_task *task)
{
    fl_farm_dispatch_give_back(&((stage *)user)->dispatch, &task->slot);
}

static void warned(void *user, const char *message)
{
    stage *s = user;
    if (!s->refused) fl_error_machine(s->error, "%s", message);
    s->refused = true;
}

/* Everything the supervisor can do now; the time it takes passes. */
static bool supervise(stage *s)
{
    double begun = fl_clock_seconds();
    bool fine = fl_farm_agents_handle(s->agents, s->error) && fl_farm_dispatch_round(&s->dispatch) &&
                fl_farm_agents_assign(s->agents, s->error) && !s->dispatch.failed && !s->refused;
    double took = fl_clock_seconds() - begun;
    s->result->supervisor += took;
    s->now += took;
    return fine;
}

/* --- the agents' side --- */

static void answer(stage *s, int rank)
{
    json_t *checksums = json_array();
    for (size_t i = 0; i < s->of->study->n_arms; i++) json_array_append_new(checksums, json_string(checksum));
    fl_farm_message_send(s->actors[rank].wire, 0, FL_FARM_READY, 0,
                         json_pack("{s:s, s:i, s:o, s:O}", "host", "rehearsal", "workers", 1, "checksums", checksums,
                                   "facts", s->facts));
}

static void begin(stage *s, actor *a, const fl_wire_message *message)
{
    double seconds = 0;
    json_t *payload = fl_farm_message_payload(message);
    const json_t *slot = json_object_get(payload, "slot");
    a->number = message->attempt;
    a->slot = (fl_record_slot){ (size_t)json_integer_value(json_array_get(slot, 0)),
                                (uint64_t)json_integer_value(json_array_get(slot, 1)),
                                (uint64_t)json_integer_value(json_array_get(slot, 2)) };
    a->outcome = (fl_outcome){ 0 };
    s->of->play(s->of->user, &a->slot, &a->outcome, &seconds);
    a->outcome.seconds.total = seconds;
    a->until = s->now + seconds + 2 * s->of->latency; /* there, and back */
    json_decref(payload);
}

/* Everybody takes what has come. */
static void listen(stage *s)
{
    int from;
    fl_wire_message message;
    for (int rank = 1; rank <= s->of->agents; rank++)
        while (fl_wire_receive(s->actors[rank].wire, &from, &message)) {
            if (message.kind == FL_FARM_WELCOME) answer(s, rank);
            if (message.kind == FL_FARM_TRIAL) begin(s, &s->actors[rank], &message);
        }
}

static void finish(stage *s, actor *a)
{
    const json_t *backend = json_object_iter_value(json_object_iter(s->facts));
    fl_farm_message_send(a->wire, 0, FL_FARM_OUTCOME, a->number,
                         json_pack("{s:o, s:O}", "outcome", fl_outcome_json(&a->outcome), "host", backend));
    fl_outcome_free(&a->outcome);
    a->number = 0;
}

/* The heartbeats of every second that has passed. */
static void send_beats(stage *s)
{
    for (; s->beat + FL_FARM_BEAT_SECONDS <= s->now; s->beat += FL_FARM_BEAT_SECONDS)
        for (int rank = 1; rank <= s->of->agents; rank++)
            fl_farm_message_send(s->actors[rank].wire, 0, FL_FARM_BEAT, 0, NULL);
}

/* Sleep until something comes, as the supervisor does, in ticks; false: nobody is at work. */
static bool advance(stage *s)
{
    double tick = FL_FARM_WIRE_TICK_MS * 1e-3, first = INFINITY;
    for (int rank = 1; rank <= s->of->agents; rank++)
        if (s->actors[rank].number) first = fmin(first, s->actors[rank].until);
    if (first == INFINITY) return false;
    if (first > s->now) s->now += tick * ceil((first - s->now) / tick);
    for (int rank = 1; rank <= s->of->agents; rank++)
        if (s->actors[rank].number && s->actors[rank].until <= s->now) finish(s, &s->actors[rank]);
    send_beats(s);
    return true;
}

/* --- all of it --- */

static bool play(stage *s)
{
    bool waits = false; /* once for the answers to the welcome, which are there at once */
    while (supervise(s)) {
        if (fl_farm_dispatch_is_done(&s->dispatch)) return true;
        listen(s);
        bool worked = advance(s);
        if (!worked && waits) return fl_error_machine(s->error, "the rehearsal stands still");
        waits = !worked;
    }
    return false;
}

static void hire(stage *s, fl_wire_inside *inside)
{
    size_t n_arms = s->of->study->n_arms;
    const fl_backend *backend = s->of->study->arms[0].base.backend;
    const fl_farm_crew_options crew = { .user = s, .next = next, .ended = ended, .warned = warned };
    s->wire = fl_wire_new(fl_wire_inside_end(inside, 0));
    s->farm = (fl_farm){ .study = s->of->study, .folder = s->of->folder, .wire = &s->wire, .silence = INFINITY };
    s->facts = json_pack("{s:o}", backend->entry.name, fl_record_host_facts(backend, NULL));
    s->checksums = fl_memory_new(n_arms, sizeof *s->checksums);
    for (size_t i = 0; i < n_arms; i++) snprintf(s->checksums[i], sizeof *s->checksums, "%s", checksum);
    s->actors = fl_memory_new((size_t)s->of->agents + 1, sizeof(actor));
    for (int rank = 1; rank <= s->of->agents; rank++)
        s->actors[rank].wire = fl_wire_new(fl_wire_inside_end(inside, rank));
    s->agents = fl_farm_agents_new(&s->farm, &crew, NULL, (const char(*)[65])s->checksums, give_back);
}

static void dismiss(stage *s)
{
    fl_farm_agents_free(s->agents, false);
    for (int rank = 1; rank <= s->of->agents; rank++) {
        if (s->actors[rank].number) fl_outcome_free(&s->actors[rank].outcome);
        fl_wire_finish(s->actors[rank].wire);
    }
    free(s->actors);
    free(s->checksums);
    json_decref(s->facts);
}

bool fl_farm_rehearse(const fl_farm_rehearsal *rehearsal, fl_farm_rehearsed *rehearsed, fl_error *error)
{
    stage s = { .of = rehearsal, .result = rehearsed, .error = error };
    *rehearsed = (fl_farm_rehearsed){ 0 };
    s.store = fl_store_open(rehearsal->folder, rehearsal->study, (fl_store_shard){ 1, 1 }, NULL, error);
    if (!s.store) return false;
    fl_wire_inside *inside = fl_wire_inside_new(rehearsal->agents + 1);
    fl_farm_agenda *agenda = fl_farm_agenda_search(rehearsal->study, (fl_store_shard){ 1, 1 }, NULL, false);
    s.dispatch = (fl_farm_dispatch){ agenda, !rehearsal->no_speculation, &s, commit };
    hire(&s, inside);
    bool fine = play(&s);
    rehearsed->seconds = s.now;
    rehearsed->speculated = fl_farm_dispatch_end(&s.dispatch, NULL);
    dismiss(&s);
    fl_farm_agenda_free(agenda);
    fl_wire_inside_free(inside);
    fl_store_close(s.store);
    return fine;
}

double fl_farm_rehearsal_bound(const fl_farm_rehearsed *rehearsed, int agents)
{
    return fmax(rehearsed->work / agents, rehearsed->longest);
}
