/* The worker's own side: a trial in, an outcome out, until the input closes. */
#include "farm/worker.h"
#include "record/host.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static bool say(int to, json_t *message)
{
    char *line = fl_json_line(message);
    size_t n = strlen(line), put = 0;
    line[n++] = '\n';
    while (put < n) {
        ssize_t now = write(to, line + put, n - put);
        if (now < 0 && errno != EINTR) break;
        if (now > 0) put += (size_t)now;
    }
    free(line);
    json_decref(message);
    return put == n;
}

static json_t *run(fl_trainer *trainer, const fl_trial *trial)
{
    fl_outcome outcome;
    fl_error error;
    if (!fl_train(trainer, trial, NULL, &outcome, &error)) {
        fl_outcome_free(&outcome);
        return json_pack("{s:s}", "error", error.text);
    }
    json_t *message = json_pack("{s:o, s:o}", "outcome", fl_outcome_json(&outcome), "host",
                                fl_host_facts(trial->backend, outcome.implementation));
    fl_outcome_free(&outcome);
    return message;
}

static json_t *answer(fl_trainer *trainer, const char *line, size_t n)
{
    fl_error error;
    fl_trial trial;
    fl_node node;
    fl_json *document = fl_json_load_text("the supervisor's message", line, n, &error);
    bool read =
        document && fl_node_need(fl_json_root(document), "trial", &node, &error) && fl_trial_read(node, &trial, &error);
    fl_json_free(document);
    if (!read) return json_pack("{s:s}", "error", error.text);
    json_t *message = run(trainer, &trial);
    fl_trial_free(&trial);
    return message;
}

int fl_worker_serve(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphan goes on computing for a supervisor that is dead */
    signal(SIGINT, SIG_IGN);          /* Ctrl-C and a batch system's SIGTERM reach the whole group; */
    signal(SIGTERM, SIG_IGN);         /* the supervisor decides */
    signal(SIGPIPE, SIG_IGN);
    int to = dup(STDOUT_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO); /* whatever a library prints must not reach the supervisor as an answer */
    fl_trainer *trainer = fl_trainer_new();
    char *line = NULL;
    size_t capacity = 0;
    ssize_t n = 0;
    bool heard = say(to, json_pack("{s:b}", "ready", 1));
    while (heard && (n = getline(&line, &capacity, stdin)) > 0) heard = say(to, answer(trainer, line, (size_t)n));
    free(line);
    fl_trainer_free(trainer);
    return 0;
}
