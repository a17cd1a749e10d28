#include "support/fixtures.h"
#include "support/study.h"

const fl_store_shard whole = { 1, 1 };

fl_study *synthetic_study(const char *fields, const char *arms)
{
    fl_text text = { 0 };
    fl_text_add(
        &text,
        "{\"study\": \"synthetic\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": 32, %s "
        "\"arms\": [%s]}",
        fields, arms);
    fl_study *study = study_of_text(text.bytes, NULL);
    fl_text_free(&text);
    return study;
}

fl_store *open_store(const fixture *s, fl_store_shard shard)
{
    fl_error error;
    fl_store *store = fl_store_open(s->folder, s->study, shard, NULL, &error);
    if (!store) fail_msg("%s", error.text);
    return store;
}

static void begin(fixture *s, fl_study *study)
{
    *s = (fixture){ .study = study };
    folder_make(s->folder);
    s->store = open_store(s, whole);
}

void fixture_begin(fixture *s, const char *fields, const char *arms)
{
    begin(s, synthetic_study(fields, arms));
}

void fixture_begin_text(fixture *s, const char *study)
{
    begin(s, study_of_text(study, NULL));
}

void fixture_end(fixture *s)
{
    fl_store_close(s->store);
    fl_results_free(s->results);
    fl_study_free(s->study);
    folder_remove(s->folder);
}

fl_trial_point synthetic_point(size_t step, double error, double test_error, double loss)
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

fl_outcome synthetic_outcome(const fl_trial *trial, const synthetic *what)
{
    size_t last = what->stopped_at ? what->stopped_at : trial->steps;
    double loss = what->val_loss ? what->val_loss : what->val_error;
    fl_outcome outcome = { .status = what->status,
                           .stopped_at = what->stopped_at,
                           .n_parameters = 235146,
                           .gradient_evaluations = (uint64_t)(what->gradients * (double)last),
                           .seconds = { .total = 2, .setup = 0.5, .forward_backward = 1.5 },
                           .examples_per_second = 1234.5 };
    fl_trial_id(trial, "synthetic", outcome.trial);
    snprintf(outcome.reason, sizeof outcome.reason, "%s", what->reason ? what->reason : "");
    outcome.points = fl_memory_new(last / trial->eval_every + 1, sizeof(fl_trial_point));
    if (what->status != FL_OUTCOME_COMPLETE) return outcome;
    outcome.steps_done = last;
    snprintf(outcome.state_hash, sizeof outcome.state_hash, "0123456789abcdef");
    for (size_t step = trial->eval_every; step < last; step += trial->eval_every) {
        double error = what->reached && step >= what->reached ? 0 : 0.9;
        outcome.points[outcome.n_points++] = synthetic_point(step, error, error, error);
    }
    outcome.points[outcome.n_points++] = synthetic_point(last, what->val_error, what->test_error, loss);
    return outcome;
}

/* Where the model has two parameters: along a line from (1, 1). */
static void add_path(fl_outcome *outcome)
{
    for (size_t i = 0; i < outcome->n_points; i++) {
        fl_trial_point *point = &outcome->points[i];
        double way = (double)point->step / 100;
        point->n_parameters = 2;
        point->parameters[0] = 1 + 2 * way;
        point->parameters[1] = 1 - way / 2;
    }
}

static void add_delays(fl_outcome *outcome, double staleness)
{
    for (fl_trial_point *point = outcome->points; point < outcome->points + outcome->n_points; point++) {
        point->has_staleness = true;
        point->staleness = staleness;
        point->virtual_seconds = 2 * (double)point->step;
    }
}

bool add_trial_in(const fixture *s, fl_store *store, size_t arm, uint64_t index, uint64_t repeat, synthetic what,
                  fl_error *error)
{
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[arm], index, repeat);
    if (what.values) trial.values = *what.values;
    fl_outcome outcome = synthetic_outcome(&trial, &what);
    if (!strncmp(trial.owners.workload->entry.name, "function/", 9)) add_path(&outcome);
    outcome.carriers.processes = what.processes;
    if (what.staleness > 0) add_delays(&outcome, what.staleness);
    fl_record_slot slot = { arm, index, repeat };
    bool added = fl_store_add(store, &slot, &trial, &outcome, what.host ? what.host : "0000000000000001", error);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
    return added;
}

void add_trial(const fixture *s, size_t arm, uint64_t index, uint64_t repeat, synthetic what)
{
    fl_error error;
    if (!add_trial_in(s, s->store, arm, index, repeat, what, &error)) fail_msg("%s", error.text);
}

void add_errors(const fixture *s, size_t arm, const double *val_errors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_trial(s, arm, i, 0, (synthetic){ .val_error = val_errors[i], .test_error = val_errors[i] + 0.01 });
}

fl_results *read_fixture(fixture *s)
{
    fl_error error;
    fl_results_free(s->results);
    s->results = fl_results_read(s->folder, &error);
    if (!s->results) fail_msg("%s", error.text);
    return s->results;
}

void assert_keys(const json_t *object, const char *keys)
{
    char *list = strdup(keys), *rest = list;
    for (char *key; (key = strsep(&rest, " "));)
        if (!json_object_get(object, key)) fail_msg("there is no key '%s'", key);
    free(list);
}

bytes take_file(const fixture *s, const char *name)
{
    char path[FL_FILE_PATH_MAX];
    bytes b;
    fl_error error;
    fl_file_path_join(path, s->folder, name);
    if (!fl_file_read(path, &b.text, &b.n, &error)) fail_msg("%s", error.text);
    return b;
}

void give_file(const fixture *s, const char *name, const char *text, size_t n)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, s->folder, name);
    put_file(path, text, n);
}

size_t line_start(const bytes *b, size_t number)
{
    size_t at = 0;
    for (size_t line = 1; line < number; line++)
        at = (size_t)((char *)memchr(b->text + at, '\n', b->n - at) - b->text) + 1;
    return at;
}
