#include "support/training.h"
#include "support/command_trial.h"
#include "train/checkpoint.h"

#include <unistd.h>

char training_path[FL_FILE_PATH_MAX];

/* Every checkpoint is synced twice, and here are hundreds: in memory that costs nothing. */
int training_set_up(void **state)
{
    if (fl_file_folder_exists("/dev/shm")) setenv("TMPDIR", "/dev/shm", 0);
    workspace_set_up(state);
    fl_file_path_join(training_path, folder, "trial.checkpoint");
    return 0;
}

static void see_step(void *user, const fl_train_step *step)
{
    training *t = user;
    t->steps++;
    training_file *copy = t->copies ? &t->copies[step->step - 1] : NULL;
    if (copy && step->step > 1) assert_true(fl_file_read(training_path, &copy->bytes, &copy->n, NULL));
}

static void see_point(void *user, const fl_trial_point *point)
{
    ((training *)user)->evaluations++;
}

static void receive(void *user, const char *sentence, double spent)
{
    training *t = user;
    t->sentences++;
    t->spent = spent;
    snprintf(t->sentence, sizeof t->sentence, "%s", sentence);
}

static void describe(training *t, const fl_outcome *outcome)
{
    int n = snprintf(t->words, sizeof t->words, "%s %s '%s' stopped %zu, done %zu, %zu evaluations of %zu, %s",
                     outcome->trial, fl_outcome_status_name(outcome->status), outcome->reason, outcome->stopped_at,
                     outcome->steps_done, (size_t)outcome->gradient_evaluations, outcome->n_parameters,
                     outcome->state_hash);
    char *division = json_dumps(outcome->division, JSON_SORT_KEYS);
    n += snprintf(t->words + n, sizeof t->words - (size_t)n, " %s", division ? division : "whole");
    free(division);
    for (size_t p = 0; p < outcome->n_points; p++) {
        n += snprintf(t->words + n, sizeof t->words - (size_t)n, "\n%zu %a %a %a", outcome->points[p].step,
                      outcome->points[p].rate, outcome->points[p].staleness, outcome->points[p].virtual_seconds);
        for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++)
            n += snprintf(t->words + n, sizeof t->words - (size_t)n, " %a", outcome->points[p].of[m]);
    }
    assert_true((size_t)n < sizeof t->words);
}

static void check_times(const training *t, const fl_outcome *outcome)
{
    const fl_outcome_seconds *s = &outcome->seconds;
    double sum = s->setup + s->data + s->forward_backward + s->curvature + s->update + s->evaluate + s->other;
    assert_true(fabs(sum - s->total) < 1e-9 && s->total >= t->spent && s->other > -1e-9);
    for (size_t p = 1; p < outcome->n_points; p++)
        assert_true(outcome->points[p].seconds >= outcome->points[p - 1].seconds);
}

void training_run(fl_train_trainer *trainer, const fl_trial *trial, training *t, fl_error *error)
{
    fl_outcome outcome;
    fl_train_callbacks watch = { .user = t, .stepped = see_step, .evaluated = see_point };
    fl_train_checkpoint_options keeping = {
        .path = training_path, .every = t->every, .host = t->host ? t->host : "here", .user = t, .said = receive
    };
    fl_train_set_checkpoints(trainer, t->every ? &keeping : NULL);
    t->ran = fl_train_trial(trainer, trial, &watch, &outcome, error);
    fl_train_set_checkpoints(trainer, NULL);
    if (!t->ran) return;
    describe(t, &outcome);
    check_times(t, &outcome);
    assert_int_equal(t->evaluations, outcome.n_points);
    fl_outcome_free(&outcome);
}

void training_put(const char *bytes, size_t n)
{
    FILE *out = fopen(training_path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    fclose(out);
}

fl_trial training_quadratic(const fl_optimizer *optimizer, const fl_schedule *schedule)
{
    fl_random_stream stream = fl_random_stream_start(7, "checkpoint", 0);
    fl_trial trial = draw_trial(optimizer, schedule, fl_workload_find("quadratic/noisy", NULL), &stream);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-3;
    if (!schedule->absolute) trial.values.of[FL_TRIAL_OF_SCHEDULE][0] = 5; /* warmup_steps */
    for (size_t i = 0; i < trial.n_rates; i++) trial.rates[i] *= 1e-2;
    trial.backend = fl_backend_find("naive", NULL);
    trial.split.validation = 100;
    trial.batch_size = 16;
    trial.steps = 14;
    trial.eval_every = 3;
    return trial;
}

void assert_resumes_from(fl_train_trainer *trainer, const fl_trial *trial, const training_file *copy, size_t done,
                         const char *expected)
{
    char sentence[80];
    training t = { .every = STEPS };
    fl_error error;
    snprintf(sentence, sizeof sentence, "the trial goes on from step %zu of", done);
    training_put(copy->bytes, copy->n);
    training_run(trainer, trial, &t, &error);
    if (!t.ran) fail_msg("%s", error.text);
    assert_string_equal(t.words, expected);
    assert_int_equal(t.sentences, 1);
    assert_contains(t.sentence, sentence);
    assert_true(t.spent > 0);
}

void assert_resumes(const fl_trial *trial)
{
    training_file copies[STEPS] = { 0 };
    training alone = { .every = 0 }, keeping = { .every = 1, .copies = copies };
    fl_error error;
    fl_train_trainer *trainer = fl_train_trainer_new();
    unlink(training_path);
    training_run(trainer, trial, &alone, &error);
    training_run(trainer, trial, &keeping, &error);
    if (!alone.ran || !keeping.ran) fail_msg("%s", error.text);
    assert_string_equal(alone.words, keeping.words);
    assert_int_equal(keeping.sentences, 0);
    for (size_t done = 1; done < STEPS && copies[done].bytes; done++) {
        assert_resumes_from(trainer, trial, &copies[done], done, alone.words);
        free(copies[done].bytes);
    }
    fl_train_trainer_free(trainer);
}

void parallel(fl_trial *trial, const char *method, size_t workers)
{
    trial->owners.method = fl_method_find(method, NULL);
    trial->workers = workers;
    for (size_t i = 0; i < trial->owners.method->n_hypers; i++)
        trial->values.of[FL_TRIAL_OF_METHOD][i] = trial->owners.method->hypers[i].default_value;
}
