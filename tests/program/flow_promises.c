/* fairlead check-optimizer: rules of a user's own that break one promise each are found out, and good ones are not. */
#include "support/plugin.h"
#include "support/program.h"

static int set_up(void **state)
{
    program_set_up(state);
    command_without_gnuplot();
    return 0;
}

/* The rule that breaks `what`, checked: the verdict on promise `name`. */
static void assert_verdict(const char *what, const char *name, int code, const char *verdict, const char *why)
{
    char flag[60], object[60];
    snprintf(flag, sizeof flag, "-DBREAKS=BREAKS_%s", what);
    snprintf(object, sizeof object, "%s.so", what);
    plugin_make("cc", "broken.c", flag, folder, object);
    command c = command_run(folder, WORDS("check-optimizer", "broken", "--plugin", object, "--json"));
    if (c.code != code) fail_msg("exit code %d, not %d: %s%s", c.code, code, c.out, c.err);
    json_t *answer = json_loads(c.out, 0, NULL), *promise;
    bool found = false;
    size_t i;
    json_array_foreach(json_object_get(answer, "promises"), i, promise)
    {
        if (strcmp(json_string_value(json_object_get(promise, "name")), name)) continue;
        found = true;
        assert_string_equal(json_string_value(json_object_get(promise, "verdict")), verdict);
        assert_contains(json_string_value(json_object_get(promise, "why")), why);
    }
    assert_true(found);
    json_decref(answer);
    command_free(&c);
}

static void a_good_rule_keeps_them_all(void **state)
{
    assert_verdict("nothing", "form", 0, "kept", "");
    assert_verdict("nothing", "inclusions", 0, "kept", "");
}

static void every_broken_promise_is_found(void **state)
{
    static const struct {
        const char *what, *why;
    } broken[] = {
        { "finite", "parameter 0 is not finite after 201 steps" },
        { "zero_rate", "parameters moved in 20 steps at rate 0" },
        { "gradient", "the gradient was written to" },
        { "same_bits", "differ" },
        { "state", "the rule remembers more than it was lent" },
        { "place", "moves otherwise than alone" },
        { "pieces", "piece by piece differ" },
        { "padding", "number 15 of dense.bias is padding and moves" },
        { "zeros", "does not stay 0 at learning_rate = 0, momentum = 0" },
        { "descent", "lead from 1 to" },
        { "inclusions", "with momentum = 0 it ends" },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_verdict(broken[i].what, broken[i].what, 1, "broken", broken[i].why);
}

/* Nothing would say later that each backend trains it otherwise. */
static void a_rule_that_looks_at_places_unasked_is_not_loaded(void **state)
{
    plugin_make("cc", "broken.c", "-DBREAKS=BREAKS_order", folder, "order.so");
    assert_refused(2, "order.so: optimizer 'broken': it moves a tensor's numbers otherwise in another order", folder,
                   "check-optimizer", "broken", "--plugin", "order.so");
    assert_verdict("no_order", "order", 1, "does not apply", ""); /* no longer an inclusion */
}

static void writing_beyond_what_is_lent_and_crashes_are_found(void **state)
{
    assert_verdict("guards", "zero_rate", 1, "broken", "it wrote beyond what it was lent");
    assert_verdict("crash", "finite", 1, "broken", "it ended the process by signal 11");
    assert_verdict("crash", "gradient", 1, "kept", "");
}

/* Its mistake is at a momentum of 0, where what is settled is not looked for. */
static void what_is_settled_is_not_varied(void **state)
{
    plugin_make("cc", "broken.c", "-DBREAKS=BREAKS_zeros", folder, "held.so");
    assert_runs(1, folder, "check-optimizer", "broken", "--plugin", "held.so");
    assert_runs(0, folder, "check-optimizer", "broken", "--plugin", "held.so", "--set", "momentum=0.5");
}

static void json_names_the_values_that_it_ran_with(void **state)
{
    command c = command_run(folder, WORDS("check-optimizer", "momentum", "--set", "momentum=0.5", "--json"));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "\"momentum\": 0.5");
    command_free(&c);
}

static void people_see_a_table_and_the_speed(void **state)
{
    command c = command_run(folder, WORDS("check-optimizer", "momentum"));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "  kept           zero_rate   a rate of 0 leaves the parameters alone\n");
    assert_contains(c.out, "of the speed of memory");
    command_free(&c);
    c = command_run(folder, WORDS("check-optimizer", "null"));
    assert_contains(c.out, "does nothing: there is no speed to tell");
    command_free(&c);
    assert_refused(2, "unknown optimizer 'adma' (did you mean adam?)", folder, "check-optimizer", "adma");
}

/* newton's solver forms a matrix as wide as there are parameters, of a million 4 TB: nobody tries. */
static void a_step_that_the_rule_does_not_take_is_said_to_be_not_measured(void **state)
{
    command c = command_run(folder, WORDS("check-optimizer", "newton"));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "  a step on 1000 x 1000 is not measured: solver = direct forms a matrix of up to 4000");
    assert_string_equal(c.err, "");
    command_free(&c);
}

/* What that sentence says to use. */
static void a_rule_is_checked_at_other_values_than_its_defaults(void **state)
{
    command c = command_run(folder, WORDS("check-optimizer", "newton", "--set", "solver=cg"));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "of the speed of memory");
    command_free(&c);
    assert_refused(2, "--set solver=lu: 'lu' is no value of solver; use one of direct, cg", folder, "check-optimizer",
                   "newton", "--set", "solver=lu");
    assert_refused(2, "--set momentum=1: momentum", folder, "check-optimizer", "momentum", "--set", "momentum=1");
    assert_refused(2, "optimizer 'sgd' has no such hyperparameter", folder, "check-optimizer", "sgd", "--set", "x=1");
    assert_refused(2, "rates of their own", folder, "check-optimizer", "sgd", "--set", "learning_rate=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_rule_keeps_them_all),
        cmocka_unit_test(every_broken_promise_is_found),
        cmocka_unit_test(a_rule_that_looks_at_places_unasked_is_not_loaded),
        cmocka_unit_test(writing_beyond_what_is_lent_and_crashes_are_found),
        cmocka_unit_test(what_is_settled_is_not_varied),
        cmocka_unit_test(json_names_the_values_that_it_ran_with),
        cmocka_unit_test(people_see_a_table_and_the_speed),
        cmocka_unit_test(a_step_that_the_rule_does_not_take_is_said_to_be_not_measured),
        cmocka_unit_test(a_rule_is_checked_at_other_values_than_its_defaults),
    };
    return test_run(tests, set_up, program_tear_down);
}
