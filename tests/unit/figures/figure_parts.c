/* What figures are made of: ticks, names, and the looks of arms. */
#include "figures/figure_data.h"
#include "figures/figure_ends.h"
#include "figures/figure_slots.h"
#include "figures/figure_text.h"
#include "figures/figure_ticks.h"
#include "support/dies.h"
#include "support/test.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_ticks(figure_ticks ticks, const char *expected)
{
    assert_string_equal(ticks.list.bytes, expected);
    figure_ticks_free(&ticks);
}

/* Round steps are 1, 2 or 5 times a power of ten. */
static void linear_ticks_are_round(void **state)
{
    assert_ticks(figure_ticks_of(0, 1, false, 6, 0), "\"0\" 0 , \"0.2\" 0.20000000000000001 , \"0.4\" "
                                                     "0.40000000000000002 , \"0.6\" 0.60000000000000009 , \"0.8\" "
                                                     "0.80000000000000004 , \"1.0\" 1");
    assert_ticks(figure_ticks_of(-3, 3, false, 3, 0), "\"−2\" -2 , \"0\" 0 , \"2\" 2");
}

static void log_ticks_are_there_at_any_magnitude(void **state)
{
    assert_ticks(figure_ticks_of(0.9, 110, true, 6, 0), "\"10^{0}\" 1 , \"10^{1}\" 10 , \"10^{2}\" 100");
    for (int k = -300; k <= 300; k += 20)
        for (double decades = 0.001; decades < 4; decades *= 2) {
            double low = 1.7 * pow(10, k);
            figure_ticks ticks = figure_ticks_of(low, low * pow(10, decades), true, 6, 0);
            if (ticks.n < 2 || ticks.n > 7) fail_msg("%zu ticks on %g decades from %g", ticks.n, decades, low);
            figure_ticks_free(&ticks);
        }
}

/* Plain numbers only where one can read them; the rest is a power with its exponent in braces. */
static void small_numbers_are_powers_with_their_exponent_in_braces(void **state)
{
    figure_ticks ticks = figure_ticks_of(0.9e-14, 6e-14, true, 6, 0);
    assert_contains(ticks.list.bytes, "\"10^{−14}\" ");
    assert_contains(ticks.list.bytes, "\"2·10^{−14}\" ");
    figure_ticks_free(&ticks);
}

static void six_hundred_decades_have_few_labels(void **state)
{
    assert_ticks(figure_ticks_of(1e-300, 1e300, true, 6, 0),
                 "\"10^{−200}\" 9.9999999999999998e-201 , \"10^{0}\" 1 , \"10^{200}\" 9.9999999999999997e+199");
}

/* Written with an exponent as people write it, on a linear axis too. */
static void large_numbers_on_a_linear_axis_are_powers(void **state)
{
    figure_ticks ticks = figure_ticks_of(-4e25, 0, false, 3, 0);
    assert_contains(ticks.list.bytes, "\"−4·10^{25}\" -4");
    assert_contains(ticks.list.bytes, "\"−2·10^{25}\" -2");
    assert_contains(ticks.list.bytes, "\"0\" 0");
    figure_ticks_free(&ticks);
}

/* 32 is the only power of two between 24 and 63. */
static void less_than_an_octave_has_ticks(void **state)
{
    figure_ticks ticks = figure_ticks_of_two(24.5, 62.5, 9, 0);
    assert_true(ticks.n >= 2);
    figure_ticks_free(&ticks);
}

/* What stands side by side has room for so many columns, a blank between two labels. */
static void labels_side_by_side_have_room(void **state)
{
    for (double span = 1; span > 1e-7; span /= 3) {
        figure_ticks ticks = figure_ticks_of(0.5, 0.5 + span, false, 6, 18);
        assert_true(ticks.n >= 1);
        if (ticks.n > 1) assert_true(ticks.columns <= 18);
        figure_ticks_free(&ticks);
    }
}

/* .55 to .09 in 20 columns: 0.15 and 0.2 would have 3.2 between their middles, and need 4.5. */
static void labels_of_unlike_factors_do_not_touch(void **state)
{
    assert_ticks(figure_ticks_of(0.09, 0.55, true, 6, 20),
                 "\"0.1\" 0.10000000000000001 , \"0.2\" 0.20000000000000001 , \"0.5\" 0.5");
}

static void powers_of_two_end_at_the_whole_number(void **state)
{
    assert_ticks(figure_ticks_of_two(1, 60, 9, 0), "\"1\" 1 , \"2\" 2 , \"4\" 4 , \"8\" 8 , \"16\" 16 , \"32\" 32 , "
                                                   "\"60\" 60");
    assert_ticks(figure_ticks_of_two(1, 5, 9, 0), "\"1\" 1 , \"2\" 2 , \"5\" 5");
}

/* Every fourth: 19 columns with the blanks. Every third would take 27. */
static void powers_of_two_side_by_side_have_room(void **state)
{
    assert_ticks(figure_ticks_of_two(1, 55000, 9, 20), "\"1\" 1 , \"16\" 16 , \"256\" 256 , \"4096\" 4096 , "
                                                       "\"55000\" 55000");
    assert_ticks(figure_ticks_of_two(0.4, 90000.5, 9, 20), "\"1\" 1 , \"16\" 16 , \"256\" 256 , \"4096\" 4096 , "
                                                           "\"65536\" 65536");
}

static void wide_characters_take_two_columns(void **state)
{
    assert_int_equal(figure_text_width("adam"), 4);
    assert_int_equal(figure_text_width("größe"), 5);
    assert_int_equal(figure_text_width("优化器"), 6);  /* UAX 11: ideographs are wide */
    assert_int_equal(figure_text_width("e\u0301"), 1); /* a combining accent */
}

static void cut(const char *text, size_t most, const char *expected)
{
    fl_text out = { 0 };
    figure_text_add_cut(&out, text, most);
    assert_string_equal(out.bytes, expected);
    assert_true(figure_text_width(out.bytes) <= most);
    fl_text_free(&out);
}

static void long_names_lose_their_middle(void **state)
{
    cut("momentum", 8, "momentum");
    cut("learning_rate=1,beta=2", 10, "learni…a=2");
    cut("优化器优化器", 7, "优化…器");
}

static void equal_texts_are_numbered(void **state)
{
    fl_text texts[3] = { { 0 } };
    for (size_t i = 0; i < 3; i++) fl_text_add(&texts[i], "%s", i == 1 ? "b" : "a");
    figure_texts_make_unique(texts, 3);
    assert_string_equal(texts[0].bytes, "a (1)");
    assert_string_equal(texts[1].bytes, "b");
    assert_string_equal(texts[2].bytes, "a (2)");
    for (size_t i = 0; i < 3; i++) fl_text_free(&texts[i]);
}

/* --- looks --- */

enum { ARMS = 24 };

/* A layout of 24 arms of `n` optimizers in turn. */
static figure_layout *layout_of(const fl_optimizer *optimizers, size_t n, char labels[ARMS][80])
{
    figure_layout *layout = fl_memory_new(1, sizeof *layout);
    for (size_t i = 0; i < ARMS; i++) {
        fl_study_arm arm = { .label = labels[i] };
        arm.base.owners.optimizer = &optimizers[i % n];
        assert_int_equal(figure_slot_of(layout, &arm), i);
    }
    figure_slots_end(layout);
    return layout;
}

static void number_labels(char labels[ARMS][80], const char *before, const char *after)
{
    for (int i = 0; i < ARMS; i++) snprintf(labels[i], 80, "%s%d%s", before, i, after);
}

static void assert_told_apart(const figure_layout *layout)
{
    for (size_t i = 0; i < ARMS; i++)
        for (size_t j = 0; j < i; j++) {
            assert_true(layout->slots[i].colour != layout->slots[j].colour);
            assert_true(i % FIGURE_MARKERS != j % FIGURE_MARKERS || i % FIGURE_DASHES != j % FIGURE_DASHES);
            assert_true(strcmp(layout->slots[i].name, layout->slots[j].name));
        }
}

static void arms_of_one_optimizer_are_told_apart(void **state)
{
    const fl_optimizer one = { .entry = { "adam", "", "" } };
    char labels[ARMS][80];
    number_labels(labels, "adam_", "");
    figure_layout *layout = layout_of(&one, 1, labels);
    assert_told_apart(layout);
    assert_int_equal(layout->slots[0].colour, 0x17becf); /* Choi et al. 2019 */
    assert_int_equal(layout->slots[1].colour, 0x8c564b); /* no shade of it: the first that no optimizer has */
    figure_layout_free(layout);
}

static void optimizers_are_told_apart(void **state)
{
    static char names[ARMS][20], labels[ARMS][80];
    fl_optimizer many[ARMS];
    for (int i = 0; i < ARMS; i++) {
        snprintf(names[i], sizeof names[i], "rule_%d", i);
        many[i] = (fl_optimizer){ .entry = { i == 3 ? "sgd" : names[i], "", "" } };
    }
    number_labels(labels, "arm_", "");
    figure_layout *layout = layout_of(many, ARMS, labels);
    assert_told_apart(layout);
    assert_int_equal(layout->slots[3].colour, 0x1f77b4); /* Choi et al. 2019 */
    figure_layout_free(layout);
}

static void names_that_agree_where_they_are_cut_are_numbered(void **state)
{
    const fl_optimizer one = { .entry = { "adam", "", "" } };
    char labels[ARMS][80];
    number_labels(labels, "a_name_that_is_longer_than_what_is_", "_shown_of_it_in_the_legend");
    figure_layout *layout = layout_of(&one, 1, labels);
    assert_told_apart(layout);
    figure_layout_free(layout);
}

/* --- ends of lines --- */

static void a_height_is_a_share_of_the_panel(void **state)
{
    const figure_scale linear = { 10, 30, FIGURE_LINEAR }, logarithmic = { 0.01, 100, FIGURE_LOG };
    assert_close(figure_ends_height(&linear, 15), 0.25, 1e-12);
    assert_close(figure_ends_height(&logarithmic, 1), 0.5, 1e-12);
    assert_close(figure_ends_height(&linear, HUGE_VAL), 1, 0);
    assert_close(figure_ends_height(&logarithmic, 0), 0, 0);
    assert_true(isnan(figure_ends_height(&linear, NAN)));
}

static void labels_move_apart_in_their_order(void **state)
{
    double heights[] = { 0.5, 0.1, NAN, 0.5, 0.52, 1 };
    figure_ends_spread(heights, 6, 0.1);
    const double expected[] = { 0.5, 0.1, NAN, 0.6, 0.7, 1 };
    for (size_t i = 0; i < 6; i++)
        if (i != 2) assert_close(heights[i], expected[i], 1e-12);
    assert_true(isnan(heights[2]));
}

/* Thirty labels of a tenth have no room: they share the panel. */
static void labels_stay_within_the_panel(void **state)
{
    double at_top[] = { 1, 0.98, 1 }, many[30];
    figure_ends_spread(at_top, 3, 0.1);
    assert_close(at_top[1], 0.8, 1e-12);
    assert_close(at_top[0], 0.9, 1e-12);
    assert_close(at_top[2], 1, 1e-12);
    for (size_t i = 0; i < 30; i++) many[i] = 0.3;
    figure_ends_spread(many, 30, 0.1);
    for (size_t i = 0; i < 30; i++) {
        assert_true(many[i] > -1e-9 && many[i] <= 1);
        if (i) assert_close(many[i] - many[i - 1], 1.0 / 29, 1e-9);
    }
}

/* --- ends --- */

/* Two lines: one leaves the frame after its first point, one is never within. */
static void a_line_that_is_not_drawn_has_no_end(void **state)
{
    const figure_panel panel = { .title = "p", .detail = "" };
    const figure_scale scale = { 0, 10, FIGURE_LINEAR };
    const double inside[] = { 1, 5 }, outside[] = { 2, HUGE_VAL };
    figure_data data = { .n_blocks = 0 };
    figure_begin_panel(&data, &panel);
    figure_begin_block(&data, 0, NULL);
    figure_add_row(&data, inside, 2, NULL);
    figure_add_row(&data, outside, 2, NULL);
    figure_begin_block(&data, 1, NULL);
    figure_add_row(&data, outside, 2, NULL);
    figure_set_ends(&data, 0, 1, &scale);
    assert_contains(data.elements.bytes, "ends_1[1] = 1\n");
    assert_contains(data.elements.bytes, "ends_1[2] = NaN\n");
    figure_data_free(&data);
}

/* --- variables --- */

static const figure_variable declared[] = { { "k", FIGURE_ONCE, FIGURE_NUMBER }, { NULL } };

/* A figure's data whose table has the number `k` alone. */
static figure_data data_of_k(void)
{
    const figure_layout layout = { .n_slots = 0 };
    figure_data data;
    figure_begin(&data, &layout, "figure", "columns", declared, false);
    return data;
}

static void set_another(void)
{
    figure_data data = data_of_k();
    figure_set_number(&data, "n", 1);
}

static void set_as_text(void)
{
    figure_data data = data_of_k();
    figure_set_text(&data, "k", "1");
}

static void set_twice(void)
{
    figure_data data = data_of_k();
    figure_set_number(&data, "k", 1);
    figure_set_number(&data, "k", 1);
}

static void set_none(void)
{
    const figure_panel panel = { .title = "p", .detail = "" };
    figure_data data = data_of_k();
    figure_begin_panel(&data, &panel);
    figure_begin_block(&data, 0, NULL);
    figure_end(&data);
}

/* Or gnuplot would draw with what another figure, or nobody, set. */
static void a_variable_that_is_not_set_as_it_is_declared_ends_the_program(void **state)
{
    assert_gives_up(set_another, "sets 'n', which it does not declare");
    assert_gives_up(set_as_text, "sets 'k', which it does not declare");
    assert_gives_up(set_twice, "sets 'k' for the 2. time in place 1");
    assert_gives_up(set_none, "sets 'k' 0 times, not 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_height_is_a_share_of_the_panel),
        cmocka_unit_test(labels_move_apart_in_their_order),
        cmocka_unit_test(labels_stay_within_the_panel),
        cmocka_unit_test(linear_ticks_are_round),
        cmocka_unit_test(log_ticks_are_there_at_any_magnitude),
        cmocka_unit_test(small_numbers_are_powers_with_their_exponent_in_braces),
        cmocka_unit_test(six_hundred_decades_have_few_labels),
        cmocka_unit_test(large_numbers_on_a_linear_axis_are_powers),
        cmocka_unit_test(less_than_an_octave_has_ticks),
        cmocka_unit_test(labels_side_by_side_have_room),
        cmocka_unit_test(labels_of_unlike_factors_do_not_touch),
        cmocka_unit_test(powers_of_two_end_at_the_whole_number),
        cmocka_unit_test(powers_of_two_side_by_side_have_room),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(long_names_lose_their_middle),
        cmocka_unit_test(equal_texts_are_numbered),
        cmocka_unit_test(arms_of_one_optimizer_are_told_apart),
        cmocka_unit_test(optimizers_are_told_apart),
        cmocka_unit_test(names_that_agree_where_they_are_cut_are_numbered),
        cmocka_unit_test(a_line_that_is_not_drawn_has_no_end),
        cmocka_unit_test(a_variable_that_is_not_set_as_it_is_declared_ends_the_program),
    };
    return test_run(tests, NULL, NULL);
}
