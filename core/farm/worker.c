/* The supervisor's hold on a worker. */
#include "farm/worker.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/memory.h"
#include "wire/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A worker is a process by itself: it joins nobody, whoever launched its parent. The variables of `threads` must be in
 * place when the libraries load. */
static const char *const thread_variables[] = { "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS" };
enum { N_VARIABLES = sizeof thread_variables / sizeof *thread_variables };

static bool is_thread_variable(const char *setting)
{
    for (size_t i = 0; i < N_VARIABLES; i++) {
        size_t n = strlen(thread_variables[i]);
        if (!strncmp(setting, thread_variables[i], n) && setting[n] == '=') return true;
    }
    return false;
}

/* This process's environment with the thread count in it; an array and N_VARIABLES texts to free. */
static char **worker_environment(unsigned threads)
{
    size_t n = 0, used = 0;
    while (environ[n]) n++;
    char **settings = fl_memory_new(n + N_VARIABLES + 1, sizeof *settings);
    for (; used < N_VARIABLES; used++)
        if (asprintf(&settings[used], "%s=%u", thread_variables[used], threads) < 0)
            fl_error_give_up("no memory for a worker's environment");
    for (size_t i = 0; i < n; i++)
        if (!is_thread_variable(environ[i]) && !fl_wire_launch_variable(environ[i])) settings[used++] = environ[i];
    return settings;
}

static void free_environment(char **settings)
{
    for (size_t i = 0; i < N_VARIABLES; i++) free(settings[i]);
    free(settings);
}

/* What the child has of its parent's descriptors: its input, output and wire. */
typedef struct ends {
    int in[2], out[2], wire[2]; /* the child's, then the parent's; -1: not open */
} ends;

static void close_ends(const ends *e, size_t which)
{
    const int all[] = { e->in[which], e->out[which], e->wire[which] };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] >= 0) close(all[i]);
}

static bool open_ends(ends *e)
{
    int in[2], out[2];
    *e = (ends){ { -1, -1 }, { -1, -1 }, { -1, -1 } };
    if (pipe2(in, O_CLOEXEC) != 0) return false;
    memcpy(e->in, in, sizeof in);
    if (pipe2(out, O_CLOEXEC) != 0) return false;
    memcpy(e->out, (int[]){ out[1], out[0] }, sizeof out);
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, e->wire) == 0;
}

static int spawn(pid_t *pid, char *const *command, const ends *e, unsigned threads)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, e->in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, e->out[0], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, e->wire[0], FL_FARM_WORKER_WIRE);
    char **settings = worker_environment(threads);
    int trouble = posix_spawn(pid, command[0], &actions, NULL, command, settings);
    free_environment(settings);
    posix_spawn_file_actions_destroy(&actions);
    return trouble;
}

bool fl_farm_worker_start(fl_farm_worker *worker, char *const *command, unsigned threads, fl_error *error)
{
    ends e;
    *worker = (fl_farm_worker){ .started = fl_clock_seconds(), .frames = { .ended = true } };
    bool open = open_ends(&e);
    int trouble = open ? spawn(&worker->pid, command, &e, threads) : errno;
    close_ends(&e, 0);
    if (trouble) close_ends(&e, 1);
    if (trouble) worker->pid = 0;
    if (!open) return fl_error_machine(error, "no pipe for a worker: %s", strerror(trouble));
    if (trouble) return fl_error_machine(error, "a worker cannot be started: %s", strerror(trouble));
    worker->to = e.in[1];
    fcntl(worker->to, F_SETFL, O_NONBLOCK); /* one that hangs reads nothing, and a pipe takes 64 KiB */
    worker->from = e.out[1];
    worker->frames = fl_wire_frames_over(e.wire[1]);
    return true;
}

bool fl_farm_worker_send(fl_farm_worker *worker, const char *path, size_t checkpoint_every, size_t timeline)
{
    json_t *trial = fl_trial_json(&worker->task.trial), *message = json_pack("{s:o}", "trial", trial);
    fl_trial_add_definitions(&worker->task.trial, trial);
    if (checkpoint_every)
        json_object_set_new(message, "checkpoint",
                            json_pack("{s:s, s:I}", "path", path, "every", (json_int_t)checkpoint_every));
    if (timeline) json_object_set_new(message, "timeline", json_integer((json_int_t)timeline));
    const fl_farm_group *group = &worker->task.group;
    if (group->number)
        json_object_set_new(message, "group",
                            json_pack("{s:I, s:I, s:I, s:f}", "number", (json_int_t)group->number, "size",
                                      (json_int_t)group->size, "place", (json_int_t)group->place, "silence",
                                      group->silence));
    char *line = fl_json_line(message);
    size_t n = strlen(line);
    line[n++] = '\n'; /* in the place of the NUL */
    fl_text_add_bytes(&worker->unsent, line, n);
    free(line);
    json_decref(message);
    return fl_farm_worker_send_on(worker);
}

bool fl_farm_worker_send_on(fl_farm_worker *worker)
{
    fl_text *unsent = &worker->unsent;
    while (unsent->length) {
        ssize_t now = write(worker->to, unsent->bytes, unsent->length);
        if (now < 0 && errno == EAGAIN) return true;
        if (now < 0 && errno != EINTR) return false;
        if (now > 0) memmove(unsent->bytes, unsent->bytes + now, unsent->length -= (size_t)now);
    }
    return true;
}

static fl_farm_message parse(fl_farm_worker *worker, size_t n, fl_outcome *outcome, json_t **facts, fl_error *error)
{
    json_t *message = json_loadb(worker->received.bytes, n, 0, NULL);
    const char *trouble = json_string_value(json_object_get(message, "error"));
    const char *said = json_string_value(json_object_get(message, "said"));
    fl_farm_message kind = FL_FARM_MESSAGE_END;
    if (json_object_get(message, "ready")) {
        kind = FL_FARM_MESSAGE_READY;
    } else if (trouble) {
        fl_error_user(error, "%s", trouble);
        kind = FL_FARM_MESSAGE_ERROR;
    } else if (said) {
        fl_error_user(error, "%s", said);
        worker->begun -= json_number_value(json_object_get(message, "spent"));
        kind = FL_FARM_MESSAGE_NOTE;
    } else if (fl_outcome_read(json_object_get(message, "outcome"), outcome)) {
        *facts = json_incref(json_object_get(message, "host"));
        kind = FL_FARM_MESSAGE_OUTCOME;
    }
    json_decref(message);
    return kind;
}

/* The length of the first line, its newline included; 0: it is not whole yet. */
static size_t line_length(const fl_text *received)
{
    const char *end = received->length ? memchr(received->bytes, '\n', received->length) : NULL;
    return end ? (size_t)(end - received->bytes) + 1 : 0;
}

bool fl_farm_worker_has_more(const fl_farm_worker *worker)
{
    return line_length(&worker->received);
}

fl_farm_message fl_farm_worker_receive(fl_farm_worker *worker, fl_outcome *outcome, json_t **facts, fl_error *error)
{
    char bytes[1 << 16];
    fl_text *received = &worker->received;
    if (!fl_farm_worker_has_more(worker)) {
        ssize_t n = read(worker->from, bytes, sizeof bytes);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) return FL_FARM_MESSAGE_NONE;
        if (n <= 0) return FL_FARM_MESSAGE_END;
        fl_text_add_bytes(received, bytes, (size_t)n);
    }
    size_t n = line_length(received);
    if (!n) return FL_FARM_MESSAGE_NONE;
    fl_farm_message kind = parse(worker, n, outcome, facts, error);
    memmove(received->bytes, received->bytes + n, received->length -= n);
    return kind;
}

size_t fl_farm_worker_mib(const fl_farm_worker *worker)
{
    char path[64];
    size_t pages = 0, page = (size_t)sysconf(_SC_PAGESIZE), mib = 1 << 20;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)worker->pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%*u %zu", &pages) != 1) pages = 0;
    if (file) fclose(file);
    return (pages * page + mib - 1) / mib;
}

static void describe_end(int status, char *how, size_t size)
{
    if (WIFEXITED(status) &&
        WEXITSTATUS(status) == FL_ERROR_MACHINE) /* fl_error_give_up's: a worker tells all else in its answer */
        snprintf(how, size, "gave up: no memory, or another of the machine's troubles");
    else
        fl_child_describe(status, how, size);
}

bool fl_farm_worker_stop(fl_farm_worker *worker, char *how, size_t size)
{
    int status = 0;
    if (!worker->pid) return false;
    close(worker->to);
    close(worker->from);
    close(worker->frames.stream);
    if (waitpid(worker->pid, &status, WNOHANG) == 0) {
        kill(worker->pid, SIGKILL);
        fl_child_wait(worker->pid, &status);
    }
    if (how) describe_end(status, how, size);
    fl_text_free(&worker->unsent);
    fl_text_free(&worker->received);
    fl_wire_frames_free(&worker->frames);
    if (worker->busy) fl_trial_free(&worker->task.trial);
    *worker = (fl_farm_worker){ .frames = { .ended = true } };
    return WIFEXITED(status) && WEXITSTATUS(status) == FL_FARM_WORKER_LEFT;
}
