/* Result folders of invented outcomes: studies whose trials nobody trained. */
#ifndef FL_TESTS_INVENTED_H
#define FL_TESTS_INVENTED_H

#include "support/folder.h"

#include "base/memory.h"
#include "results/results.h"
#include "store/store.h"

static const fl_store_shard whole = { 1, 1 };

/* An invented outcome. Evaluations are at 10, 20, ..., 100 steps (see invented_study); errors are losses as well. */
typedef struct invented {
    fl_outcome_status status;
    double val_error, test_error; /* at the last evaluation */
    double val_loss;              /* 0: the same as val_error */
    size_t reached; /* from this step on the validation error is 0, until the last evaluation; 0: it is .9 */
    size_t stopped_at;
    const char *reason, *host;
    const fl_trial_values *values; /* instead of the search's */
} invented;

typedef struct scene {
    char folder[FL_FILE_PATH_MAX];
    fl_study *study;
    fl_store *store;
    fl_results *results;
} scene;

/* A study of `arms` with further fields, each of which ends in a comma. */
static inline fl_study *invented_study(const char *fields, const char *arms)
{
    fl_error error;
    fl_text text = { 0 };
    fl_text_add(
        &text,
        "{\"study\": \"invented\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": 32, %s "
        "\"arms\": [%s]}",
        fields, arms);
    fl_study *study = fl_study_load_text("invented", text.bytes, NULL, &error);
    if (!study) fail_msg("%s", error.text);
    fl_text_free(&text);
    return study;
}

#define BUDGET(trials) "\"budget\": {\"trials\": " #trials ", \"steps\": 100, \"eval_every\": 10},"
#define FEASIBLE(trials)                                                                                               \
    "\"budget\": {\"trials\": " #trials ", \"steps\": 100, \"eval_every\": 10, \"feasible\": true},"
#define SGD(name)                                                                                                      \
    "{\"arm\": \"" name "\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": "                                  \
    "{\"min\": 1e-3, \"max\": 10, \"scaling\": \"log\"}}}"

static inline fl_store *open_store(const scene *s, fl_store_shard shard)
{
    fl_error error;
    fl_store *store = fl_store_open(s->folder, s->study, shard, NULL, &error);
    if (!store) fail_msg("%s", error.text);
    return store;
}

static inline void scene_begin(scene *s, const char *fields, const char *arms)
{
    *s = (scene){ .study = invented_study(fields, arms) };
    folder_make(s->folder);
    s->store = open_store(s, whole);
}

static inline void scene_end(scene *s)
{
    fl_store_close(s->store);
    fl_results_free(s->results);
    fl_study_free(s->study);
    folder_remove(s->folder);
}

static inline fl_trial_point invented_point(size_t step, double error, double test_error, double loss)
{
    return (fl_trial_point){ .step = step,
                             .of = { [FL_TRIAL_TRAIN_LOSS] = loss,
                                     [FL_TRIAL_TRAIN_ERROR] = error,
                                     [FL_TRIAL_VAL_LOSS] = loss,
                                     [FL_TRIAL_VAL_ERROR] = error,
                                     [FL_TRIAL_TEST_LOSS] = test_error,
                                     [FL_TRIAL_TEST_ERROR] = test_error },
                             .rate = 0.1,
                             .seconds = (double)step };
}

static inline fl_outcome invented_outcome(const fl_trial *trial, const invented *what)
{
    size_t last = what->stopped_at ? what->stopped_at : trial->steps;
    double loss = what->val_loss ? what->val_loss : what->val_error;
    fl_outcome outcome = { .status = what->status,
                           .stopped_at = what->stopped_at,
                           .n_parameters = 235146,
                           .seconds = { .total = 2, .setup = 0.5, .forward_backward = 1.5 },
                           .examples_per_second = 1234.5 };
    fl_trial_id(trial, "invented", outcome.trial);
    snprintf(outcome.reason, sizeof outcome.reason, "%s", what->reason ? what->reason : "");
    outcome.points = fl_memory_new(last / trial->eval_every + 1, sizeof(fl_trial_point));
    if (what->status != FL_OUTCOME_COMPLETE) return outcome;
    snprintf(outcome.state_hash, sizeof outcome.state_hash, "0123456789abcdef");
    for (size_t step = trial->eval_every; step < last; step += trial->eval_every) {
        double error = what->reached && step >= what->reached ? 0 : 0.9;
        outcome.points[outcome.n_points++] = invented_point(step, error, error, error);
    }
    outcome.points[outcome.n_points++] = invented_point(last, what->val_error, what->test_error, loss);
    return outcome;
}

/* Write one down, and say whether that went well. */
static inline bool invent_in(const scene *s, fl_store *store, size_t arm, uint64_t index, uint64_t repeat,
                             invented what, fl_error *error)
{
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[arm], index, repeat);
    if (what.values) trial.values = *what.values;
    fl_outcome outcome = invented_outcome(&trial, &what);
    fl_record_slot slot = { arm, index, repeat };
    bool added = fl_store_add(store, &slot, &trial, &outcome, what.host ? what.host : "0000000000000001", error);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    return added;
}

static inline void invent(const scene *s, size_t arm, uint64_t index, uint64_t repeat, invented what)
{
    fl_error error;
    if (!invent_in(s, s->store, arm, index, repeat, what, &error)) fail_msg("%s", error.text);
}

/* Complete trials 0, 1, ... of an arm with these validation errors; a test error is .01 more. */
static inline void invent_errors(const scene *s, size_t arm, const double *val_errors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        invent(s, arm, i, 0, (invented){ .val_error = val_errors[i], .test_error = val_errors[i] + 0.01 });
}

/* Read the folder anew. */
static inline fl_results *read_scene(scene *s)
{
    fl_error error;
    fl_results_free(s->results);
    s->results = fl_results_read(s->folder, &error);
    if (!s->results) fail_msg("%s", error.text);
    return s->results;
}

/* `object` has all of `keys`, which stand between blanks. */
static inline void assert_keys(const json_t *object, const char *keys)
{
    char *list = strdup(keys), *rest = list;
    for (char *key; (key = strsep(&rest, " "));)
        if (!json_object_get(object, key)) fail_msg("there is no key '%s'", key);
    free(list);
}

/* --- a store's file, to be damaged --- */

typedef struct bytes {
    char *text; /* owned */
    size_t n;
} bytes;

static inline bytes take_file(const scene *s, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    bytes b;
    fl_error error;
    fl_file_path_join(path, s->folder, name);
    if (!fl_file_read(path, &b.text, &b.n, &error)) fail_msg("%s", error.text);
    return b;
}

static inline void give_file(const scene *s, const char *name, const char *text, size_t n)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, s->folder, name);
    put_file(path, text, n);
}

/* Where line `number`, from 1, begins. */
static inline size_t line_start(const bytes *b, size_t number)
{
    size_t at = 0;
    for (size_t line = 1; line < number; line++)
        at = (size_t)((char *)memchr(b->text + at, '\n', b->n - at) - b->text) + 1;
    return at;
}

#endif
