/* Batches that grow: how large they are, that they are the examples in a row and their mean, and that a trial that goes
 * on from a checkpoint grows on. */
#include "base/memory.h"
#include "support/folder.h"
#include "support/test.h"
#include "support/trainer.h"
#include "train/checkpoint.h"
#include "trial/around.h"

#include <math.h>

enum { STEPS = 14, BATCH = 900, UNITS = 67 };

static fl_trial trial_of(const char *optimizer, double factor, double every)
{
    fl_trial_owners owners = { fl_optimizer_find(optimizer, NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-2;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_FACTOR] = factor;
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_EVERY] = every;
    trial.batch_size = BATCH;
    trial.steps = STEPS;
    trial.eval_every = 0;
    return trial;
}

/* Of 100 batches: 1.5^k rounded is 1, 2, 2, 3, 5, 8, 11, 17, 26, 38, 58, 86, and then 130, which there are not. */
static void multiples_are_rounded_powers_up_to_the_split(void **state)
{
    static const size_t expected[] = { 1, 2, 2, 3, 5, 8, 11, 17, 26, 38, 58, 86, 100, 100 };
    fl_trial trial = trial_of("sgd", 1.5, 10);
    uint64_t before = 0;
    for (size_t t = 0; t < 140; t++) {
        assert_int_equal(fl_trial_multiple(&trial, t, 100 * BATCH + BATCH - 1), expected[t / 10]);
        assert_int_equal(fl_trial_batches_before(&trial, t, 100 * BATCH + BATCH - 1), before);
        before += expected[t / 10];
    }
    trial.values.of[FL_TRIAL_AROUND][FL_TRIAL_BATCH_FACTOR] = 1e300; /* whose powers no double holds */
    assert_int_equal(fl_trial_multiple(&trial, 139, 100 * BATCH), 100);
}

typedef struct seen {
    double losses[UNITS], labels[UNITS], inputs[UNITS];
    size_t examples[UNITS], n;
} seen;

static void note(void *user, const fl_train_step *step)
{
    seen *s = user;
    s->losses[s->n] = step->loss;
    s->examples[s->n] = step->examples;
    for (size_t i = 0; i < step->examples; i++) s->labels[s->n] += step->labels[i];
    for (size_t i = 0; i < step->examples * 784; i++) s->inputs[s->n] += step->input[i];
    s->n++;
}

static seen run(const fl_trial *trial, char hash[17])
{
    seen s = { .n = 0 };
    fl_train_trainer *trainer = shared_trainer();
    fl_train_callbacks callbacks = { .user = &s, .stepped = note };
    fl_outcome outcome = { 0 };
    assert_true(fl_train_trial(trainer, trial, &callbacks, &outcome, NULL));
    if (hash) snprintf(hash, 17, "%s", outcome.state_hash);
    fl_outcome_free(&outcome);
    return s;
}

/* 10,000 glyphs train: 11 batches of 900 an epoch. By twos from the fourth step on: 1 1 1 2 2 2 4 4 4 8 8 8 11 11, so
 * that steps begin in one epoch and end in the next. A rule that moves nothing sees each batch's loss as it is. */
static void a_grown_batch_is_the_next_batches_together(void **state)
{
    fl_trial grown = trial_of("null", 2, 3), plain = trial_of("null", 1, 0);
    plain.steps = UNITS;
    seen a = run(&grown, NULL), b = run(&plain, NULL);
    size_t at = 0;
    for (size_t t = 0; t < STEPS; t++) {
        size_t times = fl_trial_multiple(&grown, t, 10000);
        double loss = 0, labels = 0, inputs = 0;
        for (size_t i = 0; i < times; i++, at++)
            loss += b.losses[at] / (double)times, labels += b.labels[at], inputs += b.inputs[at];
        assert_int_equal(a.examples[t], times * BATCH);
        assert_close(a.losses[t], loss, 1e-12);
        assert_true(a.labels[t] == labels);
        assert_close(a.inputs[t], inputs, 1e-9);
    }
    assert_int_equal(at, UNITS);
}

/* Until it grows it is the trial without growth, bit by bit. */
static void before_it_grows_it_is_the_plain_trial(void **state)
{
    char grown[17], plain[17], later[17];
    fl_trial trial = trial_of("adam", 4, STEPS), same = trial_of("adam", 1, 0), sooner = trial_of("adam", 4, STEPS - 1);
    run(&trial, grown);
    run(&same, plain);
    run(&sooner, later);
    assert_string_equal(grown, plain);
    assert_string_not_equal(later, plain);
}

static void growth_that_does_nothing_is_not_in_the_identity(void **state)
{
    char id[17], same[17], other[17];
    fl_trial plain = trial_of("sgd", 1, 0), grown = trial_of("sgd", 2, 5);
    fl_trial_owners owners = plain.owners;
    fl_trial untouched = fl_trial_default(&owners);
    untouched.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 1e-2;
    untouched.batch_size = BATCH, untouched.steps = STEPS, untouched.eval_every = 0;
    fl_trial_id(&untouched, "0", id);
    fl_trial_id(&plain, "0", same);
    fl_trial_id(&grown, "0", other);
    assert_string_equal(id, same);
    assert_string_not_equal(id, other);
}

static void growth_without_a_period_is_refused(void **state)
{
    fl_error error;
    fl_trial trial = trial_of("sgd", 2, 0);
    assert_false(fl_trial_accepts(&trial, SIZE_MAX, &error));
    assert_contains(error.text, "batch.factor = 2 needs batch.every");
}

/* --- a checkpoint in the middle --- */

typedef struct stopping {
    fl_train_checkpoint_options options;
    char path[FL_FILE_PATH_MAX], saved[FL_FILE_PATH_MAX];
    size_t steps;
} stopping;

/* Copy the checkpoint that step 8 left. */
static void copy_checkpoint(void *user, const fl_train_step *step)
{
    stopping *s = user;
    char *bytes;
    size_t n;
    s->steps++;
    if (step->step != 9) return;
    assert_true(fl_file_read(s->path, &bytes, &n, NULL));
    assert_true(fl_file_write(s->saved, bytes, n, NULL));
    free(bytes);
}

static void run_with(stopping *s, const fl_trial *trial, char hash[17])
{
    fl_train_trainer *trainer = fl_train_trainer_new();
    fl_train_callbacks callbacks = { .user = s, .stepped = copy_checkpoint };
    s->steps = 0;
    fl_train_set_checkpoints(trainer, &s->options);
    fl_outcome outcome = must_train(trainer, trial, &callbacks);
    snprintf(hash, 17, "%s", outcome.state_hash);
    fl_outcome_free(&outcome);
    fl_train_trainer_free(trainer);
}

static void a_resumed_trial_grows_on(void **state)
{
    char folder[FL_FILE_PATH_MAX], whole[17], resumed[17];
    folder_make(folder);
    stopping s = { .options = { .every = 4, .host = "0123456789abcdef" } };
    fl_file_path_join(s.path, folder, "trial.checkpoint");
    fl_file_path_join(s.saved, folder, "saved.checkpoint");
    fl_trial trial = trial_of("adam", 2, 3);
    s.options.path = s.path;
    run_with(&s, &trial, whole);
    s.options.path = s.saved;
    run_with(&s, &trial, resumed);
    assert_int_equal(s.steps, STEPS - 8);
    assert_string_equal(resumed, whole);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiples_are_rounded_powers_up_to_the_split),
        cmocka_unit_test(a_grown_batch_is_the_next_batches_together),
        cmocka_unit_test(before_it_grows_it_is_the_plain_trial),
        cmocka_unit_test(growth_that_does_nothing_is_not_in_the_identity),
        cmocka_unit_test(growth_without_a_period_is_refused),
        cmocka_unit_test(a_resumed_trial_grows_on),
    };
    return test_run(tests, NULL, NULL);
}
