/* A trial written as a command and read back by the program is the same trial. */
#include "support/program.h"
#include "support/command_trial.h"
#include "trial/model.h"

/* The identity the program gives to the trial it reads from the words. */
static void identity_by_program(const fl_trial *trial, char id[17])
{
    fl_text words = { 0 };
    fl_text_add(&words, "PATH='%s'\n", FL_BUILD_DIR);
    fl_trial_command(trial, &words);
    fl_text_add(&words, " --json");
    command c = command_start_program("/bin/sh", folder, WORDS("sh", "-c", words.bytes));
    command_wait(&c);
    if (c.code) fail_msg("%s\n%s", words.bytes, c.err);
    json_t *record = json_loads(c.out, 0, NULL);
    snprintf(id, 17, "%s", json_string_value(json_object_get(record, "trial")));
    json_decref(record);
    command_free(&c);
    fl_text_free(&words);
}

static void assert_same_trial(const fl_trial *trial)
{
    char id[17], id_by_program[17];
    fl_error error;
    fl_dataset *dataset = fl_workload_load(trial->owners.workload, trial->values.of[FL_TRIAL_OF_WORKLOAD], &error);
    assert_non_null(dataset);
    fl_trial_id(trial, dataset->checksum, id);
    fl_dataset_free(dataset);
    identity_by_program(trial, id_by_program);
    assert_string_equal(id_by_program, id);
}

static void survive(const fl_optimizer *optimizer, const fl_schedule *schedule, fl_random_stream *stream)
{
    fl_trial trial = draw_trial(optimizer, schedule, fl_workload_find("quadratic/noisy", NULL), stream);
    trial.backend = fl_backend_find("naive", NULL);
    trial.seed = fl_random_below(stream, FL_TRIAL_SEED_MAX);
    trial.batch_size = 3;
    trial.eval_every = 0;
    if (!optimizer->wants || drawn_is_possible(&trial)) assert_same_trial(&trial);
    fl_trial_free(&trial);
}

static void every_optimizer_and_schedule_survives_its_command(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "test", 0);
    for (const fl_optimizer *const *optimizer = fl_optimizers(); *optimizer; optimizer++)
        survive(*optimizer, fl_schedule_find("linear", NULL), &stream);
    for (const fl_schedule *const *schedule = fl_schedules(); *schedule; schedule++)
        survive(fl_optimizer_find("adam", NULL), *schedule, &stream);
}

static void everything_else_survives_its_command(void **state)
{
    fl_random_stream stream = fl_random_stream_start(2, "test", 0);
    for (const fl_init_rule *const *rule = fl_init_rules(); *rule; rule++) {
        fl_trial trial = draw_trial(fl_optimizer_find("adam", NULL), fl_schedule_find("linear", NULL),
                                    fl_workload_find("quadratic/noisy", NULL), &stream);
        trial.batch_size = 1 + fl_random_below(&stream, 50);
        trial.eval_every = fl_random_below(&stream, 50);
        trial.threads = 2;
        trial.split = (fl_dataset_split){ 1 + fl_random_below(&stream, 5000),
                                          (fl_dataset_split_from)fl_random_below(&stream, FL_DATASET_SPLITS_FROM), 0 };
        if (trial.split.from == FL_DATASET_FROM_SEEDED) trial.split.seed = fl_random_below(&stream, FL_TRIAL_SEED_MAX);
        for (size_t k = FL_TRIAL_INIT; k <= FL_TRIAL_INIT_BIAS; k++)
            trial.values.of[FL_TRIAL_OF_MODEL][k] = fl_trial_model_default(trial.owners.workload, k);
        trial.init =
            (fl_init){ *rule, (*rule)->argument ? fl_random_uniform(&stream) : 0, -fl_random_uniform(&stream) };
        trial.stop_above = 2 + fl_random_uniform(&stream);
        assert_same_trial(&trial);
        fl_trial_free(&trial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_and_schedule_survives_its_command),
        cmocka_unit_test(everything_else_survives_its_command),
    };
    return test_run(tests, program_set_up, program_tear_down);
}
