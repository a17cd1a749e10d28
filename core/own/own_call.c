/* A rule of another process as one of this, for experiments: its `start` starts the process, its `step` copies the
 * arrays there and back. An update is known by the caller's `trainer`; one that is started anew gets another process.
 */
#include "client/client.h"
#include "own/own_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PARAMETERS, GRADIENT, STATES };
enum { MOST_CLIENTS = 8 }; /* at once; the oldest ends where there are more */

typedef struct call {
    const void *trainer;
    fl_client *client;
} call;

static call calls[MOST_CLIENTS];
static size_t n_started;
static const fl_own *called; /* one rule at a time */
static fl_error trouble;
static bool troubled, hung;

static json_t *hyperparameters(const fl_optimizer *rule, const double *values)
{
    json_t *all = json_object();
    for (size_t i = 0; i < rule->n_hypers; i++) {
        const fl_hyper *hyper = &rule->hypers[i];
        if (isnan(values[i])) continue; /* the rate, where a schedule or a caller gives it step by step */
        json_object_set_new(all, hyper->name,
                            hyper->choices ? json_string(hyper->choices[(size_t)values[i]]) : json_real(values[i]));
    }
    return all;
}

fl_client *fl_own_start_process(const fl_own *own, const fl_optimizer_update *update, fl_error *error)
{
    json_t *hypers = hyperparameters(&own->rule, update->hyper);
    const fl_client_rule rule = { .name = own->rule.entry.name,
                                  .words = own->words,
                                  .layout = own->rule.canonical ? "canonical" : "backend",
                                  .n_states = own->rule.n_states,
                                  .deadline = own->deadline,
                                  .hyperparameters = hypers,
                                  .blocks = update->layout };
    fl_client *client = fl_client_start(&rule, error);
    json_decref(hypers);
    return client;
}

static call *find_call(const void *trainer)
{
    for (call *c = calls; c < calls + MOST_CLIENTS; c++)
        if (c->trainer == trainer) return c;
    return &calls[n_started++ % MOST_CLIENTS];
}

static void start(fl_optimizer_update *update)
{
    call *c = find_call(update->trainer);
    fl_client_stop(c->client);
    *c = (call){ update->trainer, fl_own_start_process(called, update, &trouble) };
    troubled |= !c->client;
}

/* All arrays to the process, or back: the gradient too, which it might have written to. */
static void copy(const fl_optimizer_update *update, const fl_client *client, bool back)
{
    size_t bytes = update->layout->count * sizeof(float);
    float *here[STATES + FL_OPTIMIZER_STATES] = { update->parameters, (float *)update->gradient };
    memcpy(here + STATES, update->state, sizeof update->state);
    for (size_t i = 0; i < STATES + called->rule.n_states; i++) {
        float *there = fl_client_array(client, i);
        memcpy(back ? here[i] : there, back ? there : here[i], bytes);
    }
}

static void step(fl_optimizer_update *update)
{
    fl_client *client = find_call(update->trainer)->client;
    if (!troubled) {
        copy(update, client, false);
        troubled = !fl_client_step(client, update->step, update->rate, update->loss, &trouble);
        hung = fl_client_hung(client);
        copy(update, client, true);
    }
    if (troubled) update->parameters[0] = NAN;
}

const fl_optimizer *fl_own_callable(const fl_optimizer *optimizer)
{
    static fl_optimizer callable;
    const fl_own *own = fl_own_find(optimizer);
    if (!own || !own->words) return optimizer;
    called = own;
    callable = *optimizer;
    callable.start = start;
    callable.step = step;
    return &callable;
}

const char *fl_own_trouble(void)
{
    return troubled ? trouble.text : NULL;
}

bool fl_own_hung(void)
{
    return hung;
}
