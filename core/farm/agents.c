/* An agent is not ready until it has answered the welcome; refused where it would compute other bits; lost while it is
 * silent. No field of a message is trusted: a task is known by its number and by who has it. */
#include "farm/agents.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "farm/agent_data.h"
#include "farm/checkpoints.h"
#include "farm/messages.h"
#include "own/own.h"
#include "record/host.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum state { STATE_STARTING, STATE_READY, STATE_REFUSED, STATE_LOST, STATE_GONE } state;

typedef struct agent {
    state state;
    bool refused;
    char name[80]; /* "rank 3 on node17" */
    double received;
    uint64_t pieces;    /* it had sent when it was last heard */
    double start_until; /* while it starts */
    size_t workers, n_tasks;
    fl_farm_task *tasks; /* room for `workers` */
} agent;

struct fl_farm_agents {
    const fl_farm *farm;
    fl_wire *wire;
    fl_farm_crew_options crew;
    fl_farm_crew *own;
    const char (*checksums)[65];
    void (*given_back)(void *user, const fl_farm_task *task);
    agent *agents; /* by rank; 0 is this process and stays unused */
    int size;
    uint64_t last_number;
    json_t *reference; /* facts that all agents must share; NULL: the first that answers sets them */
    double beaten, looped;
};

/* --- the welcome --- */

/* Does the arm train as the one before it, on the same machine's terms? */
static bool same_kind(const fl_trial *a, const fl_trial *b)
{
    bool known = a->owners.optimizer == b->owners.optimizer || !fl_own_of(a->owners.optimizer);
    return known && a->owners.workload == b->owners.workload && a->backend == b->backend &&
           a->precision == b->precision;
}

/* A trial of every arm that differs from the one before in what a machine must provide; null for the others. */
static json_t *welcome(const fl_farm *farm)
{
    const fl_study *study = farm->study;
    json_t *trials = json_array();
    for (size_t i = 0; i < study->n_arms; i++) {
        bool again = i && same_kind(&study->arms[i].base, &study->arms[i - 1].base);
        fl_trial trial = fl_study_trial(study, &study->arms[i], 0, 0);
        json_array_append_new(trials, again ? json_null() : fl_farm_message_trial(&trial));
        fl_trial_free(&trial);
    }
    return json_pack("{s:o, s:f, s:f, s:I, s:I, s:I, s:i, s:f}", "trials", trials, "timeout", farm->timeout, "start",
                     farm->start, "memory_mib", (json_int_t)farm->memory_mib, "checkpoint_every",
                     (json_int_t)farm->checkpoint_every, "timeline", (json_int_t)farm->timeline, "threads",
                     (int)study->arms[0].base.threads, "silence", farm->silence);
}

/* The facts of this machine for every backend of the study, as an agent answers them. */
static json_t *facts_here(const fl_study *study)
{
    json_t *facts = json_object();
    for (size_t i = 0; i < study->n_arms; i++)
        json_object_set_new(facts, study->arms[i].base.backend->entry.name,
                            fl_record_host_facts(study->arms[i].base.backend, NULL));
    return facts;
}

/* Others must not wait for ever for one that hangs but still sends its beats. */
static void allow_start(const fl_farm_agents *a, agent *starting, double more)
{
    double most = a->farm->start > 0 ? a->farm->start : FL_FARM_START_SECONDS;
    starting->start_until = fl_clock_seconds() + most + more;
}

fl_farm_agents *fl_farm_agents_new(const fl_farm *farm, const fl_farm_crew_options *crew, fl_farm_crew *own,
                                   const char (*checksums)[65],
                                   void (*given_back)(void *user, const fl_farm_task *task))
{
    fl_farm_agents *a = fl_memory_new(1, sizeof *a);
    fl_wire *wire = *farm->wire;
    int size = fl_wire_size(wire);
    double now = fl_clock_seconds();
    *a = (fl_farm_agents){ .farm = farm,
                           .wire = wire,
                           .crew = *crew,
                           .own = own,
                           .checksums = checksums,
                           .given_back = given_back,
                           .size = size,
                           .agents = fl_memory_new((size_t)size, sizeof(agent)),
                           .beaten = now,
                           .looped = now };
    if (farm->workers) a->reference = facts_here(farm->study);
    for (int rank = 1; rank < size; rank++) {
        snprintf(a->agents[rank].name, sizeof a->agents[rank].name, "rank %d", rank);
        a->agents[rank].received = now;
        allow_start(a, &a->agents[rank], 0);
        fl_farm_message_send(wire, rank, FL_FARM_WELCOME, 0, welcome(farm));
    }
    return a;
}

static void warn(const fl_farm_agents *a, const char *name, const char *what)
{
    char message[400];
    snprintf(message, sizeof message, "%s %.300s", name, what);
    fl_text_make_plain(message); /* part of it may be what the agent sent */
    a->crew.warned(a->crew.user, message);
}

/* --- tasks --- */

static void give_all_back(fl_farm_agents *a, agent *lost)
{
    for (size_t i = 0; i < lost->n_tasks; i++) {
        a->given_back(a->crew.user, &lost->tasks[i]);
        fl_trial_free(&lost->tasks[i].trial);
    }
    lost->n_tasks = 0;
}

void fl_farm_agents_give(fl_farm_agents *a, int rank, fl_farm_task *task)
{
    char path[FL_FILE_PATH_MAX];
    agent *to = &a->agents[rank];
    task->number = ++a->last_number;
    task->begun = fl_clock_seconds();
    to->tasks[to->n_tasks++] = *task;
    json_t *slot =
        json_pack("[I, I, I]", (json_int_t)task->slot.arm, (json_int_t)task->slot.index, (json_int_t)task->slot.repeat);
    fl_farm_checkpoints_path(a->farm->folder, &task->slot, path);
    bool follows = a->farm->checkpoint_every && !task->group.place && fl_file_exists(path);
    fl_farm_message_send(a->wire, rank, FL_FARM_TRIAL, task->number,
                         json_pack("{s:o, s:o, s:o, s:b}", "slot", slot, "trial", fl_farm_message_trial(&task->trial),
                                   "group", fl_farm_message_group(&task->group), "checkpoint", follows));
    if (follows) fl_farm_message_send_checkpoint(a->wire, rank, task->number, path);
}

int fl_farm_agents_size(const fl_farm_agents *a)
{
    return a ? a->size : 1;
}

bool fl_farm_agents_is_free(const fl_farm_agents *a, int rank)
{
    return a->agents[rank].state == STATE_READY && a->agents[rank].n_tasks < a->agents[rank].workers;
}

bool fl_farm_agents_is_there(const fl_farm_agents *a, int rank)
{
    return a->agents[rank].state == STATE_READY || a->agents[rank].state == STATE_STARTING;
}

bool fl_farm_agents_assign(fl_farm_agents *a, fl_error *error)
{
    fl_farm_task task;
    for (int rank = 1; a && rank < a->size; rank++)
        while (fl_farm_agents_is_free(a, rank) && a->crew.next(a->crew.user, &task))
            fl_farm_agents_give(a, rank, &task);
    return true;
}

size_t fl_farm_agents_busy(const fl_farm_agents *a)
{
    size_t n = 0;
    for (int rank = 1; a && rank < a->size; rank++) n += a->agents[rank].n_tasks;
    return n;
}

bool fl_farm_agents_may_come(const fl_farm_agents *a)
{
    for (int rank = 1; a && rank < a->size; rank++)
        if (fl_farm_agents_is_there(a, rank)) return true;
    return false;
}

static fl_farm_task *find(agent *from, uint64_t number)
{
    for (size_t i = 0; i < from->n_tasks; i++)
        if (from->tasks[i].number == number) return &from->tasks[i];
    return NULL;
}

/* --- messages --- */

static void refuse(fl_farm_agents *a, agent *from, const char *why)
{
    from->state = STATE_REFUSED;
    from->refused = true;
    warn(a, from->name, why);
}

/* The answer's data sets must be those of this study: one checksum per arm, null for those that share the last. */
static bool has_data(const fl_farm_agents *a, const json_t *answer, char why[300])
{
    const json_t *checksums = json_object_get(answer, "checksums"), *one;
    size_t i;
    if (json_array_size(checksums) != a->farm->study->n_arms) return false;
    json_array_foreach(checksums, i, one)
    {
        const char *text = json_string_value(one);
        if (!text || !strcmp(text, a->checksums[i])) continue;
        snprintf(why, 300, "has other data for arm '%.100s' and is left out", a->farm->study->arms[i].name);
        return false;
    }
    return true;
}

/* The same bits: the same facts on every backend. */
static bool computes_the_same(fl_farm_agents *a, const json_t *facts, char why[300])
{
    const char *backend;
    json_t *theirs;
    fl_text names = { 0 };
    if (!a->reference) a->reference = json_incref((json_t *)facts);
    json_object_foreach((json_t *)facts, backend, theirs)
        fl_record_host_difference(json_object_get(a->reference, backend), theirs, &names);
    bool same = !names.length;
    if (!same) snprintf(why, 300, "is left out, for it differs in %.200s; --mixed takes it", names.bytes);
    fl_text_free(&names);
    return same || a->farm->mixed;
}

/* Are they words of this process, in their order? What an agent leaves out it does not ask for. */
static bool are_own_words(const fl_farm_agents *a, const json_t *theirs)
{
    size_t i;
    const json_t *one;
    const char *const *word = a->farm->words;
    json_array_foreach(theirs, i, one)
    {
        const char *text = json_string_value(one);
        while (text && word && *word && strcmp(*word, text)) word++;
        if (!text || !word || !*word++) return false;
    }
    return true;
}

/* What it asks for counts for nothing, and who started it may think otherwise. */
static void compare_words(const fl_farm_agents *a, const agent *from, const json_t *theirs)
{
    size_t i;
    const json_t *one;
    char what[300];
    fl_text text = { 0 };
    if (!a->farm->words || are_own_words(a, theirs)) return;
    json_array_foreach(theirs, i, one)
    {
        const char *word = json_string_value(one);
        fl_text_add(&text, "%s%s", i ? " " : "", word ? word : "?");
    }
    snprintf(what, sizeof what, "was started by other words than process 0, whose words count: %.200s", text.bytes);
    warn(a, from->name, what);
    fl_text_free(&text);
}

static void take_ready(fl_farm_agents *a, int rank, const fl_wire_message *message)
{
    agent *from = &a->agents[rank];
    json_t *answer = fl_farm_message_payload(message);
    const char *host = json_string_value(json_object_get(answer, "host"));
    const char *error = json_string_value(json_object_get(answer, "error"));
    json_int_t workers = json_integer_value(json_object_get(answer, "workers"));
    const json_t *facts = json_object_get(answer, "facts");
    char why[300] = "sent an answer that makes no sense, and is left out";
    snprintf(from->name, sizeof from->name, "rank %d on %.60s", rank, host ? host : "an unknown host");
    if (error) snprintf(why, sizeof why, "is left out: %.250s", error);
    bool fits = !error && workers >= 1 && workers <= FL_TRIAL_THREADS_MAX && json_is_object(facts) &&
                has_data(a, answer, why) && computes_the_same(a, facts, why);
    if (!fits) refuse(a, from, why);
    if (fits && from->state == STATE_STARTING) {
        compare_words(a, from, json_object_get(answer, "words"));
        from->state = STATE_READY;
        from->workers = (size_t)workers;
        from->tasks = fl_memory_new(from->workers, sizeof *from->tasks);
    }
    json_decref(answer);
}

/* The identity is one that this process knows itself, and not what the agent says of it. */
static bool is_of_task(const fl_farm_agents *a, const fl_farm_task *task, const fl_outcome *outcome)
{
    char id[17];
    fl_trial_id(&task->trial, a->checksums[task->slot.arm], id);
    return !*outcome->trial || !strcmp(id, outcome->trial);
}

static bool take_outcome(fl_farm_agents *a, int rank, const fl_wire_message *message)
{
    agent *from = &a->agents[rank];
    fl_farm_task *task = find(from, message->attempt);
    json_t *payload = task ? fl_farm_message_payload(message) : NULL;
    const json_t *facts = json_object_get(payload, "host");
    fl_outcome outcome;
    bool fine = true, read = fl_outcome_read(json_object_get(payload, "outcome"), &outcome);
    bool good = read && is_of_task(a, task, &outcome) && (json_is_object(facts) || outcome.status == FL_OUTCOME_FAILED);
    if (good) {
        task->loss = (fl_farm_loss)json_integer_value(json_object_get(payload, "loss"));
        fine = a->crew.ended(a->crew.user, task, &outcome, json_is_object(facts) ? facts : NULL);
        fl_trial_free(&task->trial);
        *task = from->tasks[--from->n_tasks];
    }
    if (read) fl_outcome_free(&outcome);
    json_decref(payload);
    return fine;
}

static void take_checkpoint(fl_farm_agents *a, int rank, const fl_wire_message *message)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    const fl_farm_task *task = find(&a->agents[rank], message->attempt);
    if (!task || task->group.place || !a->farm->checkpoint_every) return;
    fl_farm_checkpoints_path(a->farm->folder, &task->slot, path);
    if (!fl_file_write(path, message->bytes, message->length, &error)) a->crew.warned(a->crew.user, error.text);
}

static void take_note(fl_farm_agents *a, int rank, const fl_wire_message *message)
{
    json_t *payload = fl_farm_message_payload(message);
    const char *said = json_string_value(json_object_get(payload, "said"));
    if (said) warn(a, a->agents[rank].name, said);
    json_decref(payload);
}

static void take_want(fl_farm_agents *a, int rank, const fl_wire_message *message)
{
    json_t *payload = fl_farm_message_payload(message);
    const char *name = json_string_value(json_object_get(payload, "data"));
    agent *from = &a->agents[rank];
    char why[300];
    double seconds;
    fl_error error;
    bool asked = name && from->state == STATE_STARTING;
    if (asked && fl_farm_agent_send_data(a->wire, rank, name, &seconds, &error)) {
        allow_start(a, from, seconds);
    } else if (asked) {
        snprintf(why, sizeof why, "lacks data that cannot be sent, and is left out: %.230s", error.text);
        refuse(a, from, why);
    }
    json_decref(payload);
}

static void take_gone(fl_farm_agents *a, int rank)
{
    give_all_back(a, &a->agents[rank]);
    a->agents[rank].state = STATE_GONE;
}

/* What it had is with others by now. */
static void take_back(fl_farm_agents *a, int rank)
{
    agent *from = &a->agents[rank];
    if (from->state != STATE_LOST) return;
    from->state = from->refused ? STATE_REFUSED : from->tasks ? STATE_READY : STATE_STARTING;
    allow_start(a, from, 0);
    fl_farm_message_send(a->wire, rank, FL_FARM_FORGET, 0, NULL);
    warn(a, from->name, "is back; what it had before is dropped");
}

static bool take(fl_farm_agents *a, int rank, const fl_wire_message *message)
{
    if (rank == 0) return true;
    a->agents[rank].received = fl_clock_seconds();
    take_back(a, rank);
    if (message->kind == FL_FARM_READY) take_ready(a, rank, message);
    if (message->kind == FL_FARM_CHECKPOINT) take_checkpoint(a, rank, message);
    if (message->kind == FL_FARM_WANT) take_want(a, rank, message);
    if (message->kind == FL_FARM_NOTE) take_note(a, rank, message);
    if (message->kind == FL_FARM_GONE) take_gone(a, rank);
    if (message->kind == FL_FARM_CARRY && a->own) fl_farm_message_deliver(a->own, message);
    return message->kind != FL_FARM_OUTCOME || take_outcome(a, rank, message);
}

/* --- silence --- */

static double silence(const fl_farm_agents *a)
{
    return a->farm->silence > 0 ? a->farm->silence : FL_FARM_SILENCE_SECONDS;
}

static void give_up(fl_farm_agents *a, int rank)
{
    char what[100];
    agent *lost = &a->agents[rank];
    snprintf(what, sizeof what, "was silent for too long: its %zu trials are given to others", lost->n_tasks);
    warn(a, lost->name, what);
    give_all_back(a, lost);
    lost->state = STATE_LOST;
}

/* A time in which this process itself was held up counts against nobody. */
static void excuse(fl_farm_agents *a, double now)
{
    double held = now - a->looped - FL_FARM_BEAT_SECONDS;
    for (int rank = 1; held > 0 && rank < a->size; rank++) {
        a->agents[rank].received += held;
        a->agents[rank].start_until += held;
    }
    a->looped = now;
}

/* What is sent to a process that is no more never gets through, and is kept by the wire. One that is lost for a while,
 * and yet receives, is told that somebody is there; after that it must send first. */
static bool may_receive(const agent *of, double now)
{
    return of->state == STATE_LOST ? now - of->received < FL_FARM_START_SECONDS : of->state != STATE_GONE;
}

static void beat(fl_farm_agents *a, double now)
{
    if (now - a->beaten < FL_FARM_BEAT_SECONDS) return;
    a->beaten = now;
    for (int rank = 1; rank < a->size; rank++)
        if (may_receive(&a->agents[rank], now)) fl_farm_message_send(a->wire, rank, FL_FARM_BEAT, 0, NULL);
}

/* One that starts may be silent while it reads its data. */
static void watch(fl_farm_agents *a, int rank, double now)
{
    agent *of = &a->agents[rank];
    bool starts = of->state == STATE_STARTING;
    double most = starts ? FL_FARM_START_SECONDS : silence(a);
    if (of->state == STATE_LOST || of->state == STATE_GONE) return;
    if (now - of->received > most)
        give_up(a, rank);
    else if (starts && now > of->start_until)
        refuse(a, of, "did not get ready in time, and is left out");
}

/* A long message takes its time: each of its pieces is a sign of life. */
static void hear(fl_farm_agents *a, double now)
{
    for (int rank = 1; rank < a->size; rank++) {
        agent *of = &a->agents[rank];
        uint64_t pieces = fl_wire_pieces(a->wire, rank);
        if (pieces != of->pieces) of->received = now;
        of->pieces = pieces;
    }
}

bool fl_farm_agents_handle(fl_farm_agents *a, fl_error *error)
{
    int from;
    fl_wire_message message;
    if (!a) return true;
    double now = fl_clock_seconds();
    excuse(a, now);
    while (fl_wire_receive(a->wire, &from, &message))
        if (!take(a, from, &message)) return false;
    hear(a, now);
    beat(a, now);
    for (int rank = 1; rank < a->size; rank++) watch(a, rank, now);
    return true;
}

int fl_farm_agents_wait_ms(const fl_farm_agents *a)
{
    return a ? FL_FARM_WIRE_TICK_MS : INT_MAX;
}

double fl_farm_agents_cancel(fl_farm_agents *a, const fl_record_slot *slot)
{
    double seconds = 0;
    for (int rank = 1; a && rank < a->size; rank++) {
        agent *of = &a->agents[rank];
        for (size_t i = of->n_tasks; i-- > 0;) {
            fl_farm_task task = of->tasks[i];
            if (!fl_farm_task_is(&task, slot)) continue;
            fl_farm_message_send(a->wire, rank, FL_FARM_FORGET, task.number, NULL);
            of->tasks[i] = of->tasks[--of->n_tasks];
            fl_trial_free(&task.trial);
            seconds += fl_clock_seconds() - task.begun;
        }
    }
    return seconds;
}

/* --- the end --- */

size_t fl_farm_agents_lost(const fl_farm_agents *a)
{
    size_t n = 0;
    for (int rank = 1; a && rank < a->size; rank++) n += a->agents[rank].state == STATE_LOST;
    return n;
}

void fl_farm_agents_leave(fl_farm_agents *a)
{
    for (int rank = 1; a && rank < a->size; rank++) fl_farm_message_send(a->wire, rank, FL_FARM_LEAVE, 0, NULL);
}

/* Everybody is told; *wire is finished and NULL where nobody is missing. */
static void dismiss(fl_wire **wire, bool all_here, bool interrupted)
{
    const char *then = interrupted ? "exit" : all_here ? "finish" : "wait";
    for (int rank = 1; rank < fl_wire_size(*wire); rank++)
        fl_farm_message_send(*wire, rank, FL_FARM_STOP, 0, json_pack("{s:s}", "then", then));
    if (interrupted || !all_here) return;
    fl_wire_finish(*wire);
    *wire = NULL;
}

void fl_farm_dismiss(fl_wire **wire)
{
    if (*wire) dismiss(wire, true, false);
}

void fl_farm_agents_free(fl_farm_agents *a, bool interrupted)
{
    if (!a) return;
    dismiss(a->farm->wire, !fl_farm_agents_lost(a), interrupted);
    for (int rank = 1; rank < a->size; rank++) {
        for (size_t i = 0; i < a->agents[rank].n_tasks; i++) fl_trial_free(&a->agents[rank].tasks[i].trial);
        free(a->agents[rank].tasks);
    }
    json_decref(a->reference);
    free(a->agents);
    free(a);
}
