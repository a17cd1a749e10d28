/* Several workers as a choice like any other: words, identity, and what does not go together. */
#include "support/test.h"
#include "math/dense.h"
#include "trial/parallel.h"

#include <stdlib.h>
#include <string.h>

static fl_trial plain(void)
{
    fl_trial_owners owners = { fl_optimizer_find("momentum", NULL), fl_schedule_find("constant", NULL),
                               fl_workload_find("glyphs/mlp", NULL) };
    fl_trial trial = fl_trial_default(&owners);
    trial.values.of[FL_TRIAL_OF_OPTIMIZER][0] = 0.5;
    return trial;
}

/* As a study has it; ' stands for ". */
static fl_trial with(const char *text)
{
    fl_trial trial = plain();
    fl_trial_parallel parallel;
    fl_error error;
    char quoted[200];
    snprintf(quoted, sizeof quoted, "%s", text);
    test_quote(quoted);
    fl_json *document = fl_json_load_text("parallel", quoted, strlen(quoted), &error);
    if (!document || !fl_trial_parallel_read(fl_json_root(document), &parallel, &error)) fail_msg("%s", error.text);
    fl_trial_parallel_apply(&parallel, &trial);
    fl_json_free(document);
    return trial;
}

static void identify(const char *text, char id[17])
{
    fl_trial trial = text ? with(text) : plain();
    fl_trial_id(&trial, "0123", id);
    fl_trial_free(&trial);
}

static void assert_identities(const char *a, const char *b, bool same)
{
    char left[17], right[17];
    identify(a, left);
    identify(b, right);
    if (!strcmp(left, right) != same) fail_msg("%s and %s: %s, %s", a ? a : "none", b, left, right);
}

static void one_synchronous_worker_is_nobody_new(void **state)
{
    assert_identities(NULL, "{'method':'synchronous','workers':1}", true);
    assert_identities(NULL, "{'method':'synchronous','workers':2}", false);
    assert_identities(NULL, "{'method':'local','workers':1,'every':2}", false);
}

static void every_number_counts_and_a_default_said_aloud_does_not(void **state)
{
    const char *local = "{'method':'local','workers':4,'every':8}";
    assert_identities(local, "{'workers':4,'every':8,'method':'local','state':'local'}", true);
    assert_identities(local, "{'method':'local','workers':2,'every':8}", false);
    assert_identities(local, "{'method':'local','workers':4,'every':4}", false);
    assert_identities(local, "{'method':'local','workers':4,'every':8,'state':'reset'}", false);
    assert_identities("{'method':'synchronous','workers':2}", "{'method':'synchronous','workers':4}", false);
}

static void a_trial_survives_as_json_and_as_a_command(void **state)
{
    fl_trial trial = with("{'method':'local','workers':4,'every':8,'state':'reset'}"), again;
    fl_error error;
    json_t *object = fl_trial_json(&trial);
    char *line = fl_json_line(object), id[17], id_again[17];
    fl_json *document = fl_json_load_text("trial", line, strlen(line), &error);
    if (!fl_trial_read(fl_json_root(document), &again, &error)) fail_msg("%s", error.text);
    fl_trial_id(&trial, "0123", id);
    fl_trial_id(&again, "0123", id_again);
    assert_string_equal(id, id_again);
    assert_int_equal(again.workers, 4);
    fl_text command = { 0 };
    fl_trial_command(&again, &command);
    assert_contains(command.bytes, " --set parallel.every=8 --set parallel.state=reset ");
    assert_contains(command.bytes, " --parallel local:4");
    fl_text_free(&command);
    free(line);
    json_decref(object);
    fl_json_free(document);
    fl_trial_free(&again);
    fl_trial_free(&trial);
}

static void the_command_of_a_real_clock_launches_its_processes(void **state)
{
    fl_trial trial = with("{'method':'asynchronous','workers':3,'clock':'real','shards':2}");
    fl_text command = { 0 };
    fl_trial_command(&trial, &command);
    assert_int_equal(strncmp(command.bytes, "mpirun -np 5 fairlead trial --workload glyphs/mlp ", 50), 0);
    fl_text_free(&command);
    fl_trial_free(&trial);
}

static void a_worker_computes_its_share(void **state)
{
    fl_trial trial = with("{'method':'synchronous','workers':4}");
    assert_int_equal(trial.batch_size, 128);
    assert_int_equal(fl_trial_share(&trial), 32);
    assert_int_equal(fl_trial_micro_batch(&trial), 32);
    trial.micro_batch = 8;
    assert_int_equal(fl_trial_micro_batch(&trial), 8);
    fl_trial_free(&trial);
}

static void assert_impossible(fl_trial trial, const char *sentence)
{
    fl_error error = { .text = "nothing is wrong" };
    assert_false(fl_trial_accepts(&trial, SIZE_MAX, &error));
    assert_string_equal(error.text, sentence);
    fl_trial_free(&trial);
}

static void what_does_not_go_together_is_refused(void **state)
{
    const char *local = "{'method':'local','workers':2,'every':2}";
    assert_impossible(with("{'method':'synchronous','workers':3}"),
                      "3 workers do not divide a batch of 128: each takes an equal share");
    fl_trial trial = with("{'method':'synchronous','workers':4}");
    trial.micro_batch = 64;
    assert_impossible(trial, "a micro-batch of 64 does not divide a worker's share of 32");
    trial = with("{'method':'local','workers':2}");
    assert_impossible(trial, "'parallel.every' has no value, and no default");
    trial = with(local);
    trial.owners.optimizer = fl_optimizer_find("lbfgs", NULL);
    assert_impossible(trial,
                      "parallel method 'local' does not serve optimizer 'lbfgs', which asks for more gradients of the "
                      "same step");
    trial = with("{'method':'synchronous','workers':2}");
    trial.owners.optimizer = fl_optimizer_find("newton", NULL);
    if (fl_math_usable(NULL))
        assert_impossible(trial, "parallel method 'synchronous' does not serve optimizer 'newton', which asks for the "
                                 "curvature of whole batches");
}

static void the_words_of_a_command_are_read(void **state)
{
    fl_trial_parallel parallel;
    fl_error error;
    const char *end;
    assert_true(fl_trial_parallel_parse("local:4,every=8", &parallel, &end, &error));
    assert_string_equal(parallel.method->entry.name, "local");
    assert_int_equal(parallel.workers, 4);
    assert_string_equal(end, ",every=8");
    static const char *const bad[] = { "local",      "local:",   "local:0", "local:4x",
                                       "local:5000", "local:-1", ":4",      "locl:4" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(fl_trial_parallel_parse(bad[i], &parallel, &end, &error));
        assert_int_equal(error.fault, FL_ERROR_USER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_synchronous_worker_is_nobody_new),
        cmocka_unit_test(every_number_counts_and_a_default_said_aloud_does_not),
        cmocka_unit_test(a_trial_survives_as_json_and_as_a_command),
        cmocka_unit_test(the_command_of_a_real_clock_launches_its_processes),
        cmocka_unit_test(a_worker_computes_its_share),
        cmocka_unit_test(what_does_not_go_together_is_refused),
        cmocka_unit_test(the_words_of_a_command_are_read),
    };
    return test_run(tests, NULL, NULL);
}
