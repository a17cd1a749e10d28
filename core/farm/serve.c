/* The worker's own side: a trial in, an outcome out, until the input closes. */
#include "farm/worker.h"
#include "base/file.h"
#include "record/host.h"
#include "train/train.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool send(int to, json_t *message)
{
    char *line = fl_json_line(message);
    size_t n = strlen(line);
    line[n++] = '\n';
    bool put = fl_file_put(to, line, n);
    free(line);
    json_decref(message);
    return put;
}

/* SIGUSR1: save the state after the present step and leave. */
static volatile sig_atomic_t leave_asked;

static void ask_leave(int signal_number)
{
    leave_asked = 1;
}

/* A worker, and where its answers go. */
typedef struct service {
    fl_train_trainer *trainer;
    int to;
    fl_wire_frames frames; /* to those it carries a trial with */
} service;

/* Those it carries the trial with wait for its last word. */
static void leave(void *user)
{
    fl_wire_frames_flush(&((service *)user)->frames);
    _exit(FL_FARM_WORKER_LEFT);
}

static void pass_on(void *user, const char *message, double spent)
{
    send(((service *)user)->to, json_pack("{s:s, s:f}", "said", message, "spent", spent));
}

/* Run with checkpoints where `message` asks for them: {"path": .., "every": ..}. */
static bool train(service *s, const fl_trial *trial, const json_t *message, fl_outcome *outcome, fl_error *error)
{
    char host[17];
    fl_train_checkpoint_options checkpoints = {
        .user = s, .said = pass_on, .host = host, .leave_asked = &leave_asked, .leave = leave
    };
    checkpoints.path = json_string_value(json_object_get(message, "path"));
    checkpoints.every = (size_t)json_integer_value(json_object_get(message, "every"));
    bool keeps = checkpoints.path && checkpoints.every;
    if (keeps) fl_record_host_key_of(trial->backend, NULL, host);
    fl_train_set_checkpoints(s->trainer, keeps ? &checkpoints : NULL);
    return fl_train_trial(s->trainer, trial, NULL, outcome, error);
}

static json_t *run(service *s, const fl_trial *trial, const json_t *checkpoint)
{
    fl_outcome outcome;
    fl_error error;
    if (!train(s, trial, checkpoint, &outcome, &error)) return json_pack("{s:s}", "error", error.text);
    json_t *message = json_pack("{s:o, s:o}", "outcome", fl_outcome_json(&outcome), "host",
                                fl_record_host_facts(trial->backend, outcome.implementation));
    fl_outcome_free(&outcome);
    return message;
}

/* By itself, or with the workers that "group" of the message names. */
static json_t *run_with_others(service *s, const fl_trial *trial, const json_t *asked)
{
    char key[17];
    const json_t *group = json_object_get(asked, "group");
    fl_wire_by_frames by = { &s->frames, (uint64_t)json_integer_value(json_object_get(group, "number")) };
    int place = (int)json_integer_value(json_object_get(group, "place"));
    int size = (int)json_integer_value(json_object_get(group, "size"));
    if (!group) return run(s, trial, json_object_get(asked, "checkpoint"));
    fl_wire *wire = fl_wire_new(fl_wire_by_frames_join(&by, place, size));
    fl_record_host_key_of(trial->backend, NULL, key);
    fl_train_set_wire(s->trainer, wire, key, json_number_value(json_object_get(group, "silence")));
    json_t *answer = run(s, trial, json_object_get(asked, "checkpoint"));
    fl_train_set_wire(s->trainer, NULL, NULL, 0);
    fl_wire_finish(wire);
    return answer;
}

static json_t *answer(service *s, const char *line, size_t n)
{
    fl_error error = { .text = "its outcome cannot be written as JSON" };
    fl_trial trial;
    fl_json_node node;
    fl_json *document = fl_json_load_text("the supervisor's message", line, n, &error);
    bool read =
        document && fl_json_need(fl_json_root(document), "trial", &node, &error) && fl_trial_read(node, &trial, &error);
    json_t *message = NULL;
    if (read) {
        const json_t *asked = fl_json_value(fl_json_root(document));
        fl_train_set_timeline(s->trainer, (size_t)json_integer_value(json_object_get(asked, "timeline")));
        message = run_with_others(s, &trial, asked);
        fl_trial_free(&trial);
    }
    fl_json_free(document);
    return message ? message : json_pack("{s:s}", "error", error.text);
}

int fl_farm_worker_serve(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan goes on computing for a supervisor that is dead */
    signal(SIGINT, SIG_IGN);          /* Ctrl-C and a batch system's SIGTERM reach the whole group; */
    signal(SIGTERM, SIG_IGN);         /* the supervisor decides */
    signal(SIGPIPE, SIG_IGN);
    struct sigaction action = { .sa_handler = ask_leave, .sa_flags = SA_RESTART };
    sigaction(SIGUSR1, &action, NULL);
    service s = { .trainer = fl_train_trainer_new(),
                  .to = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, FL_FARM_WORKER_WIRE + 1),
                  .frames = fl_wire_frames_over(FL_FARM_WORKER_WIRE) };
    fcntl(FL_FARM_WORKER_WIRE, F_SETFD, FD_CLOEXEC); /* not for an update rule's process */
    dup2(STDERR_FILENO, STDOUT_FILENO); /* whatever a library prints must not reach the supervisor as an answer */
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n = 0;
    bool open = send(s.to, json_pack("{s:b}", "ready", 1));
    while (open && (n = getline(&line, &capacity, stdin)) > 0) open = send(s.to, answer(&s, line, (size_t)n));
    free(line);
    fl_wire_frames_free(&s.frames);
    fl_train_trainer_free(s.trainer);
    return 0;
}
