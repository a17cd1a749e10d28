/* A rule in a process of its own. Its arrays are shared memory, which takes the place of the network's; where it
 * cannot, gradient and parameters are copied each step. */
#include "base/clones.h"
#include "base/memory.h"
#include "base/text.h"
#include "client/client.h"
#include "own/own.h"
#include "train/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS, GRADIENT, STATES };

/* Ones where a parameter lies, zeros in the padding. */
static float *numbers_of(const fl_train_run *run)
{
    const fl_tensor_layout *layout = run->update.layout;
    float *numbers = fl_memory_new(layout->count, sizeof *numbers);
    float *ones = run->view.parameters ? numbers : fl_memory_new(layout->n_parameters, sizeof *ones);
    if (ones != numbers) {
        for (size_t i = 0; i < layout->n_parameters; i++) ones[i] = 1;
        fl_network_import_of(run->network, ones, numbers);
        free(ones);
        return numbers;
    }
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; t++)
        for (size_t i = 0; i < t->n_values; i++) numbers[t->offset + i] = 1;
    return numbers;
}

/* Backends that block channels have padding within tensors too. Returns how many stretches there are. */
static size_t list_padding(const float *numbers, size_t count, fl_tensor_extent *list)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] != 0) continue;
        size_t first = i;
        while (i < count && numbers[i] == 0) i++;
        if (list) list[n] = (fl_tensor_extent){ first, i - first };
        n++;
    }
    return n;
}

static void find_padding(fl_train_run *run)
{
    float *numbers = numbers_of(run);
    size_t count = run->update.layout->count;
    run->n_padding = list_padding(numbers, count, NULL);
    run->padding = fl_arena_bytes(run->arena, run->n_padding * sizeof *run->padding);
    list_padding(numbers, count, run->padding);
    free(numbers);
}

/* What the rule is lent lies where its process sees it: a view's arrays are the shared ones, the network's are replaced
 * by them where that can be. */
static void lend(fl_train_run *run)
{
    const fl_optimizer *rule = run->trial->owners.optimizer;
    float *parameters = fl_client_array(run->client, PARAMETERS), *gradient = fl_client_array(run->client, GRADIENT);
    for (size_t i = 0; i < rule->n_states; i++) run->update.state[i] = fl_client_array(run->client, STATES + i);
    if (run->view.parameters) {
        run->update.parameters = run->view.parameters = parameters;
        run->update.gradient = run->view.gradient = gradient;
    }
    bool same = run->view.parameters || (fl_client_share(run->client, PARAMETERS, run->update.parameters) &&
                                         fl_client_share(run->client, GRADIENT, (float *)run->update.gradient));
    find_padding(run);
    run->copy = (fl_train_copy){ .parameters = same ? NULL : parameters, .gradient = gradient };
}

bool fl_train_run_start_client(fl_train_run *run, fl_error *error)
{
    const fl_optimizer *rule = run->trial->owners.optimizer;
    const fl_own *own = fl_own_of(rule);
    if (!own || !own->words) return true;
    run->client = fl_own_start_process(own, &run->update, error);
    if (run->client) lend(run);
    return run->client;
}

/* As bits, without the sign: numbers from INFINITE on are not finite, from NO_NUMBER on they are NaN. */
enum { INFINITE = 0x7f800000, NO_NUMBER, UNSIGNED = 0x7fffffff };

FL_CLONES static bool any_from(uint32_t least, const float *values, size_t n)
{
    uint32_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        found |= (bits & UNSIGNED) >= least;
    }
    return found;
}

static void fail(fl_train_run *run, fl_outcome_status status, const char *why)
{
    run->outcome->status = status;
    snprintf(run->outcome->reason, sizeof run->outcome->reason, "%.239s", why);
    fl_text_make_plain(run->outcome->reason); /* where a character is cut */
}

static void fail_by(fl_train_run *run, fl_outcome_status status, const char *what, const char *when)
{
    char words[160];
    snprintf(words, sizeof words, "optimizer '%s' wrote a %s %s step %zu", run->trial->owners.optimizer->entry.name,
             what, when, run->step + 1);
    fail(run, status, words);
}

/* The one that the process sees. */
static const float *shared_gradient(const fl_train_run *run)
{
    return fl_client_array(run->client, GRADIENT);
}

/* Parameters are looked at in every step, gradient and states now and then: a NaN seldom leaves a state, and a pass
 * over each would be more than the rule's own. */
static bool looks_closely(const fl_train_run *run)
{
    enum { EVERY = 16 };
    return (run->step + 1) % EVERY == 0 || fl_train_run_may_end(run);
}

static bool gradient_is_sound(const fl_train_run *run)
{
    return !any_from(INFINITE, run->update.gradient, run->update.layout->count);
}

static bool padding_is_kept(const fl_train_run *run)
{
    enum { ANYTHING = 1 };
    for (const fl_tensor_extent *p = run->padding; p < run->padding + run->n_padding; p++)
        if (any_from(ANYTHING, run->update.parameters + p->first, p->count)) return false;
    return true;
}

static bool states_are_numbers(const fl_train_run *run)
{
    const fl_optimizer_update *update = &run->update;
    for (size_t i = 0; i < run->trial->owners.optimizer->n_states; i++)
        if (any_from(NO_NUMBER, update->state[i], update->layout->count)) return false;
    return true;
}

/* Who diverges overflows, or has met a gradient that did (not `sound`): as with any rule the trial is infeasible. What
 * is no number in spite of a gradient of numbers is the rule's own mistake. */
static void judge(fl_train_run *run, bool closely, bool sound)
{
    const fl_optimizer_update *update = &run->update;
    size_t count = update->layout->count;
    bool finite = !any_from(INFINITE, update->parameters, count);
    if (!finite && !closely) sound = gradient_is_sound(run);
    if (!finite && sound && any_from(NO_NUMBER, update->parameters, count))
        fail_by(run, FL_OUTCOME_FAILED, "parameter that is NaN", "at");
    else if (!finite)
        fail_by(run, FL_OUTCOME_INFEASIBLE, "parameter that is not finite", "at");
    else if (!padding_is_kept(run))
        fail_by(run, FL_OUTCOME_FAILED, "number into the padding", "at");
    else if (closely && sound && any_from(NO_NUMBER, shared_gradient(run), count))
        fail_by(run, FL_OUTCOME_FAILED, "gradient that is NaN", "at");
    else if (closely && sound && !states_are_numbers(run))
        fail_by(run, FL_OUTCOME_FAILED, "state that is NaN", "by");
}

void fl_train_run_ask_client(fl_train_run *run)
{
    fl_error why;
    bool closely = looks_closely(run), sound = closely && gradient_is_sound(run);
    size_t count = run->update.layout->count, bytes = count * sizeof(float);
    fl_train_copy *copy = &run->copy;
    if (copy->parameters) {
        if (!copy->knows_parameters) memcpy(copy->parameters, run->update.parameters, bytes);
        memcpy(copy->gradient, run->update.gradient, bytes);
        copy->knows_parameters = true;
    }
    if (!fl_client_step(run->client, run->update.step, run->update.rate, run->update.loss, &why)) {
        fail(run, FL_OUTCOME_FAILED, why.text);
        return;
    }
    if (copy->parameters) memcpy(run->update.parameters, copy->parameters, bytes);
    judge(run, closely, sound);
}

void fl_train_run_end_client(fl_train_run *run)
{
    fl_error why;
    if (run->client && run->outcome->status == FL_OUTCOME_COMPLETE && !fl_client_end(run->client, &why))
        fail(run, FL_OUTCOME_FAILED, why.text);
}
