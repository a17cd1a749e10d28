/* The agent's loop: what the supervisor sends to the crew, what the crew reports to the supervisor. */
#include "farm/agent.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "farm/agent_data.h"
#include "farm/checkpoints.h"
#include "farm/crew.h"
#include "farm/messages.h"
#include "own/own.h"
#include "record/host.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A task that is here, and when its checkpoint was last sent on. */
typedef struct held {
    fl_farm_task task; /* its trial belongs to the crew once it has begun */
    bool begun;
    bool waits; /* for the checkpoint that follows it */
    struct timespec sent;
} held;

typedef struct service {
    const fl_farm_agent *agent;
    fl_farm_crew *crew; /* NULL before the welcome */
    size_t checkpoint_every;
    double silence;
    held *tasks;
    size_t n_tasks;
    struct pollfd *polls;
    uint64_t pieces; /* the supervisor had sent when it was last heard */
    double received, beaten, looped;
    json_t *welcome;              /* to be answered once data have come */
    const fl_dataset_kind *lacks; /* which were asked for, last; NULL: none */
    bool leaving, gone, stopped;
    fl_farm_agent_end then;
} service;

static void send(service *s, uint64_t kind, uint64_t number, json_t *payload)
{
    fl_farm_message_send(s->agent->wire, 0, kind, number, payload);
}

/* --- between crew and supervisor --- */

static bool next(void *user, fl_farm_task *task)
{
    service *s = user;
    for (size_t i = 0; i < s->n_tasks; i++) {
        if (s->tasks[i].begun || s->tasks[i].waits) continue;
        s->tasks[i].begun = true;
        *task = s->tasks[i].task;
        return true;
    }
    return false;
}

static void forget(service *s, size_t i)
{
    if (!s->tasks[i].begun) fl_trial_free(&s->tasks[i].task.trial);
    s->tasks[i] = s->tasks[--s->n_tasks];
}

/* Send on the checkpoints that were written since. */
static void send_checkpoints(service *s)
{
    for (held *h = s->tasks; s->checkpoint_every && h < s->tasks + s->n_tasks; h++) {
        char path[FL_FILE_PATH_MAX];
        struct stat file;
        fl_farm_checkpoints_path(s->agent->scratch, &h->task.slot, path);
        if (!h->begun || stat(path, &file) != 0 || !memcmp(&file.st_mtim, &h->sent, sizeof h->sent)) continue;
        h->sent = file.st_mtim;
        fl_farm_message_send_checkpoint(s->agent->wire, 0, h->task.number, path);
    }
}

/* A trial that lost a worker, but not to a limit, goes on from its last checkpoint where it is given anew. */
static bool ended(void *user, const fl_farm_task *task, const fl_outcome *outcome, const json_t *facts)
{
    service *s = user;
    json_t *message = json_pack("{s:o, s:I}", "outcome", fl_outcome_json(outcome), "loss", (json_int_t)task->loss);
    if (facts) json_object_set(message, "host", (json_t *)facts);
    if (task->group.number && !facts) send_checkpoints(s);
    send(s, FL_FARM_OUTCOME, task->number, message);
    if (s->checkpoint_every) fl_farm_checkpoints_drop(s->agent->scratch, &task->slot);
    for (size_t i = s->n_tasks; i-- > 0;)
        if (s->tasks[i].task.number == task->number) forget(s, i);
    return true;
}

static void carry(void *user, const fl_farm_group *group, const fl_wire_frame *frame)
{
    fl_farm_message_carry(((service *)user)->agent->wire, group, frame);
}

static void warned(void *user, const char *message)
{
    send(user, FL_FARM_NOTE, 0, json_pack("{s:s}", "said", message));
}

/* --- the welcome --- */

/* Read one of the welcome's trials, see that it can be run here, and add what the supervisor wants to know of it. Where
 * all it lacks are data, *lacks names them. */
static bool examine(const json_t *object, json_t *checksums, json_t *facts, const fl_dataset_kind **lacks,
                    fl_error *error)
{
    fl_trial trial;
    char *line = fl_json_line(object);
    fl_json *document = fl_json_load_text("the supervisor's message", line, strlen(line), error);
    bool read = document && fl_trial_read(fl_json_root(document), &trial, error);
    fl_dataset *dataset = NULL;
    if (read && trial.backend->usable(trial.precision, error) && fl_own_ready(trial.owners.optimizer, error))
        dataset = fl_workload_load(trial.owners.workload, trial.values.of[FL_TRIAL_OF_WORKLOAD], error);
    if (dataset) {
        json_array_append_new(checksums, json_string(dataset->checksum));
        json_object_set_new(facts, trial.backend->entry.name, fl_record_host_facts(trial.backend, NULL));
    }
    bool fine = dataset;
    if (read && !fine && fl_farm_agent_lacks(trial.owners.workload->dataset)) *lacks = trial.owners.workload->dataset;
    fl_dataset_free(dataset);
    if (read) fl_trial_free(&trial);
    fl_json_free(document);
    free(line);
    return fine;
}

static void start_crew(service *s, const json_t *welcome)
{
    double start = json_number_value(json_object_get(welcome, "start"));
    double silence = json_number_value(json_object_get(welcome, "silence"));
    s->checkpoint_every = (size_t)json_integer_value(json_object_get(welcome, "checkpoint_every"));
    s->silence = silence > 0 ? silence : FL_FARM_SILENCE_SECONDS;
    const fl_farm_crew_options options = {
        .workers = s->agent->workers,
        .threads = (unsigned)json_integer_value(json_object_get(welcome, "threads")),
        .timeout = json_number_value(json_object_get(welcome, "timeout")),
        .start = start > 0 ? start : FL_FARM_START_SECONDS,
        .memory_mib = (size_t)json_integer_value(json_object_get(welcome, "memory_mib")),
        .checkpoint_every = s->checkpoint_every,
        .timeline = (size_t)json_integer_value(json_object_get(welcome, "timeline")),
        .folder = s->agent->scratch,
        .worker_command = s->agent->worker_command,
        .user = s,
        .next = next,
        .ended = ended,
        .warned = warned,
        .carry = carry,
    };
    s->crew = fl_farm_crew_new(&options);
}

/* All trials of the welcome; false with a message, and *lacks where only data are missing. */
static bool examine_all(const json_t *welcome, json_t *checksums, json_t *facts, const fl_dataset_kind **lacks,
                        fl_error *error)
{
    size_t i;
    json_t *trial;
    json_array_foreach(json_object_get(welcome, "trials"), i, trial)
    {
        if (json_is_null(trial))
            json_array_append_new(checksums, json_null());
        else if (!examine(trial, checksums, facts, lacks, error))
            return false;
    }
    return true;
}

/* Answer the welcome, or ask for the data it takes. */
static void answer(service *s)
{
    json_t *checksums = json_array(), *facts = json_object(), *words = json_array();
    const fl_dataset_kind *lacks = NULL;
    char host[80] = "";
    fl_error error;
    gethostname(host, sizeof host - 1);
    for (const char *const *word = s->agent->words; word && *word; word++)
        json_array_append_new(words, json_string(*word));
    bool fine = examine_all(s->welcome, checksums, facts, &lacks, &error);
    json_t *reply = json_pack("{s:s, s:I, s:o, s:o, s:o}", "host", host, "workers", (json_int_t)s->agent->workers,
                              "checksums", checksums, "facts", facts, "words", words);
    if (lacks && lacks != s->lacks) { /* each is asked for once */
        s->lacks = lacks;
        send(s, FL_FARM_WANT, 0, json_pack("{s:s}", "data", lacks->entry.name));
        json_decref(reply);
        return;
    }
    start_crew(s, s->welcome);
    fine = fine && (!s->checkpoint_every || fl_farm_checkpoints_begin(s->agent->scratch, &error));
    if (!fine) json_object_set_new(reply, "error", json_string(error.text));
    send(s, FL_FARM_READY, 0, reply);
}

/* The welcome's trials cannot be run here: somebody must know, for nothing else ends the wait for an answer. */
static void refuse(service *s, const char *why)
{
    char host[80] = "";
    gethostname(host, sizeof host - 1);
    start_crew(s, s->welcome);
    send(s, FL_FARM_READY, 0, json_pack("{s:s, s:s}", "host", host, "error", why));
}

static void take_welcome(service *s, const fl_wire_message *message)
{
    s->welcome = fl_farm_message_payload(message);
    answer(s);
}

static void take_data(service *s, const fl_wire_message *message)
{
    fl_error error = { .text = "" };
    if (!s->lacks || s->crew) return;
    if (fl_farm_agent_take_data(s->lacks, s->agent->scratch, message, &error))
        answer(s);
    else if (*error.text)
        refuse(s, error.text);
}

/* --- messages --- */

static bool read_slot(const json_t *slot, fl_record_slot *to)
{
    json_int_t arm, index, repeat;
    if (json_unpack((json_t *)slot, "[I, I, I]", &arm, &index, &repeat) || arm < 0 || index < 0 || repeat < 0)
        return false;
    *to = (fl_record_slot){ (size_t)arm, (uint64_t)index, (uint64_t)repeat };
    return true;
}

static void take_trial(service *s, const fl_wire_message *message)
{
    held task = { .task.number = message->attempt };
    fl_json_node root, slot, trial, group;
    fl_error error;
    fl_json *document = fl_json_load_text("the supervisor's message", message->bytes, message->length, &error);
    bool read = document && fl_json_need(root = fl_json_root(document), "slot", &slot, &error) &&
                read_slot(fl_json_value(slot), &task.task.slot) && fl_json_need(root, "trial", &trial, &error) &&
                fl_json_need(root, "group", &group, &error) &&
                fl_farm_message_read_group(fl_json_value(group), &task.task.group, &error) &&
                fl_trial_read(trial, &task.task.trial, &error);
    task.waits = read && json_is_true(json_object_get(fl_json_value(root), "checkpoint"));
    if (read) {
        s->tasks = fl_memory_grow(s->tasks, s->n_tasks + 1, sizeof *s->tasks);
        s->tasks[s->n_tasks++] = task;
    } else {
        warned(s, error.text);
    }
    fl_json_free(document);
}

static held *find(service *s, uint64_t number)
{
    for (size_t i = 0; i < s->n_tasks; i++)
        if (s->tasks[i].task.number == number) return &s->tasks[i];
    return NULL;
}

/* It follows its trial at once, which waits for it. */
static void take_checkpoint(service *s, const fl_wire_message *message)
{
    char path[FL_FILE_PATH_MAX];
    fl_error error;
    const held *of = find(s, message->attempt);
    if (!of || of->begun) return;
    fl_farm_checkpoints_path(s->agent->scratch, &of->task.slot, path);
    if (!fl_file_write(path, message->bytes, message->length, &error)) warned(s, error.text);
}

/* Messages keep their order: what comes after a trial is its checkpoint, or that got lost. */
static void end_waiting(service *s)
{
    for (size_t i = 0; i < s->n_tasks; i++) s->tasks[i].waits = false;
}

static void take_forget(service *s, uint64_t number)
{
    for (size_t i = s->n_tasks; i-- > 0;) {
        if (number && s->tasks[i].task.number != number) continue;
        fl_farm_crew_cancel(s->crew, &s->tasks[i].task.slot);
        if (s->checkpoint_every) fl_farm_checkpoints_drop(s->agent->scratch, &s->tasks[i].task.slot);
        forget(s, i);
    }
}

static void leave(service *s)
{
    s->leaving = true;
    if (s->crew) fl_farm_crew_leave(s->crew);
}

static void take_stop(service *s, const fl_wire_message *message)
{
    json_t *payload = fl_farm_message_payload(message);
    const char *then = json_string_value(json_object_get(payload, "then"));
    s->stopped = true;
    s->then = !then                     ? FL_FARM_AGENT_RELEASED
              : !strcmp(then, "finish") ? FL_FARM_AGENT_FINISHED
              : !strcmp(then, "wait")   ? FL_FARM_AGENT_WAIT
                                        : FL_FARM_AGENT_RELEASED;
    json_decref(payload);
}

static void take(service *s, const fl_wire_message *message)
{
    bool welcomed = s->crew;
    end_waiting(s);
    if (message->kind == FL_FARM_WELCOME && !s->welcome) take_welcome(s, message);
    if (message->kind == FL_FARM_DATA) take_data(s, message);
    if (message->kind == FL_FARM_TRIAL && welcomed && !s->leaving) take_trial(s, message);
    if (message->kind == FL_FARM_CHECKPOINT && welcomed) take_checkpoint(s, message);
    if (message->kind == FL_FARM_FORGET && welcomed) take_forget(s, message->attempt);
    if (message->kind == FL_FARM_LEAVE && !s->leaving) leave(s);
    if (message->kind == FL_FARM_STOP) take_stop(s, message);
}

/* --- what is sent unasked --- */

static void beat(service *s, double now)
{
    if (now - s->beaten < FL_FARM_BEAT_SECONDS) return;
    s->beaten = now;
    send_checkpoints(s);
    send(s, FL_FARM_BEAT, 0, NULL);
}

/* Whoever saves has done so: nothing here is needed any more. */
static void say_gone(service *s)
{
    if (!s->leaving || s->gone || (s->crew && fl_farm_crew_busy(s->crew))) return;
    s->gone = true;
    send_checkpoints(s);
    send(s, FL_FARM_GONE, 0, NULL);
}

/* --- the loop --- */

/* True where the end has come, in *end. */
static bool wait_for_message(service *s, fl_farm_agent_end *end)
{
    size_t n = s->crew ? fl_farm_crew_polls(s->crew, s->polls) : 0;
    s->polls[n] = (struct pollfd){ s->agent->interrupt, POLLIN, 0 };
    s->polls[n + 1] = (struct pollfd){ s->leaving ? -1 : s->agent->leave, POLLIN, 0 };
    if (fl_farm_crew_wait(s->crew, s->polls, n + 2, FL_FARM_WIRE_TICK_MS) < 0)
        for (size_t i = 0; i < n + 2; i++) s->polls[i].revents = 0;
    if (s->polls[n + 1].revents) leave(s);
    *end = FL_FARM_AGENT_INTERRUPTED;
    return s->polls[n].revents;
}

/* A long message takes its time: each of its pieces is a sign of life. */
static void hear(service *s, double now)
{
    uint64_t pieces = fl_wire_pieces(s->agent->wire, 0);
    if (pieces != s->pieces) s->received = now;
    s->pieces = pieces;
}

/* Messages first: while this process was held up the supervisor may have gone on talking. */
static bool is_out_of_reach(service *s, double now, fl_error *error)
{
    double held_up = now - s->looped - FL_FARM_BEAT_SECONDS, most = s->crew ? s->silence : FL_FARM_START_SECONDS;
    if (held_up > 0) s->received += held_up;
    s->looped = now;
    if (now - s->received <= most) return false;
    fl_error_machine(error, "the supervisor has been silent for %g s: its trials are given up here", most);
    return true;
}

static fl_farm_agent_end work(service *s, fl_error *error)
{
    fl_farm_agent_end end;
    int from;
    fl_wire_message message;
    while (!wait_for_message(s, &end)) {
        if (s->crew && !fl_farm_crew_handle(s->crew, s->polls, error)) return FL_FARM_AGENT_ERROR;
        while (!s->stopped && fl_wire_receive(s->agent->wire, &from, &message)) {
            if (message.kind == FL_FARM_CARRY && s->crew) fl_farm_message_deliver(s->crew, &message);
            if (from == 0) take(s, &message);
        }
        if (s->stopped) return s->then;
        double now = fl_clock_seconds();
        hear(s, now);
        if (is_out_of_reach(s, now, error)) return FL_FARM_AGENT_ERROR;
        if (s->crew && !fl_farm_crew_assign(s->crew, error)) return FL_FARM_AGENT_ERROR;
        beat(s, now);
        say_gone(s);
    }
    return end;
}

fl_farm_agent_end fl_farm_agent_run(const fl_farm_agent *agent, fl_error *error)
{
    double now = fl_clock_seconds();
    signal(SIGPIPE, SIG_IGN); /* a worker that is gone shows up as a failed write */
    service s = { .agent = agent,
                  .polls = fl_memory_new(FL_FARM_CREW_POLLS * agent->workers + 2, sizeof(struct pollfd)),
                  .received = now,
                  .beaten = now,
                  .looped = now };
    fl_farm_agent_end end = work(&s, error);
    if (end == FL_FARM_AGENT_ERROR) send(&s, FL_FARM_GONE, 0, NULL);
    fl_farm_crew_free(s.crew);
    for (size_t i = s.n_tasks; i-- > 0;) forget(&s, i);
    if (s.checkpoint_every) fl_farm_checkpoints_end(agent->scratch);
    if (s.lacks) fl_farm_agent_drop_data(agent->scratch);
    json_decref(s.welcome);
    free(s.tasks);
    free(s.polls);
    return end;
}
