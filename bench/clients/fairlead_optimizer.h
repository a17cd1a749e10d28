/* An update rule for Fairlead as a program in C: compile it with this header and Jansson, and let main end with
 *
 *   return fairlead_optimizer_serve(step, NULL);
 *
 * For every step `step` moves rule->parameters in place, and rule->state[0], [1], ... as it likes: arrays of
 * rule->count floats in memory that is shared with Fairlead, zeros at the start. NULL is good, a sentence ends the
 * trial as failed. A rule in a shared object (docs/your_optimizer.md) is called directly and costs less.
 */
#ifndef BENCH_CLIENTS_FAIRLEAD_OPTIMIZER_H
#define BENCH_CLIENTS_FAIRLEAD_OPTIMIZER_H

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct fairlead_optimizer {
    size_t count; /* floats in every array */
    float *parameters;
    const float *gradient;
    float **state;
    json_t *blocks;          /* [{"name", "shape", "role", "offset", "count"}, ...] */
    json_t *hyperparameters; /* by name */
    size_t step;             /* from 0 */
    double rate, loss;
    void *user;
} fairlead_optimizer;

typedef const char *fairlead_optimizer_step(fairlead_optimizer *rule);

static inline const char *fairlead_optimizer_start(fairlead_optimizer *rule, json_t *first)
{
    const char *name = json_string_value(json_object_get(first, "memory"));
    size_t states = (size_t)json_integer_value(json_object_get(first, "states"));
    rule->count = (size_t)json_integer_value(json_object_get(first, "count"));
    rule->blocks = json_incref(json_object_get(first, "blocks"));
    rule->hyperparameters = json_incref(json_object_get(first, "hyperparameters"));
    int file = name ? shm_open(name, O_RDWR, 0) : -1;
    size_t bytes = (2 + states) * rule->count * sizeof(float);
    void *memory = file < 0 ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    rule->state = (float **)calloc(states + 1, sizeof *rule->state);
    if (memory == MAP_FAILED || !rule->state) return "there is no shared memory";
    close(file);
    rule->parameters = (float *)memory;
    rule->gradient = rule->parameters + rule->count;
    for (size_t i = 0; i < states; i++) rule->state[i] = rule->parameters + (2 + i) * rule->count;
    return NULL;
}

static inline const char *fairlead_optimizer_answer(fairlead_optimizer *rule, fairlead_optimizer_step *step,
                                                    json_t *line)
{
    if (!rule->parameters) return fairlead_optimizer_start(rule, line);
    rule->step = (size_t)json_integer_value(json_object_get(line, "step"));
    rule->rate = json_number_value(json_object_get(line, "rate"));
    json_t *loss = json_object_get(line, "loss");
    rule->loss = json_is_number(loss) ? json_number_value(loss) : NAN;
    return step(rule);
}

/* Answer every line until Fairlead closes the pipe; main's exit code. */
static inline int fairlead_optimizer_serve(fairlead_optimizer_step *step, void *user)
{
    fairlead_optimizer rule = { 0 };
    char *text = NULL;
    size_t capacity = 0;
    rule.user = user;
    while (getline(&text, &capacity, stdin) > 0) {
        json_t *line = json_loads(text, 0, NULL);
        const char *trouble = line ? fairlead_optimizer_answer(&rule, step, line) : "a line that is no JSON";
        json_t *answer = trouble ? json_pack("{s:s}", "error", trouble) : json_pack("{s:b}", "ok", 1);
        json_dumpf(answer, stdout, JSON_COMPACT);
        putchar('\n');
        fflush(stdout);
        json_decref(answer);
        json_decref(line);
    }
    free(text);
    return 0;
}

#endif
