/* Result folders of synthetic outcomes: studies whose trials nobody trained. */
#ifndef FL_TESTS_FIXTURES_H
#define FL_TESTS_FIXTURES_H

#include "support/folder.h"

#include "base/memory.h"
#include "results/results.h"
#include "store/store.h"

extern const fl_store_shard whole; /* 1/1 */

/* A synthetic outcome. Evaluations are at 10, 20, ..., 100 steps (see synthetic_study); errors are losses as well. */
typedef struct synthetic {
    fl_outcome_status status;
    double val_error, test_error; /* at the last evaluation */
    double val_loss;              /* 0: the same as val_error */
    size_t reached; /* from this step on the validation error is 0, until the last evaluation; 0: it is .9 */
    size_t stopped_at;
    const char *reason, *host;
    const fl_trial_values *values; /* instead of the search's */
    double staleness;              /* of every point; with virtual seconds twice the step where it is not 0 */
    size_t processes;              /* that carried its workers; 0: one */
    double gradients;              /* evaluated in a step */
} synthetic;

typedef struct fixture {
    char folder[FL_FILE_PATH_MAX];
    fl_study *study;
    fl_store *store;
    fl_results *results;
} fixture;

/* A study of `arms` with further fields, each of which ends in a comma. */
fl_study *synthetic_study(const char *fields, const char *arms);

#define BUDGET(trials) "\"budget\": {\"trials\": " #trials ", \"steps\": 100, \"eval_every\": 10},"
#define FEASIBLE(trials)                                                                                               \
    "\"budget\": {\"trials\": " #trials ", \"steps\": 100, \"eval_every\": 10, \"feasible\": true},"
#define SGD(name)                                                                                                      \
    "{\"arm\": \"" name "\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": "                                  \
    "{\"min\": 1e-3, \"max\": 10, \"scaling\": \"log\"}}}"

fl_store *open_store(const fixture *s, fl_store_shard shard);

void fixture_begin(fixture *s, const char *fields, const char *arms);
void fixture_begin_text(fixture *s, const char *study);

void fixture_end(fixture *s);

fl_trial_point synthetic_point(size_t step, double error, double test_error, double loss);

fl_outcome synthetic_outcome(const fl_trial *trial, const synthetic *what);

/* Write one down, and say whether that went well. */
bool add_trial_in(const fixture *s, fl_store *store, size_t arm, uint64_t index, uint64_t repeat, synthetic what,
                  fl_error *error);

void add_trial(const fixture *s, size_t arm, uint64_t index, uint64_t repeat, synthetic what);

/* Complete trials 0, 1, ... of an arm with these validation errors; a test error is .01 more. */
void add_errors(const fixture *s, size_t arm, const double *val_errors, size_t n);

/* Read the folder anew. */
fl_results *read_fixture(fixture *s);

/* `object` has all of `keys`, which stand between blanks. */
void assert_keys(const json_t *object, const char *keys);

/* --- a store's file, to be damaged --- */

typedef struct bytes {
    char *text; /* owned */
    size_t n;
} bytes;

bytes take_file(const fixture *s, const char *name);

void give_file(const fixture *s, const char *name, const char *text, size_t n);

/* Where line `number`, from 1, begins. */
size_t line_start(const bytes *b, size_t number);

#endif
