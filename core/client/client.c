/* The conversation: one line says what there is, one more asks for each step. */
#include "client/client.h"
#include "base/memory.h"
#include "client/client_memory.h"
#include "client/client_process.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROTOCOL = 1 };

struct fl_client {
    fl_client_memory memory;
    fl_client_process process;
    char name[64];
    double deadline;
    size_t count;
    float *shared[2]; /* what the first arrays took the place of */
    bool lost;        /* it is not to be waited for */
    bool hung;        /* it let a deadline pass */
    fl_error why;     /* it is lost */
};

static json_t *block_json(const fl_tensor *tensor)
{
    json_t *shape = json_array();
    for (size_t i = 0; i < tensor->n_dims; i++)
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
    return json_pack("{s:s, s:o, s:s, s:I, s:I}", "name", tensor->name, "shape", shape, "role",
                     fl_tensor_role_name(tensor->role), "offset", (json_int_t)tensor->offset, "count",
                     (json_int_t)tensor->count);
}

static char *first_line(const fl_client_rule *rule, const char *memory)
{
    json_t *blocks = json_array();
    for (const fl_tensor *t = rule->blocks->tensors; t < rule->blocks->tensors + rule->blocks->n_tensors; t++)
        json_array_append_new(blocks, block_json(t));
    json_t *line = json_pack("{s:i, s:s, s:I, s:I, s:o, s:O, s:s}", "protocol", PROTOCOL, "memory", memory, "count",
                             (json_int_t)rule->blocks->count, "states", (json_int_t)rule->n_states, "blocks", blocks,
                             "hyperparameters", rule->hyperparameters, "layout", rule->layout);
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(line);
    return text;
}

/* --- what it said --- */

static bool is_lost(fl_client *client, fl_client_said said, const char *when, fl_error *error)
{
    const char *name = client->name;
    if (said == FL_CLIENT_CLOSED)
        return fl_error_user(error, "optimizer '%s': its process %s %s", name, client->process.how, when);
    if (said == FL_CLIENT_LATE)
        return fl_error_user(error, "optimizer '%s': no answer %s within %g s", name, when, client->deadline);
    if (said == FL_CLIENT_AHEAD)
        return fl_error_user(error, "optimizer '%s' answered before it was asked, %s", name, when);
    return fl_error_user(error, "optimizer '%s': an answer of more than %d bytes %s", name, FL_CLIENT_LINE, when);
}

/* {"ok": true}, or {"error": "why"}. */
static bool accepts(const fl_client *client, const char *when, fl_error *error)
{
    const char *line = client->process.line, *name = client->name;
    if (!strcmp(line, "{\"ok\":true}")) return true;
    json_t *answer = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    bool good = json_is_object(answer) && json_object_size(answer) == 1 && json_is_true(json_object_get(answer, "ok"));
    const char *why = json_string_value(json_object_get(answer, "error"));
    if (why)
        fl_error_user(error, "optimizer '%s' gave up %s: %.600s", name, when, why);
    else if (!good)
        fl_error_user(error, "optimizer '%s' answered '%.100s' %s; use {\"ok\": true} or {\"error\": \"why\"}", name,
                      line, when);
    json_decref(answer);
    return good;
}

static void clear_shared(const fl_client *client)
{
    for (size_t i = 0; i < sizeof client->shared / sizeof *client->shared; i++)
        if (client->shared[i]) fl_client_memory_clear(client->shared[i], client->count * sizeof(float));
}

/* Its arrays become this process's own, so that whoever holds them may look at them once more. */
static void take_back(fl_client *client)
{
    clear_shared(client);
    fl_client_memory_clear(client->memory.at, client->memory.bytes);
}

/* Send a line and have it answered; what goes wrong is the client's end. */
static void ask(fl_client *client, const char *line, size_t n, const char *when)
{
    fl_error *error = &client->why;
    fl_client_said said = fl_client_process_ask(&client->process, line, n, client->deadline);
    bool good = said == FL_CLIENT_LINE_CAME ? accepts(client, when, error) : is_lost(client, said, when, error);
    if (!fl_client_memory_whole(&client->memory)) {
        take_back(client);
        if (good) good = fl_error_user(error, "optimizer '%s' cut off its shared memory %s", client->name, when);
    }
    client->lost = !good;
    client->hung = said == FL_CLIENT_LATE;
}

/* --- for the trainer --- */

/* False where there is no memory or no program. What the program then says wrong waits for the first step, as what it
 * says wrong later: when a mistake is noticed is a matter of time. */
static bool start(fl_client *client, const fl_client_rule *rule, fl_error *error)
{
    size_t bytes = (2 + rule->n_states) * client->count * sizeof(float);
    client->lost = true;
    if (!fl_client_memory_make(&client->memory, bytes, error) ||
        !fl_client_process_start(&client->process, rule->words, error))
        return false;
    char *line = first_line(rule, client->memory.name);
    size_t n = strlen(line);
    line[n] = '\n'; /* in the place of the NUL */
    ask(client, line, n + 1, "at its start");
    free(line);
    fl_client_memory_hide(&client->memory);
    return true;
}

fl_client *fl_client_start(const fl_client_rule *rule, fl_error *error)
{
    fl_client *client = fl_memory_new(1, sizeof *client);
    client->process.to = client->process.from = client->memory.file = -1;
    client->count = rule->blocks->count;
    client->deadline = rule->deadline;
    snprintf(client->name, sizeof client->name, "%s", rule->name);
    if (start(client, rule, error)) return client;
    fl_client_stop(client);
    return NULL;
}

bool fl_client_end(fl_client *client, fl_error *error)
{
    return fl_client_process_stop(&client->process, client->lost) ||
           is_lost(client, FL_CLIENT_AHEAD, "after the last step", error);
}

void fl_client_stop(fl_client *client)
{
    if (!client) return;
    fl_client_process_stop(&client->process, client->lost);
    clear_shared(client);
    fl_client_memory_free(&client->memory);
    free(client);
}

bool fl_client_hung(const fl_client *client)
{
    return client->hung;
}

float *fl_client_array(const fl_client *client, size_t index)
{
    return (float *)client->memory.at + index * client->count;
}

bool fl_client_share(fl_client *client, size_t index, float *at)
{
    if (client->lost) return false; /* it may have cut off its memory */
    if (!fl_client_memory_show(&client->memory, index * client->count * sizeof(float), at,
                               client->count * sizeof(float)))
        return false;
    client->shared[index] = at;
    return true;
}

/* JSON has no word for a loss that is no number, as the promises' experiments meet it. */
bool fl_client_step(fl_client *client, size_t step, double rate, double loss, fl_error *error)
{
    char number[40] = "null", line[120], when[40];
    if (isfinite(loss)) snprintf(number, sizeof number, "%.17g", loss);
    int n = snprintf(line, sizeof line, "{\"step\":%zu,\"rate\":%.17g,\"loss\":%s}\n", step, rate, number);
    snprintf(when, sizeof when, "at step %zu", step + 1);
    if (!client->lost) ask(client, line, (size_t)n, when);
    if (client->lost) *error = client->why;
    return !client->lost;
}
