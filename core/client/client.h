/* An update rule in a process of its own, in whatever language: it is started for a trial, has parameters, gradient and
 * states in POSIX shared memory, and is asked for every step by one line of JSON on its standard input, which it
 * answers by one on its standard output (docs/formats.md, "An optimizer of your own").
 */
#ifndef FL_CLIENT_CLIENT_H
#define FL_CLIENT_CLIENT_H

#include "base/error.h"
#include "tensor/tensor.h"
#include <jansson.h>

typedef struct fl_client fl_client;

/* What it is told at its start; all borrowed. */
typedef struct fl_client_rule {
    const char *name;         /* of the optimizer, for messages */
    const char *const *words; /* the program and its arguments, NULL-ended */
    const char *layout;       /* "backend" or "canonical" */
    size_t n_states;
    double deadline; /* seconds for one answer */
    const json_t *hyperparameters;
    const fl_tensor_layout *blocks;
} fl_client_rule;

/* NULL with a message when there is no memory or no such program. What the program answers wrong at its start is told
 * by its first step. */
fl_client *fl_client_start(const fl_client_rule *rule, fl_error *error);

/* After the last step: end the process. False with a message where it said more than it was asked. */
bool fl_client_end(fl_client *client, fl_error *error);
void fl_client_stop(fl_client *client); /* NULL is fine */

/* Array `index` of blocks->count floats: 0 the parameters, 1 the gradient, then the states; all begin as zeros. */
float *fl_client_array(const fl_client *client, size_t index);

/* Let array `index` take the place of what lies at `at`, on pages that hold nothing else, until the client is stopped;
 * these are zeros afterwards. False where it cannot: the place within a page must be the array's. */
bool fl_client_share(fl_client *client, size_t index, float *at);

/* One update of the parameters, from the gradient that lies there; `step` from 0. False with a message when the process
 * ended, did not answer in time, answered something else, or cut off the memory, whose arrays are zeros then. */
bool fl_client_step(fl_client *client, size_t step, double rate, double loss, fl_error *error);

/* Did it let a deadline pass? */
bool fl_client_hung(const fl_client *client);

#endif
