/* A file that is not the trial's own, whole checkpoint is never used; checkpoints that cannot be written stop no trial.
 */
#include "support/training.h"
#include "train/checkpoint.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static const size_t damaged_at = 7;

/* A trial's undisturbed words, and its checkpoint after `damaged_at` steps. */
typedef struct example {
    fl_trial trial;
    fl_train_trainer *trainer;
    training_file copies[STEPS], whole;
    char words[4000];
} example;

static int make_example(void **state)
{
    static example e;
    training t = { .every = 1, .copies = e.copies };
    fl_error error;
    e.trial = training_quadratic(fl_optimizer_find("adam", NULL), fl_schedule_find("constant", NULL));
    e.trial.split.validation = 11000; /* an epoch of few examples is soon shuffled, and is begun thousands of times */
    e.trial.eval_every = 0;
    e.trial.steps = 9;
    e.trainer = fl_train_trainer_new();
    unlink(training_path);
    training_run(e.trainer, &e.trial, &t, &error);
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
    training_run(e->trainer, &e->trial, &t, &error);
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
    training_file before, after;
    fl_error error;
    assert_true(fl_file_read(training_path, &before.bytes, &before.n, NULL));
    training_run(e->trainer, &e->trial, &t, &error);
    assert_false(t.ran);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, because);
    assert_true(fl_file_read(training_path, &after.bytes, &after.n, NULL));
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
    assert_resumes_from(e->trainer, &e->trial, &e->whole, damaged_at, e->words);
    for (size_t at = 0; at < e->whole.n; at++) {
        e->whole.bytes[at] ^= (char)(1 << at % 8);
        training_put(e->whole.bytes, e->whole.n);
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
        training_put(e->whole.bytes, n);
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
    training_put(longer, e->whole.n + 1);
    assert_begins_anew(e, "is damaged");
    free(longer);
}

/* Two whole files of one trial, one half of each. */
static void pieces_of_two_checkpoints_do_not_fit_together(void **state)
{
    example *e = *state;
    const training_file *other = &e->copies[damaged_at - 1]; /* no evaluation in between, so of the same length */
    char *mixed = calloc(e->whole.n, 1);
    assert_int_equal(other->n, e->whole.n);
    for (size_t at = 0; at < e->whole.n; at++) {
        memcpy(mixed, other->bytes, at);
        memcpy(mixed + at, e->whole.bytes + at, e->whole.n - at);
        if (!memcmp(mixed, e->whole.bytes, e->whole.n) || !memcmp(mixed, other->bytes, e->whole.n)) continue;
        training_put(mixed, e->whole.n);
        assert_begins_anew(e, "is damaged");
    }
    free(mixed);
}

static void another_machine_or_build_begins_anew(void **state)
{
    example *e = *state;
    training t = { .every = STEPS, .host = "elsewhere" };
    fl_error error;
    training_put(e->whole.bytes, e->whole.n);
    training_run(e->trainer, &e->trial, &t, &error);
    assert_true(t.ran);
    assert_int_equal(t.steps, e->trial.steps);
    assert_contains(t.sentence, "on another machine or by another build; the trial starts from the beginning");
    assert_string_equal(t.words, e->words);
}

static void another_trial_is_left_alone(void **state)
{
    example *e = *state;
    training_put(e->whole.bytes, e->whole.n);
    e->trial.seed++;
    assert_leaves_alone(e, "is a checkpoint of another trial, and is left alone");
    e->trial.seed--;
}

static void a_file_that_is_no_checkpoint_is_left_alone(void **state)
{
    static const char thesis[] = "The only copy of a thesis, and longer than a checkpoint's beginning.\n";
    training_put(thesis, sizeof thesis);
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
    unlink(training_path);
    training_run(e->trainer, &e->trial, &t, &error);
    assert_true(t.ran && t.sentences == 0);
    assert_false(fl_file_exists(leftover));
    assert_true(fl_file_exists(training_path));
    put_file(leftover, e->whole.bytes, e->whole.n / 2);
    fl_train_checkpoint_remove(training_path);
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
    fl_train_checkpoint_remove(training_path);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    training_run(e->trainer, &e->trial, &t, &error);
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
    strcpy(kept, training_path);
    fl_file_path_join(training_path, folder, "missing/trial.checkpoint");
    training_run(e->trainer, &e->trial, &t, &error);
    strcpy(training_path, kept);
    assert_false(t.ran);
    assert_int_equal(t.steps, 0);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "missing/trial.checkpoint");
}

int main(void)
{
#define WITH_EXAMPLE(test) cmocka_unit_test_setup_teardown(test, make_example, free_example)
    const struct CMUnitTest tests[] = {
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
    return test_run(tests, training_set_up, workspace_tear_down);
}
