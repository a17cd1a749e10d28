/* fairlead compare on result folders of synthetic outcomes: bits of equal trials, errors of arms. */
#include "support/command.h"
#include "support/fixtures.h"

#include <jansson.h>

#define SEEDS(first) "\"seeds\": {\"first\": " #first "},"

enum { TRIALS = 20 };

static void fixture_close(fixture *s)
{
    fl_store_close(s->store);
    s->store = NULL;
}

/* Errors around `middle` that no two trials share, in an order of no meaning. */
static void add_around(fixture *s, size_t arm, double middle)
{
    double errors[TRIALS];
    for (size_t i = 0; i < TRIALS; i++) errors[i] = middle + 0.002 * (double)((7 * i + 3 * arm) % TRIALS);
    add_errors(s, arm, errors, TRIALS);
}

/* A folder with one arm whose trials have errors around `middle`. */
static void begin(fixture *s, const char *fields, double middle)
{
    fixture_begin(s, fields, SGD("sgd"));
    add_around(s, 0, middle);
    fixture_close(s);
}

/* One more trial of the arm, with a state of its own. */
static void add_state(const fixture *s, uint64_t index, fl_outcome_status status, const char *state_hash)
{
    fl_error error;
    fl_trial trial = fl_study_trial(s->study, &s->study->arms[0], index, 0);
    fl_outcome outcome =
        synthetic_outcome(&trial, &(synthetic){ .status = status, .val_error = 0.1, .test_error = 0.1 });
    fl_record_slot slot = { 0, index, 0 };
    snprintf(outcome.state_hash, sizeof outcome.state_hash, "%s", state_hash);
    if (!fl_store_add(s->store, &slot, &trial, &outcome, "0000000000000001", &error)) fail_msg("%s", error.text);
    fl_outcome_free(&outcome);
    fl_trial_free(&trial);
}

static json_t *compared(int code, const fixture *base, const fixture *now)
{
    command c = command_run("/", WORDS("compare", base->folder, now->folder, "--json"));
    if (c.code != code) fail_msg("exit code %d, not %d: %s%s", c.code, code, c.out, c.err);
    json_t *found = json_loads(c.out, 0, NULL);
    assert_non_null(found);
    command_free(&c);
    return found;
}

static long long whole_number(const json_t *found, const char *key)
{
    return json_integer_value(json_object_get(found, key));
}

static const char *verdict(const json_t *found, size_t arm)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(found, "arms"), arm), "verdict"));
}

static void equal_folders_end_in_the_same_bits(void **state)
{
    fixture base, now;
    begin(&base, BUDGET(20), 0.1);
    begin(&now, BUDGET(20), 0.1);
    json_t *found = compared(0, &base, &now);
    assert_int_equal(TRIALS, whole_number(found, "equal_trials"));
    assert_int_equal(0, whole_number(found, "other_bits"));
    assert_string_equal("same bits", verdict(found, 0));
    json_decref(found);
    fixture_end(&base);
    fixture_end(&now);
}

static void other_bits_are_bad_news_and_named(void **state)
{
    fixture base, now;
    fixture_begin(&base, BUDGET(2), SGD("sgd"));
    fixture_begin(&now, BUDGET(2), SGD("sgd"));
    add_state(&base, 0, FL_OUTCOME_COMPLETE, "0123456789abcdef");
    add_state(&now, 0, FL_OUTCOME_COMPLETE, "0123456789abcdef");
    add_state(&base, 1, FL_OUTCOME_COMPLETE, "00000000000000aa");
    add_state(&now, 1, FL_OUTCOME_COMPLETE, "00000000000000ab");
    fixture_close(&base);
    fixture_close(&now);
    json_t *found = compared(1, &base, &now);
    assert_int_equal(2, whole_number(found, "equal_trials"));
    assert_int_equal(1, whole_number(found, "other_bits"));
    assert_int_equal(1, json_array_size(json_object_get(found, "differing")));
    assert_string_equal("no difference shown", verdict(found, 0)); /* of their errors, which are the same */
    json_decref(found);
    command c = command_run("/", WORDS("compare", base.folder, now.folder));
    assert_contains(c.out, "2 equal trials: 1 end in the same bits, 1 in others");
    assert_contains(c.out, "index 1: fairlead trial ");
    command_free(&c);
    fixture_end(&base);
    fixture_end(&now);
}

/* A trial that diverges in one of the folders only did not end in the same bits; one the machine failed tells nothing.
 */
static void outcomes_count_and_failures_do_not(void **state)
{
    fixture base, now;
    fixture_begin(&base, BUDGET(2), SGD("sgd"));
    fixture_begin(&now, BUDGET(2), SGD("sgd"));
    add_state(&base, 0, FL_OUTCOME_COMPLETE, "0123456789abcdef");
    add_state(&now, 0, FL_OUTCOME_INFEASIBLE, "");
    add_state(&base, 1, FL_OUTCOME_COMPLETE, "0123456789abcdef");
    add_state(&now, 1, FL_OUTCOME_FAILED, "");
    fixture_close(&base);
    fixture_close(&now);
    json_t *found = compared(1, &base, &now);
    assert_int_equal(1, whole_number(found, "equal_trials"));
    assert_int_equal(1, whole_number(found, "other_bits"));
    json_decref(found);
    fixture_end(&base);
    fixture_end(&now);
}

/* Other seeds are other trials: nothing to compare in bits, but the errors of all 20 lie beyond those of the base. */
static void a_worse_arm_is_bad_news(void **state)
{
    fixture base, worse, same;
    begin(&base, BUDGET(20), 0.1);
    begin(&worse, BUDGET(20) SEEDS(2), 0.3);
    begin(&same, BUDGET(20) SEEDS(3), 0.1005);
    json_t *found = compared(1, &base, &worse);
    assert_int_equal(0, whole_number(found, "equal_trials"));
    assert_int_equal(1, whole_number(found, "worse"));
    assert_string_equal("worse", verdict(found, 0));
    json_decref(found);
    found = compared(0, &worse, &base);
    assert_string_equal("better", verdict(found, 0));
    json_decref(found);
    found = compared(0, &base, &same);
    assert_string_equal("no difference shown", verdict(found, 0));
    json_decref(found);
    fixture_end(&base);
    fixture_end(&worse);
    fixture_end(&same);
}

/* Studies of another batch size and other steps: what differs is named, nothing is claimed however far apart the errors
 * are, and that is no success. */
static void unlike_studies_claim_nothing(void **state)
{
    static const char longer[] = "\"budget\": {\"trials\": 20, \"steps\": 200, \"eval_every\": 10},";
    fixture base, now;
    begin(&base, BUDGET(20), 0.1);
    begin(&now, longer, 0.3);
    json_t *found = compared(4, &base, &now), *arm = json_array_get(json_object_get(found, "arms"), 0);
    assert_string_equal("no claim: the studies differ", verdict(found, 0));
    assert_string_equal("steps", json_string_value(json_object_get(arm, "differs")));
    assert_int_equal(0, whole_number(found, "worse"));
    json_decref(found);
    command c = command_run("/", WORDS("compare", base.folder, now.folder));
    assert_contains(c.out, "nothing is claimed of sgd: the studies differ in steps");
    assert_contains(c.out, "10.00 %"); /* the base's best validation error, as a summary shows it */
    command_free(&c);
    fixture_end(&base);
    fixture_end(&now);
}

static void whatever_decides_an_error_is_named(void **state)
{
    static const struct {
        const char *fields, *arm, *differs;
    } others[] = {
        { BUDGET(20) "\"split\": {\"validation\": 500},", SGD("sgd"), "split" },
        { BUDGET(20) SEEDS(2) "\"select\": \"val_loss\",", SGD("sgd"), "select" },
        { FEASIBLE(20) SEEDS(2), SGD("sgd"), "feasible budget" },
        { BUDGET(20) "\"parallel\": {\"method\": \"synchronous\", \"workers\": 2},", SGD("sgd"), "parallel" },
        { BUDGET(20) SEEDS(2) "\"average\": \"ema\", \"select_of\": \"averaged\",", SGD("sgd"), "select, average" },
        { "\"budget\": {\"trials\": 20, \"steps\": 100, \"eval_every\": 10, \"patience\": 3}," SEEDS(2), SGD("sgd"),
          "patience" },
        { BUDGET(20) SEEDS(2) "\"micro_batch\": 8,", SGD("sgd"), "micro-batch" },
        { BUDGET(20),
          "{\"arm\": \"sgd\", \"optimizer\": \"momentum\", \"schedule\": \"linear\", \"space\": {\"learning_rate\": "
          "{\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}",
          "optimizer, schedule, space" },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        fixture base, now;
        begin(&base, BUDGET(20), 0.1);
        fixture_begin(&now, others[i].fields, others[i].arm);
        add_around(&now, 0, 0.3);
        fixture_close(&now);
        json_t *found = compared(4, &base, &now), *arm = json_array_get(json_object_get(found, "arms"), 0);
        assert_string_equal(others[i].differs, json_string_value(json_object_get(arm, "differs")));
        json_decref(found);
        fixture_end(&base);
        fixture_end(&now);
    }
}

static void budgets_that_are_not_filled_claim_nothing(void **state)
{
    fixture base, now;
    begin(&base, BUDGET(20), 0.1);
    begin(&now, BUDGET(21) SEEDS(2), 0.3);
    json_t *found = compared(4, &base, &now);
    assert_string_equal("no claim: budget not filled", verdict(found, 0));
    json_decref(found);
    fixture_end(&base);
    fixture_end(&now);
}

static void folders_without_anything_in_common_are_no_success(void **state)
{
    fixture base, other;
    begin(&base, BUDGET(20), 0.1);
    fixture_begin(&other, BUDGET(20) SEEDS(2), SGD("another"));
    add_around(&other, 0, 0.1);
    fixture_close(&other);
    assert_refused(4, "nothing was compared", "/", "compare", base.folder, other.folder);
    fixture_end(&base);
    fixture_end(&other);
}

static void only_two_of_a_kind_are_compared(void **state)
{
    fixture base;
    begin(&base, BUDGET(20), 0.1);
    assert_refused(2, "two of a kind", "/", "compare", base.folder, "/tmp");
    assert_refused(2, "--noise is for kernel benchmarks", "/", "compare", base.folder, base.folder, "--noise",
                   "x.json");
    fixture_end(&base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_folders_end_in_the_same_bits),
        cmocka_unit_test(other_bits_are_bad_news_and_named),
        cmocka_unit_test(outcomes_count_and_failures_do_not),
        cmocka_unit_test(a_worse_arm_is_bad_news),
        cmocka_unit_test(unlike_studies_claim_nothing),
        cmocka_unit_test(whatever_decides_an_error_is_named),
        cmocka_unit_test(budgets_that_are_not_filled_claim_nothing),
        cmocka_unit_test(folders_without_anything_in_common_are_no_success),
        cmocka_unit_test(only_two_of_a_kind_are_compared),
    };
    return test_run(tests, NULL, NULL);
}
