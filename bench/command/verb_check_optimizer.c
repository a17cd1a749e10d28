/* fairlead check-optimizer: the promises of one update rule, each in a process of its own, since a rule may do
 * anything. */
#include "base/child.h"
#include "base/denormals.h"
#include "base/text.h"
#include "command/plugins.h"
#include "command/trial_options.h"
#include "command/verbs.h"
#include "math/dense.h"
#include "own/own.h"
#include "promise/probe.h"
#include "promise/promise.h"
#include "say/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In a process a rule has a deadline for each answer, and `zeros` starts up to 32 processes: of a language that takes
 * five seconds to start they are more than the limit of others. */
enum { MOST_SECONDS = 120, MOST_SECONDS_OF_PROCESSES = 1200 };

static const usage check_usage = {
    "fairlead check-optimizer NAME [--set NAME=VALUE]... [--plugin FILE] [--json]",
    "Checks what every optimizer promises, by experiments on small arrays, and measures a step on a matrix of 1000 x "
    "1000 beside a pass that moves the same memory. NAME may be a file with the definition of a rule in a process, or "
    "the definition itself; its step includes copying the arrays there and back. What hangs once is not asked again. "
    "Exit code 0: all is kept; 1: a promise is broken.",
    "fairlead check-optimizer adam",
};

typedef enum verdict { KEPT, BROKEN, NO_CONCERN, NOT_ASKED } verdict;
static const char *const verdict_names[] = { "kept", "broken", "does not apply", "not asked" };
static const char HUNG[] = "an earlier promise hung";

/* The rule's hyperparameters, with the values of --set for defaults; and with these for ranges too. */
static fl_hyper settled[FL_HYPER_MAX], held[FL_HYPER_MAX];

/* What comes back from a child. */
typedef struct answer {
    bool kept, hung;
    fl_promise_speed speed;
    char why[500];
} answer;

typedef void experiment(const fl_optimizer *rule, const fl_promise *promise, answer *found);

typedef struct question {
    experiment *run;
    const fl_optimizer *rule;
    const fl_promise *promise; /* NULL: the experiment has none */
} question;

static void explain(answer *found, const char *why)
{
    snprintf(found->why, sizeof found->why, "%.499s", why);
    fl_text_make_plain(found->why); /* where a character is cut */
}

static void check(const fl_optimizer *rule, const fl_promise *promise, answer *found)
{
    fl_error why;
    found->kept = fl_promise_kept(promise, rule, &why);
    if (!found->kept) explain(found, why.text);
}

static void measure(const fl_optimizer *rule, const fl_promise *promise, answer *found)
{
    fl_error why;
    found->kept = fl_promise_speed_of(rule, &found->speed, &why);
    if (!found->kept) explain(found, why.text);
}

static void run_in_child(const void *asked, void *answered)
{
    const question *of = asked;
    answer *found = answered;
    fl_denormals_flush();
    if (of->rule->dense) fl_math_start(1);
    fl_optimizer rule = *fl_own_callable(of->rule);
    rule.hypers = of->promise && of->promise->goes_to_ends ? held : settled;
    of->run(&rule, of->promise, found);
    if (!fl_own_trouble()) return;
    found->kept = false;
    found->hung = fl_own_hung();
    explain(found, fl_own_trouble());
}

static answer run_apart(experiment *run, const fl_optimizer *rule, const fl_promise *promise)
{
    answer found = { .kept = false };
    char how[FL_CHILD_HOW];
    const question asked = { run, rule, promise };
    const fl_own *own = fl_own_of(rule);
    unsigned seconds = own && own->words ? MOST_SECONDS_OF_PROCESSES : MOST_SECONDS;
    const fl_child_work work = { run_in_child, &asked, &found, sizeof found, seconds };
    fl_child_end end = fl_child_try(&work, how);
    if (end == FL_CHILD_NONE) fl_error_give_up("an experiment %s", how);
    if (end != FL_CHILD_DONE) snprintf(found.why, sizeof found.why, "it %s", how);
    found.hung |= end == FL_CHILD_LATE;
    return found;
}

/* --- --set --- */

static bool read_value(const fl_hyper *hyper, const char *text, double *value, fl_error *error)
{
    char range[200];
    fl_hyper_range(hyper, range, sizeof range);
    *value = hyper->choices ? fl_hyper_choice(hyper, text) : 0;
    bool read = hyper->choices ? *value >= 0 : fl_text_number_read(text, value);
    if (!read) return fl_error_user(error, "'%.60s' is no value of %s; use %s", text, hyper->name, range);
    return fl_hyper_accepts(hyper, *value, error);
}

static void settle_at(size_t at, double value)
{
    fl_hyper *hyper = &held[at];
    settled[at].default_value = hyper->default_value = hyper->min = hyper->max = value;
    hyper->min_open = hyper->max_open = false;
}

static bool settle_one(const fl_optimizer *rule, const char *word, fl_error *error)
{
    char name[100];
    double value;
    fl_error why;
    const char *equals = strchr(word, '=');
    if (!equals) return fl_error_user(error, "--set wants NAME=VALUE, not '%.100s'", word);
    snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
    size_t at = fl_hyper_index(rule->hypers, rule->n_hypers, name);
    if (at == rule->n_hypers)
        return fl_error_user(error, "--set %.100s: optimizer '%s' has no such hyperparameter", word, rule->entry.name);
    if (at == 0) return fl_error_user(error, "--set %.100s: the experiments have rates of their own", word);
    if (!read_value(&rule->hypers[at], equals + 1, &value, &why))
        return fl_error_user(error, "--set %.100s: %s", word, why.text);
    settle_at(at, value);
    return true;
}

static bool settle(const fl_optimizer *rule, const words *set, fl_error *error)
{
    memcpy(settled, rule->hypers, rule->n_hypers * sizeof *settled);
    memcpy(held, rule->hypers, rule->n_hypers * sizeof *held);
    for (size_t i = 0; i < set->n; i++)
        if (!settle_one(rule, set->items[i], error)) return false;
    return true;
}

/* --- all of them --- */

static void print_promise(const fl_promise *promise, verdict now, const char *why)
{
    printf("  %-14s %-11s %s%s%s\n", verdict_names[now], promise->name, promise->about, *why ? ": " : "", why);
    fflush(stdout);
}

static answer not_asked(void)
{
    answer found = { .kept = false, .hung = true };
    explain(&found, HUNG);
    return found;
}

/* Who hung once is not waited for again. */
static verdict check_one(const fl_optimizer *rule, const fl_promise *promise, bool hung, answer *found)
{
    *found = (answer){ .kept = true };
    if (promise->concerns && !promise->concerns(rule)) return NO_CONCERN;
    *found = hung ? not_asked() : run_apart(check, rule, promise);
    return hung ? NOT_ASKED : found->kept ? KEPT : BROKEN;
}

/* Appended to `list`; returns how many are broken. */
static size_t check_all(const fl_optimizer *rule, bool json, json_t *list, bool *hung)
{
    size_t n_broken = 0;
    for (const fl_promise *const *each = fl_promises(); *each; each++) {
        const fl_promise *promise = *each;
        answer found;
        verdict now = check_one(rule, promise, *hung, &found);
        *hung |= found.hung;
        if (!json) print_promise(promise, now, found.why);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", promise->name, "about", promise->about,
                                              "verdict", verdict_names[now], "why", found.why));
        n_broken += now == BROKEN;
    }
    return n_broken;
}

static json_t *speed_json(const answer *measured)
{
    const fl_promise_speed *speed = &measured->speed;
    if (!measured->kept) return json_null();
    return json_pack("{s:f, s:f, s:f}", "step_ms", 1e3 * speed->step, "bytes_per_second", speed->bytes / speed->step,
                     "share_of_probe", speed->probe / speed->step);
}

static void print_speed(const answer *measured)
{
    const fl_promise_speed *speed = &measured->speed;
    const double nothing = 10; /* who moves its arrays is at most a little faster than the probe */
    if (measured->kept && speed->probe > nothing * speed->step)
        printf("  a step on 1000 x 1000 does nothing: there is no speed to tell\n");
    else if (measured->kept)
        printf("  a step on 1000 x 1000 takes %.3g ms: %.2g of the speed of memory\n", 1e3 * speed->step,
               speed->probe / speed->step);
    else
        printf("  a step on 1000 x 1000 is not measured: %s\n", measured->why);
}

/* What it was checked at, but for the rate, which the experiments give. */
static json_t *values_json(const fl_optimizer *rule)
{
    json_t *all = json_object();
    for (size_t i = 1; i < rule->n_hypers; i++) {
        const fl_hyper *hyper = &settled[i];
        json_object_set_new(all, hyper->name,
                            hyper->choices ? json_string(hyper->choices[(size_t)hyper->default_value])
                                           : json_real(hyper->default_value));
    }
    return all;
}

static int check_rule(const fl_optimizer *rule, bool json)
{
    json_t *list = json_array();
    bool hung = false;
    size_t n_broken = check_all(rule, json, list, &hung);
    answer measured = hung ? not_asked() : run_apart(measure, rule, NULL);
    if (json) {
        json_t *all =
            json_pack("{s:s, s:o, s:o, s:o, s:s}", "optimizer", rule->entry.name, "hyperparameters", values_json(rule),
                      "promises", list, "speed", speed_json(&measured), "speed_why", measured.why);
        json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        printf("\n");
        json_decref(all);
        return n_broken > 0;
    }
    json_decref(list);
    print_speed(&measured);
    if (n_broken) remark("%s breaks %zu promise%s", rule->entry.name, n_broken, n_broken == 1 ? "" : "s");
    return n_broken > 0;
}

int verb_check_optimizer(int argc, char **argv)
{
    bool json = false;
    words plugins = { .n = 0 }, set = { .n = 0 }, rest;
    fl_error error;
    const option options[] = { { "--set", NULL, OPTION_LIST, "NAME=VALUE", "a hyperparameter (default: its own)",
                                 &set },
                               PLUGIN_OPTION(plugins),
                               { "--json", NULL, OPTION_FLAG, NULL, "print JSON", &json } };
    int code = options_read(&check_usage, options, sizeof options / sizeof *options, argc, argv, 1, 1, &rest);
    if (code != GO_ON) return code;
    const char *name = rest.items[0];
    free(rest.items);
    const fl_optimizer *rule = plugins_load(&plugins, &error) ? trial_find_optimizer(name, &error) : NULL;
    bool ready = rule && fl_own_ready(rule, &error) && settle(rule, &set, &error);
    free(set.items);
    if (!ready) return complain(&error);
    if (!rule->dense || fl_math_usable(&error)) return check_rule(rule, json);
    complain(&error);
    return NOTHING_MEASURED;
}
