/* A trial that goes on from a checkpoint ends like one that was never interrupted; a file that is not the trial's own,
 * whole checkpoint is never used. */
#include "support/command_trial.h"
#include "support/folder.h"
#include "train/checkpoint.h"

#include <signal.h>
#include <sys/resource.h>

enum { STEPS = 30 }; /* of no trial here more */

static char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];

/* Every checkpoint is synced twice, and here are hundreds: in memory that costs nothing. */
static int set_up(void **state)
{
    if (fl_file_folder_exists("/dev/shm")) setenv("TMPDIR", "/dev/shm", 0);
    folder_make(folder);
    fl_file_path_join(path, folder, "trial.checkpoint");
    return 0;
}

static int tear_down(void **state)
{
    folder_remove(folder);
    return 0;
}

typedef struct file {
    char *bytes;
    size_t n;
} file;

/* One training and what it did and said. `copies`, where given, gets the checkpoint on disk at the beginning of each
 * step, as a kill would leave it. */
typedef struct training {
    size_t every; /* 0: keeps nothing */
    const char *host;
    file *copies;
    bool ran;
    size_t steps, evaluations, sentences;
    char sentence[1000];
    double spent;
    char words[4000]; /* everything of the outcome that no clock shows */
} training;

static void see_step(void *user, const fl_train_step *step)
{
    training *t = user;
    t->steps++;
    file *copy = t->copies ? &t->copies[step->step - 1] : NULL;
    if (copy && step->step > 1) assert_true(fl_file_read(path, &copy->bytes, &copy->n, NULL));
}

static void see_point(void *user, const fl_trial_point *point)
{
    ((training *)user)->evaluations++;
}

static void hear(void *user, const char *sentence, double spent)
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
    for (size_t p = 0; p < outcome->n_points; p++) {
        n += snprintf(t->words + n, sizeof t->words - (size_t)n, "\n%zu %a", outcome->points[p].step,
                      outcome->points[p].rate);
        for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++)
            n += snprintf(t->words + n, sizeof t->words - (size_t)n, " %a", outcome->points[p].of[m]);
    }
    assert_true((size_t)n < sizeof t->words);
}

static void check_times(const training *t, const fl_outcome *outcome)
{
    const fl_outcome_seconds *s = &outcome->seconds;
    double sum = s->setup + s->data + s->forward_backward + s->update + s->evaluate + s->other;
    assert_true(fabs(sum - s->total) < 1e-9 && s->total >= t->spent && s->other > -1e-9);
    for (size_t p = 1; p < outcome->n_points; p++)
        assert_true(outcome->points[p].seconds >= outcome->points[p - 1].seconds);
}

static void train(fl_train_trainer *trainer, const fl_trial *trial, training *t, fl_error *error)
{
    fl_outcome outcome;
    fl_train_callbacks watch = { .user = t, .stepped = see_step, .evaluated = see_point };
    fl_train_checkpoint_options keeping = {
        .path = path, .every = t->every, .host = t->host ? t->host : "here", .user = t, .said = hear
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

/* As a kill leaves it, so without any care. */
static void put_bytes(const char *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    fclose(out);
}

static void assert_goes_on(fl_train_trainer *trainer, const fl_trial *trial, const file *copy, size_t done,
                           const char *expected)
{
    char sentence[80];
    training t = { .every = STEPS };
    fl_error error;
    snprintf(sentence, sizeof sentence, "the trial goes on from step %zu of", done);
    put_bytes(copy->bytes, copy->n);
    train(trainer, trial, &t, &error);
    if (!t.ran) fail_msg("%s", error.text);
    assert_string_equal(t.words, expected);
    assert_int_equal(t.sentences, 1);
    assert_contains(t.sentence, sentence);
    assert_true(t.spent > 0);
}

/* Run a trial undisturbed, run it with a checkpoint after each step, and go on from each of them. */
static void assert_resumes(const fl_trial *trial)
{
    file copies[STEPS] = { 0 };
    training alone = { .every = 0 }, keeping = { .every = 1, .copies = copies };
    fl_error error;
    fl_train_trainer *trainer = fl_train_trainer_new();
    unlink(path);
    train(trainer, trial, &alone, &error);
    train(trainer, trial, &keeping, &error);
    if (!alone.ran || !keeping.ran) fail_msg("%s", error.text);
    assert_string_equal(alone.words, keeping.words);
    assert_int_equal(keeping.sentences, 0);
    for (size_t done = 1; done < STEPS && copies[done].bytes; done++) {
        assert_goes_on(trainer, trial, &copies[done], done, alone.words);
        free(copies[done].bytes);
    }
    fl_train_trainer_free(trainer);
}

/* --- trials that go on --- */

static fl_trial quadratic(const fl_optimizer *optimizer, const fl_schedule *schedule)
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

static fl_trial sgd(double rate)
{
    fl_trial trial = quadratic(fl_optimizer_find("sgd", NULL), fl_schedule_find("constant", NULL));
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = rate;
    trial.values.of[FL_TRIAL_OF_SCHEDULE][0] = 0;
    trial.steps = STEPS;
    trial.eval_every = 10;
    return trial;
}

static void every_optimizer_goes_on_from_any_step(void **state)
{
    for (const fl_optimizer *const *optimizer = fl_optimizers(); *optimizer; optimizer++) {
        fl_trial trial = quadratic(*optimizer, fl_schedule_find("linear", NULL));
        assert_resumes(&trial);
        fl_trial_free(&trial);
    }
}

static void every_schedule_goes_on_from_any_step(void **state)
{
    for (const fl_schedule *const *schedule = fl_schedules(); *schedule; schedule++) {
        fl_trial trial = quadratic(fl_optimizer_find("adam", NULL), *schedule);
        assert_resumes(&trial);
        fl_trial_free(&trial);
    }
}

/* The optimizer that moves nothing never improves, so a plateau of patience 3 drops the rate every fourth step. */
static void a_plateau_keeps_its_state(void **state)
{
    fl_trial trial = quadratic(fl_optimizer_find("null", NULL), fl_schedule_find("plateau", NULL));
    const fl_schedule *plateau = trial.owners.schedule;
    for (size_t i = 0; i < plateau->n_hypers; i++)
        trial.values.of[FL_TRIAL_OF_SCHEDULE][i] = plateau->hypers[i].default_value;
    trial.eval_every = 1;
    assert_resumes(&trial);
    fl_trial_free(&trial);
}

/* Batches so large that an epoch has few of them: checkpoints lie in many epochs, and on their borders. */
static void epochs_keep_their_order(void **state)
{
    fl_trial trial = sgd(0.01);
    trial.batch_size = 2000;
    assert_resumes(&trial);
}

/* Of eta = 1 the loss is infinite after some 20 steps (train_steps.c); the sentence and its step stay the same. */
static void a_trial_that_diverges_does_so_at_the_same_step(void **state)
{
    fl_trial trial = sgd(1);
    assert_resumes(&trial);
}

/* Its multiple is of the first loss, which only the checkpoint still knows. */
static void a_hopeless_trial_stops_at_the_same_step(void **state)
{
    fl_trial trial = sgd(0.3);
    trial.stop_above = 1e6; /* reached after some ten steps */
    assert_resumes(&trial);
}

/* In every layout that a backend gives to parameters and optimizer state. */
static void every_backend_and_precision_goes_on(void **state)
{
    fl_trial_owners owners = { fl_optimizer_find("adam", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-3;
    trial.batch_size = 20;
    trial.steps = 4;
    trial.eval_every = 0; /* on naive it takes half a second */
    for (const fl_backend *const *backend = fl_backends(); *backend; backend++)
        for (trial.precision = 0; trial.precision < FL_BACKEND_PRECISIONS; trial.precision++) {
            trial.backend = *backend;
            if ((*backend)->usable(trial.precision, NULL)) assert_resumes(&trial);
        }
}

/* --- files that are not used --- */

static const size_t damaged_at = 7;

/* A trial's undisturbed words, and its checkpoint after `damaged_at` steps. */
typedef struct example {
    fl_trial trial;
    fl_train_trainer *trainer;
    file copies[STEPS], whole;
    char words[4000];
} example;

static int make_example(void **state)
{
    static example e;
    training t = { .every = 1, .copies = e.copies };
    fl_error error;
    e.trial = quadratic(fl_optimizer_find("adam", NULL), fl_schedule_find("constant", NULL));
    e.trial.split.validation = 11000; /* an epoch of few examples is soon shuffled, and is begun thousands of times */
    e.trial.eval_every = 0;
    e.trial.steps = 9;
    e.trainer = fl_train_trainer_new();
    unlink(path);
    train(e.trainer, &e.trial, &t, &error);
    if (!t.ran) fail_msg("%s", error.text);
    strcpy(e.words, t.words);
    e.whole = e.copies[damaged_at];
    *state = &e;
    return 0;
}

static int free_example(void **state)
{
    example *e = *state;
    for (size_t i = 0; i < STEPS; i++) free(e->copies[i].bytes);
    fl_train_trainer_free(e->trainer);
    memset(e, 0, sizeof *e);
    return 0;
}

/* The trial begins at its beginning and says so with this word. */
static void assert_begins_anew(example *e, const char *because)
{
    training t = { .every = STEPS };
    fl_error error;
    train(e->trainer, &e->trial, &t, &error);
    if (!t.ran) fail_msg("%s", error.text);
    assert_int_equal(t.steps, e->trial.steps);
    assert_string_equal(t.words, e->words);
    assert_int_equal(t.sentences, 1);
    assert_contains(t.sentence, because);
    assert_contains(t.sentence, "the trial starts from the beginning");
}

static void assert_leaves_alone(example *e, const char *because)
{
    training t = { .every = STEPS };
    file before, after;
    fl_error error;
    assert_true(fl_file_read(path, &before.bytes, &before.n, NULL));
    train(e->trainer, &e->trial, &t, &error);
    assert_false(t.ran);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, because);
    assert_true(fl_file_read(path, &after.bytes, &after.n, NULL));
    assert_int_equal(before.n, after.n);
    assert_memory_equal(before.bytes, after.bytes, before.n);
    free(before.bytes);
    free(after.bytes);
}

enum { MAGIC = 16, VERSION_END = 24 };

/* Each bit of some, so that no field escapes; the whole file is the control. */
static void a_changed_byte_is_found_wherever_it_is(void **state)
{
    example *e = *state;
    assert_goes_on(e->trainer, &e->trial, &e->whole, damaged_at, e->words);
    for (size_t at = 0; at < e->whole.n; at++) {
        e->whole.bytes[at] ^= (char)(1 << at % 8);
        put_bytes(e->whole.bytes, e->whole.n);
        if (at < MAGIC)
            assert_leaves_alone(e, "is no checkpoint");
        else
            assert_begins_anew(e, at < VERSION_END ? "version" : "is damaged");
        e->whole.bytes[at] ^= (char)(1 << at % 8);
    }
}

static void a_missing_end_is_found_wherever_it_begins(void **state)
{
    example *e = *state;
    for (size_t n = 0; n < e->whole.n; n++) {
        put_bytes(e->whole.bytes, n);
        if (n < MAGIC)
            assert_leaves_alone(e, "is no checkpoint");
        else
            assert_begins_anew(e, "is damaged");
    }
}

static void a_byte_too_many_is_damage(void **state)
{
    example *e = *state;
    char *longer = calloc(e->whole.n + 1, 1);
    memcpy(longer, e->whole.bytes, e->whole.n);
    put_bytes(longer, e->whole.n + 1);
    assert_begins_anew(e, "is damaged");
    free(longer);
}

/* Two whole files of one trial, one half of each. */
static void pieces_of_two_checkpoints_do_not_fit_together(void **state)
{
    example *e = *state;
    const file *other = &e->copies[damaged_at - 1]; /* no evaluation in between, so of the same length */
    char *mixed = calloc(e->whole.n, 1);
    assert_int_equal(other->n, e->whole.n);
    for (size_t at = 0; at < e->whole.n; at++) {
        memcpy(mixed, other->bytes, at);
        memcpy(mixed + at, e->whole.bytes + at, e->whole.n - at);
        if (!memcmp(mixed, e->whole.bytes, e->whole.n) || !memcmp(mixed, other->bytes, e->whole.n)) continue;
        put_bytes(mixed, e->whole.n);
        assert_begins_anew(e, "is damaged");
    }
    free(mixed);
}

static void another_machine_or_build_begins_anew(void **state)
{
    example *e = *state;
    training t = { .every = STEPS, .host = "elsewhere" };
    fl_error error;
    put_bytes(e->whole.bytes, e->whole.n);
    train(e->trainer, &e->trial, &t, &error);
    assert_true(t.ran);
    assert_int_equal(t.steps, e->trial.steps);
    assert_contains(t.sentence, "on another machine or by another build; the trial starts from the beginning");
    assert_string_equal(t.words, e->words);
}

static void another_trial_is_left_alone(void **state)
{
    example *e = *state;
    put_bytes(e->whole.bytes, e->whole.n);
    e->trial.seed++;
    assert_leaves_alone(e, "is a checkpoint of another trial, and is left alone");
    e->trial.seed--;
}

static void a_file_that_is_no_checkpoint_is_left_alone(void **state)
{
    static const char thesis[] = "The only copy of a thesis, and longer than a checkpoint's beginning.\n";
    put_bytes(thesis, sizeof thesis);
    assert_leaves_alone(*state, "is no checkpoint, and is left alone");
}

static void what_a_killed_writer_left_is_overwritten(void **state)
{
    example *e = *state;
    char leftover[FL_FILE_PATH_MAX];
    training t = { .every = 4 };
    fl_error error;
    fl_file_path_join(leftover, folder, "trial.checkpoint.tmp");
    put_file(leftover, e->whole.bytes, e->whole.n / 2);
    unlink(path);
    train(e->trainer, &e->trial, &t, &error);
    assert_true(t.ran && t.sentences == 0);
    assert_false(fl_file_exists(leftover));
    assert_true(fl_file_exists(path));
    put_file(leftover, e->whole.bytes, e->whole.n / 2);
    fl_train_checkpoint_remove(path);
    assert_int_equal(folder_count(folder), 0);
}

/* Files are limited to 100 bytes, as on a full disk: the trial is worth more than its checkpoints. */
static void a_full_disk_costs_the_checkpoints_only(void **state)
{
    example *e = *state;
    training t = { .every = 1 };
    fl_error error;
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){ .rlim_cur = 100, .rlim_max = old.rlim_max };
    fl_train_checkpoint_remove(path);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    train(e->trainer, &e->trial, &t, &error);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_DFL);
    assert_true(t.ran);
    assert_string_equal(t.words, e->words);
    assert_int_equal(t.sentences, 1); /* of eight that failed */
    assert_contains(t.sentence, "the trial goes on without a checkpoint");
    assert_int_equal(folder_count(folder), 0);
}

static void a_folder_that_is_not_there_is_told_before_the_first_step(void **state)
{
    example *e = *state;
    training t = { .every = 1 };
    fl_error error;
    char kept[FL_FILE_PATH_MAX];
    strcpy(kept, path);
    fl_file_path_join(path, folder, "missing/trial.checkpoint");
    train(e->trainer, &e->trial, &t, &error);
    strcpy(path, kept);
    assert_false(t.ran);
    assert_int_equal(t.steps, 0);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "missing/trial.checkpoint");
}

int main(void)
{
#define WITH_EXAMPLE(test) cmocka_unit_test_setup_teardown(test, make_example, free_example)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_goes_on_from_any_step),
        cmocka_unit_test(every_schedule_goes_on_from_any_step),
        cmocka_unit_test(a_plateau_keeps_its_state),
        cmocka_unit_test(epochs_keep_their_order),
        cmocka_unit_test(a_trial_that_diverges_does_so_at_the_same_step),
        cmocka_unit_test(a_hopeless_trial_stops_at_the_same_step),
        cmocka_unit_test(every_backend_and_precision_goes_on),
        WITH_EXAMPLE(a_changed_byte_is_found_wherever_it_is),
        WITH_EXAMPLE(a_missing_end_is_found_wherever_it_begins),
        WITH_EXAMPLE(a_byte_too_many_is_damage),
        WITH_EXAMPLE(pieces_of_two_checkpoints_do_not_fit_together),
        WITH_EXAMPLE(another_machine_or_build_begins_anew),
        WITH_EXAMPLE(another_trial_is_left_alone),
        WITH_EXAMPLE(a_file_that_is_no_checkpoint_is_left_alone),
        WITH_EXAMPLE(what_a_killed_writer_left_is_overwritten),
        WITH_EXAMPLE(a_full_disk_costs_the_checkpoints_only),
        WITH_EXAMPLE(a_folder_that_is_not_there_is_told_before_the_first_step),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
