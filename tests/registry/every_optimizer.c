/* What holds for every update rule, whoever wrote it: this walks the registry, or the rule named as its argument, and
 * the promises that `fairlead check-optimizer` checks. */
#include "support/test.h"

#include "base/denormals.h"
#include "math/dense.h"
#include "promise/promise.h"

/* Rules whose library is missing in this build are named and not run. */
static bool is_there(const fl_optimizer *rule)
{
    fl_error why;
    if (!rule->dense || fl_math_usable(&why)) return true;
    print_message("%s: %s\n", rule->entry.name, why.text);
    return false;
}

static const char *only; /* of the command line: this rule alone is walked; NULL: all */

#define FOR_EVERY(rule)                                                                                                \
    for (const fl_optimizer *const *each = fl_optimizers(), *rule; (rule = *each); each++)                             \
        if (!only || !strcmp(rule->entry.name, only))

static void every_rule_is_found_by_its_name_alone(void **state)
{
    FOR_EVERY(rule) assert_ptr_equal(fl_optimizer_find(rule->entry.name, NULL), rule);
}

static void an_unknown_name_is_answered_with_the_known_ones(void **state)
{
    fl_error error;
    assert_null(fl_optimizer_find("adma", &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, "adma");
    FOR_EVERY(rule) assert_contains(error.text, rule->entry.name);
}

static void every_rule_keeps_every_promise(void **state)
{
    size_t n = 0, n_broken = 0;
    for (const fl_promise *const *promise = fl_promises(); *promise; promise++, n++) FOR_EVERY(rule) if (is_there(rule))
        {
            fl_error why;
            if (fl_promise_kept(*promise, rule, &why)) continue;
            print_error("%s: %s: %s\n", rule->entry.name, (*promise)->about, why.text);
            n_broken++;
        }
    assert_int_equal(n_broken, 0);
    assert_int_equal(n, 13);
}

int main(int argc, char **argv)
{
    fl_error unknown;
    only = argc > 1 ? argv[1] : NULL;
    if (only && !fl_optimizer_find(only, &unknown)) {
        fprintf(stderr, "%s\n", unknown.text);
        return EXIT_FAILURE;
    }
    fl_denormals_flush(); /* as a trial computes */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_is_found_by_its_name_alone),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_known_ones),
        cmocka_unit_test(every_rule_keeps_every_promise),
    };
    return test_run(tests, NULL, NULL);
}
