/* The records of a run, field by field as docs/formats.md names them. */
#include "support/program.h"
#include "base/hash.h"

static const char study[] =
    "{ 'study': 'records', 'workload': 'quadratic/noisy', 'backend': 'openblas', 'batch_size': 16,"
    "  'budget': { 'trials': 3, 'steps': 100, 'eval_every': 30 }, 'target': { 'metric': 'val_error', 'value': 9.0 },"
    "  'arms': [ { 'arm': 'an arm', 'optimizer': 'adam', 'schedule': 'linear',"
    "              'space': { 'learning_rate': { 'feasible_points': [0.1, 0.01, 1e300] }, 'epsilon_form': 'kingma',"
    "                         'one_minus_beta1': 0.25, 'schedule.end_factor': 0.5 } } ] }";

static json_t *complete, *diverged; /* a record of each kind */

static int set_up(void **state)
{
    program_set_up(state);
    put_study(folder, "records.json", study);
    assert_runs(0, folder, "run", "records.json", "-o", "out", "-j", "2");
    json_t *lines = store_lines(folder, "out", "trials"), *line;
    size_t i;
    json_array_foreach(lines, i, line)
    {
        json_t **kind = strcmp(json_string_value(json_object_get(line, "status")), "complete") ? &diverged : &complete;
        json_decref(*kind);
        *kind = json_incref(line);
    }
    json_decref(lines);
    assert_true(complete && diverged);
    return 0;
}

static int tear_down(void **state)
{
    json_decref(complete);
    json_decref(diverged);
    return program_tear_down(state);
}

/* The keys of an object in their order, separated by spaces, against what they must be. */
static void assert_keys(const json_t *object, const char *expected)
{
    char keys[1000] = "";
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", *keys ? " " : "", key);
    assert_string_equal(keys, expected);
}

static void assert_hex(const json_t *value)
{
    const char *text = json_string_value(value);
    assert_non_null(text);
    assert_int_equal(strlen(text), 16);
    assert_int_equal(strspn(text, "0123456789abcdef"), 16);
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) fail_msg("'%s' is no number", key);
    return json_number_value(value);
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (!value) fail_msg("'%s' is no text", key);
    return value;
}

static void a_complete_record_has_every_field(void **state)
{
    assert_keys(
        complete,
        "schema study arm index repeat trial status reason workload optimizer schedule hyperparameters batch_size "
        "steps eval_every backend precision threads seed init n_parameters steps_done gradient_evaluations "
        "curvature_products "
        "first_losses lent "
        "final best "
        "steps_to_target state_hash seconds examples_per_second host repro check");
    assert_int_equal(number(complete, "schema"), 1);
    assert_string_equal(text(complete, "study"), "records");
    assert_string_equal(text(complete, "arm"), "an arm");
    assert_int_equal(number(complete, "repeat"), 0);
    assert_hex(json_object_get(complete, "trial"));
    assert_true(json_is_null(json_object_get(complete, "reason")));
    assert_string_equal(text(complete, "workload"), "quadratic/noisy");
    assert_string_equal(text(complete, "optimizer"), "adam");
    assert_string_equal(text(complete, "schedule"), "linear");
    assert_int_equal(number(complete, "batch_size"), 16);
    assert_int_equal(number(complete, "steps"), 100);
    assert_int_equal(number(complete, "eval_every"), 30);
    assert_string_equal(text(complete, "backend"), "openblas");
    assert_string_equal(text(complete, "precision"), "f32");
    assert_int_equal(number(complete, "threads"), 1);
    assert_true(number(complete, "seed") < 0x1p53);
    assert_int_equal(number(complete, "n_parameters"), 8);
    assert_int_equal(number(complete, "steps_done"), 100);
    assert_int_equal(number(complete, "gradient_evaluations"), 100);
    assert_int_equal(json_array_size(json_object_get(complete, "first_losses")), 3);
    assert_hex(json_object_get(complete, "state_hash"));
    assert_true(number(complete, "examples_per_second") > 0);
    assert_hex(json_object_get(complete, "check"));
}

static void hyperparameters_are_plain_numbers_defaults_included(void **state)
{
    const json_t *values = json_object_get(complete, "hyperparameters");
    assert_keys(values, "learning_rate beta1 beta2 epsilon epsilon_form schedule.warmup_steps schedule.decay_fraction "
                        "schedule.end_factor workload.condition workload.dimension workload.noise");
    assert_true(number(values, "beta1") == 0.75);  /* 1 - 0.25 */
    assert_true(number(values, "beta2") == 0.999); /* the default in docs/protocol.md */
    assert_true(number(values, "epsilon") == 1e-8);
    assert_string_equal(text(values, "epsilon_form"), "kingma");
    assert_true(number(values, "schedule.end_factor") == 0.5);
}

static void fallbacks_to_naive_are_recorded(void **state)
{
    const json_t *lent = json_object_get(complete, "lent");
    assert_int_equal(json_array_size(lent), 1); /* OpenBLAS has nothing for a quadratic */
    assert_string_equal(json_string_value(json_array_get(lent, 0)), "quadratic");
}

static void final_and_best_are_points(void **state)
{
    static const char keys[] = "step train_loss train_error val_loss val_error test_loss test_error";
    const json_t *final = json_object_get(complete, "final"), *best = json_object_get(complete, "best");
    assert_keys(final, keys);
    assert_keys(best, keys);
    assert_int_equal(number(final, "step"), 100);
    assert_true(number(best, "val_error") <= number(final, "val_error"));
    assert_true(number(final, "test_error") == number(final, "test_loss")); /* without classes an error is the loss */
}

static void an_infeasible_record_says_when_and_has_no_figures(void **state)
{
    assert_string_equal(text(diverged, "status"), "infeasible");
    assert_contains(text(diverged, "reason"), "the training loss is not finite at step 2");
    static const char *const nulls[] = { "final", "best", "state_hash", "steps_to_target" };
    for (size_t i = 0; i < 4; i++) assert_true(json_is_null(json_object_get(diverged, nulls[i])));
    assert_int_equal(number(diverged, "steps_done"), 1);
    assert_int_equal(number(diverged, "gradient_evaluations"), 1); /* the second loss was no number any more */
    const json_t *losses = json_object_get(diverged, "first_losses");
    assert_int_equal(json_array_size(losses), 2);
    assert_true(json_is_real(json_array_get(losses, 0)) && json_is_null(json_array_get(losses, 1)));
}

static void steps_to_target_is_the_first_evaluation_below_it(void **state)
{
    json_t *points = store_lines(folder, "out", "points"), *point;
    double first = HUGE_VAL;
    size_t i;
    json_array_foreach(points, i, point) if (!strcmp(text(point, "trial"), text(complete, "trial")) &&
                                             number(point, "val_error") < 9.0 && number(point, "step") < first) first =
        number(point, "step");
    json_decref(points);
    const json_t *recorded = json_object_get(complete, "steps_to_target");
    assert_true(isfinite(first) ? json_number_value(recorded) == first : json_is_null(recorded));
}

static void parts_of_the_seconds_add_up(void **state)
{
    const json_t *seconds = json_object_get(complete, "seconds");
    assert_keys(seconds, "total setup data forward_backward curvature update evaluate other");
    double sum = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)seconds, key, value) sum += strcmp(key, "total") ? json_number_value(value) : 0;
    assert_close(sum, number(seconds, "total"), 1e-9);
    double training = number(seconds, "data") + number(seconds, "forward_backward") + number(seconds, "update");
    assert_close(number(complete, "examples_per_second"), 16 * 100 / training, 1e-9);
}

static void points_have_every_field_and_come_when_due(void **state)
{
    json_t *points = store_lines(folder, "out", "points"), *point;
    double expected[] = { 30, 60, 90, 100 }; /* every 30 steps, and after the last */
    size_t i, n = 0;
    json_array_foreach(points, i, point)
    {
        if (strcmp(text(point, "trial"), text(complete, "trial"))) continue;
        assert_keys(point,
                    "trial step train_loss train_error val_loss val_error test_loss test_error rate seconds check");
        assert_true(n < 4 && number(point, "step") == expected[n]);
        n++;
        /* linear from eta to eta / 2 over 100 steps; the rate is the last step's, t = step - 1 */
        double eta = number(json_object_get(complete, "hyperparameters"), "learning_rate"),
               t = number(point, "step") - 1;
        assert_close(number(point, "rate"), eta * (0.5 + 0.5 * (1 - t / 100)), 1e-12);
    }
    json_decref(points);
    assert_int_equal(n, 4);
}

static void the_host_key_is_the_hash_of_its_facts(void **state)
{
    char path[FL_FILE_PATH_MAX], hash[FL_HASH_TEXT];
    fl_file_path_join(path, folder, "out/host.json");
    json_t *file = json_load_file(path, 0, NULL);
    const json_t *facts = json_object_get(json_object_get(file, "hosts"), text(complete, "host"));
    assert_keys(facts, "machine build backend library floating_point implementation");
    json_t *hashed = json_deep_copy(facts); /* but for the cores, which an allocation changes */
    json_object_del(json_object_get(hashed, "machine"), "cores");
    char *line = json_dumps(hashed, JSON_COMPACT);
    json_decref(hashed);
    fl_hash_text(fl_hash(line, strlen(line)), hash);
    assert_string_equal(hash, text(complete, "host"));
    free(line);
    json_decref(file);
}

/* Run a record's own command, by a shell as a person would. */
static json_t *rerun(const json_t *record)
{
    fl_text script = { 0 };
    fl_text_add(&script, "PATH='%s':$PATH\n%s --json", FL_BUILD_DIR, text(record, "repro"));
    command c = command_start_program("/bin/sh", folder, WORDS("sh", "-c", script.bytes));
    command_wait(&c);
    fl_text_free(&script);
    if (c.code) fail_msg("%d: %s", c.code, c.err);
    json_t *again = json_loads(c.out, 0, NULL);
    assert_non_null(again);
    command_free(&c);
    return again;
}

static void the_repro_command_gives_the_same_record(void **state)
{
    static const char *const of_the_slot[] = { "study", "arm", "index", "repeat", "check", "steps_to_target" };
    static const char *const of_time[] = { "seconds", "examples_per_second" };
    const json_t *records[] = { complete, diverged };
    for (size_t i = 0; i < 2; i++) {
        json_t *again = rerun(records[i]), *record = json_deep_copy(records[i]);
        for (size_t f = 0; f < 6; f++) {
            assert_null(json_object_get(again, of_the_slot[f]));
            json_object_del(record, of_the_slot[f]);
        }
        for (size_t f = 0; f < 2; f++) {
            assert_non_null(json_object_get(again, of_time[f]));
            json_object_del(again, of_time[f]);
            json_object_del(record, of_time[f]);
        }
        char *expected = json_dumps(record, JSON_INDENT(1)), *got = json_dumps(again, JSON_INDENT(1));
        assert_string_equal(got, expected);
        free(expected);
        free(got);
        json_decref(again);
        json_decref(record);
    }
}

/* Splits and initialisations of one's own travel through study, worker, record and command. */
static void a_record_of_unusual_choices_can_be_run_again(void **state)
{
    put_study(folder, "unusual.json",
              "{ 'study': 'unusual', 'workload': 'glyphs/mlp', 'backend': 'onednn', 'batch_size': 64,"
              "  'budget': { 'trials': 1, 'steps': 3, 'stop_above': 50 }, 'split': { 'validation': 300, 'from': "
              "'seeded', 'seed': 9 },"
              "  'init': { 'weights': 'truncated_normal', 'argument': 0.05, 'bias': 0.01 },"
              "  'arms': [ { 'arm': 'list', 'optimizer': 'momentum', 'schedule': 'list',"
              "              'space': { 'schedule.rates': [0.1, 0.02, 0.3], 'momentum': 0.5 } } ] }");
    assert_runs(0, folder, "run", "unusual.json", "-o", "unusual");
    json_t *record = store_record(folder, "unusual", "list", 0, 0), *again = rerun(record);
    assert_string_equal(text(record, "status"), "complete");
    assert_string_equal(text(again, "state_hash"), text(record, "state_hash"));
    assert_string_equal(text(again, "trial"), text(record, "trial"));
    assert_string_equal(text(again, "host"), text(record, "host"));
    assert_true(json_equal(json_object_get(again, "split"), json_object_get(record, "split")));
    assert_int_equal(number(json_object_get(record, "split"), "validation"), 300);
    assert_string_equal(text(json_object_get(record, "init"), "weights"), "truncated_normal");
    json_decref(record);
    json_decref(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_record_has_every_field),
        cmocka_unit_test(hyperparameters_are_plain_numbers_defaults_included),
        cmocka_unit_test(fallbacks_to_naive_are_recorded),
        cmocka_unit_test(final_and_best_are_points),
        cmocka_unit_test(an_infeasible_record_says_when_and_has_no_figures),
        cmocka_unit_test(steps_to_target_is_the_first_evaluation_below_it),
        cmocka_unit_test(parts_of_the_seconds_add_up),
        cmocka_unit_test(points_have_every_field_and_come_when_due),
        cmocka_unit_test(the_host_key_is_the_hash_of_its_facts),
        cmocka_unit_test(the_repro_command_gives_the_same_record),
        cmocka_unit_test(a_record_of_unusual_choices_can_be_run_again),
    };
    return test_run(tests, set_up, tear_down);
}
