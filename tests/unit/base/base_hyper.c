/* Ranges of hyperparameters, in numbers and in words, and look-ups in their tables. */
#include "support/test.h"

#include "base/hyper.h"

static const char *const forms[] = { "choi", "kingma", NULL };

static const fl_hyper table[] = {
    { "rate", "help", FL_HYPER_LOG, NAN, .min = 0, .max = HUGE_VAL },
    { "momentum", "help", FL_HYPER_LINEAR, 0.9, .min = 0, .max = 1, .max_open = true },
    { "epsilon", "help", FL_HYPER_LOG, 1e-8, .min = 0, .min_open = true, .max = 1e10 },
    { "steps", "help", FL_HYPER_INTEGER, 0, .min = 0, .max = 100 },
    { "form", "help", FL_HYPER_CHOICE, 0, .min = 0, .max = 1, .choices = forms },
};
enum { RATE, MOMENTUM, EPSILON, STEPS, FORM, N };

static void assert_accepts(size_t i, double value, bool expected)
{
    if (fl_hyper_accepts(&table[i], value, NULL) != expected) fail_msg("%s = %g", table[i].name, value);
}

static void the_ends_of_a_range_count_unless_open(void **state)
{
    assert_accepts(RATE, 0, true);
    assert_accepts(RATE, 1e300, true);
    assert_accepts(RATE, -1e-300, false);
    assert_accepts(MOMENTUM, 0, true);
    assert_accepts(MOMENTUM, nextafter(1, 0), true);
    assert_accepts(MOMENTUM, 1, false);
    assert_accepts(EPSILON, 0, false);
    assert_accepts(EPSILON, 5e-324, true);
    assert_accepts(EPSILON, 1e10, true);
    assert_accepts(EPSILON, nextafter(1e10, HUGE_VAL), false);
}

static void nothing_accepts_what_is_not_finite(void **state)
{
    const double odd[] = { NAN, HUGE_VAL, -HUGE_VAL };
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < 3; k++) assert_accepts(i, odd[k], false);
}

static void integers_and_choices_are_whole(void **state)
{
    assert_accepts(STEPS, 100, true);
    assert_accepts(STEPS, 0.5, false);
    assert_accepts(STEPS, 101, false);
    assert_accepts(FORM, 1, true);
    assert_accepts(FORM, 0.5, false);
    assert_accepts(FORM, 2, false);
    assert_accepts(FORM, -1, false);
}

static void assert_range(size_t i, const char *expected)
{
    char text[100];
    fl_hyper_range(&table[i], text, sizeof text);
    assert_string_equal(text, expected);
}

/* 2^53 + 1 is no double. */
static void whole_numbers_end_where_doubles_skip_some(void **state)
{
    const fl_hyper patience = { .name = "patience", .scale = FL_HYPER_INTEGER, .min = 0, .max = HUGE_VAL };
    char text[100];
    fl_error error;
    assert_true(fl_hyper_accepts(&patience, 9007199254740992.0, &error));
    assert_false(fl_hyper_accepts(&patience, 9007199254740994.0, &error));
    assert_false(fl_hyper_accepts(&patience, 1e300, &error));
    fl_hyper_range(&patience, text, sizeof text);
    assert_string_equal(text, "a whole number in [0, 2^53]");
}

static void a_range_reads_as_mathematicians_write_it(void **state)
{
    assert_range(RATE, "[0, inf)");
    assert_range(MOMENTUM, "[0, 1)");
    assert_range(EPSILON, "(0, 1e+10]");
    assert_range(STEPS, "a whole number in [0, 100]");
    assert_range(FORM, "one of choi, kingma");
}

static void a_range_that_does_not_fit_is_cut(void **state)
{
    char text[10];
    fl_hyper_range(&table[FORM], text, sizeof text);
    assert_string_equal(text, "one of ch");
    fl_hyper_range(&table[STEPS], text, sizeof text);
    assert_string_equal(text, "a whole n");
}

static void a_refusal_names_the_value_and_the_range(void **state)
{
    fl_error error;
    assert_false(fl_hyper_accepts(&table[MOMENTUM], 1.5, &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_string_equal(error.text, "momentum = 1.5 is outside its range [0, 1)");
}

static void names_lead_to_places(void **state)
{
    for (size_t i = 0; i < N; i++) assert_int_equal(fl_hyper_index(table, N, table[i].name), i);
    assert_int_equal(fl_hyper_index(table, N, "beta3"), N);
    assert_int_equal(fl_hyper_index(table, N, "rat"), N);
    assert_int_equal(fl_hyper_index(NULL, 0, "rate"), 0);
}

static void choices_lead_to_their_index(void **state)
{
    assert_int_equal(fl_hyper_choice(&table[FORM], "choi"), 0);
    assert_int_equal(fl_hyper_choice(&table[FORM], "kingma"), 1);
    assert_int_equal(fl_hyper_choice(&table[FORM], "king"), -1);
    assert_int_equal(fl_hyper_choice(&table[RATE], "choi"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ends_of_a_range_count_unless_open),
        cmocka_unit_test(nothing_accepts_what_is_not_finite),
        cmocka_unit_test(integers_and_choices_are_whole),
        cmocka_unit_test(whole_numbers_end_where_doubles_skip_some),
        cmocka_unit_test(a_range_reads_as_mathematicians_write_it),
        cmocka_unit_test(a_range_that_does_not_fit_is_cut),
        cmocka_unit_test(a_refusal_names_the_value_and_the_range),
        cmocka_unit_test(names_lead_to_places),
        cmocka_unit_test(choices_lead_to_their_index),
    };
    return test_run(tests, NULL, NULL);
}
