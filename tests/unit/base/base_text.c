/* Growing text, numbers that survive being written down, words for a shell. */
#include "support/test.h"

#include "base/random.h"
#include "base/text.h"

#include <float.h>

static void text_grows_and_stays_terminated(void **state)
{
    fl_text text = { 0 };
    for (int i = 0; i < 1000; i++) fl_text_add(&text, "%03d,", i);
    assert_int_equal(text.length, 4000);
    assert_int_equal(strlen(text.bytes), 4000);
    assert_memory_equal(text.bytes + 4 * 777, "777,", 4);
    fl_text_free(&text);
    assert_null(text.bytes);
    assert_int_equal(text.length, 0);
}

static void bytes_may_hold_anything(void **state)
{
    fl_text text = { 0 };
    fl_text_add_bytes(&text, "a\0b", 3);
    fl_text_add_bytes(&text, "", 0);
    assert_int_equal(text.length, 3);
    assert_memory_equal(text.bytes, "a\0b", 4);
    fl_text_free(&text);
}

static void assert_number(double value, const char *expected)
{
    char text[FL_TEXT_NUMBER_SIZE];
    assert_string_equal(fl_text_number(value, text), expected);
}

static void numbers_take_their_shortest_form(void **state)
{
    assert_number(0.1, "0.1");
    assert_number(1e-8, "1e-08");
    assert_number(100, "100");
    assert_number(-1e14, "-100000000000000");
    assert_number(1e17, "1e+17");
    assert_number(0, "0");
    assert_number(-0.0, "-0");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(9007199254740992.0, "9007199254740992");
    assert_number(5e-324, "5e-324");
    assert_number(-DBL_MAX, "-1.7976931348623157e+308");
    assert_number(HUGE_VAL, "inf");
    assert_number(NAN, "nan");
}

/* Random bit patterns, so every exponent occurs. */
static void twenty_thousand_random_doubles_survive(void **state)
{
    fl_random_stream stream = fl_random_stream_start(1, "numbers", 0);
    for (size_t i = 0; i < 20000; i++) {
        uint64_t bits = (uint64_t)fl_random_u32(&stream) << 32 | fl_random_u32(&stream);
        double value;
        char text[FL_TEXT_NUMBER_SIZE];
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        double back = strtod(fl_text_number(value, text), NULL);
        assert_memory_equal(&back, &value, sizeof value);
        assert_true(strlen(text) < 25);
    }
}

/* A shell is the judge: printf '%s' WORD must print the word. */
static void assert_shell_reads(const char *word, const char *written)
{
    char said[100] = "";
    fl_text command = { 0 };
    fl_text_add(&command, "printf '%%s' ");
    size_t start = command.length;
    fl_text_add_shell_word(&command, word);
    assert_string_equal(command.bytes + start, written);
    FILE *shell = popen(command.bytes, "r");
    assert_non_null(shell);
    said[fread(said, 1, sizeof said - 1, shell)] = 0;
    assert_int_equal(pclose(shell), 0);
    assert_string_equal(said, word);
    fl_text_free(&command);
}

static void a_shell_reads_each_word_back(void **state)
{
    assert_shell_reads("schedule.end_factor=0.01", "schedule.end_factor=0.01");
    assert_shell_reads("", "''");
    assert_shell_reads("two words", "'two words'");
    assert_shell_reads("it's", "'it'\\''s'");
    assert_shell_reads("$HOME `id` \"x\" \\ *;&|", "'$HOME `id` \"x\" \\ *;&|'");
    assert_shell_reads("a\nb", "'a\nb'");
}

static void control_characters_give_no_orders(void **state)
{
    char text[] = "red \x1b[31m\nline\x7f gr\xc3\xb6\xc3\x9f"
                  "e";
    fl_text_make_plain(text);
    assert_string_equal(text, "red ?[31m?line? gr\xc3\xb6\xc3\x9f"
                              "e");
}

/* RFC 3629: what begins or goes on wrongly, is longer than it need be, is half of a pair or beyond the last, or ends
 * too early; U+009B would be a terminal's CSI. */
static void what_is_no_utf_8_becomes_question_marks(void **state)
{
    static const char *const texts[][2] = {
        { "\xff\xfez", "??z" },
        { "a\x80z", "a?z" },
        { "\xc0\xaf \xe0\x9f\xbf \xf0\x8f\xbf\xbf", "?? ??? ????" },
        { "\xed\xa0\x80 \xf4\x90\x80\x80 \xf5\x80", "??? ???? ??" },
        { "\xe2\x82", "??" },
        { "\xc2\x9b[2J", "??[2J" },
        { "\xc2\xa0 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf",
          "\xc2\xa0 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[40];
        snprintf(text, sizeof text, "%s", texts[i][0]);
        fl_text_make_plain(text);
        assert_string_equal(text, texts[i][1]);
    }
}

static void a_number_is_all_of_its_text(void **state)
{
    static const char *const none[] = { "", " 1", "1 ", "1x", "x", "1e", "0.1.2", "\n1" };
    double value;
    assert_true(fl_text_number_read("-2.5e-3", &value));
    assert_close(value, -0.0025, 0);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (fl_text_number_read(none[i], &value)) fail_msg("'%s' was taken for a number", none[i]);
}

static void whole_numbers_are_digits_within_range(void **state)
{
    static const char *const wrong[] = { "", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1e1", "99999999999999999999", "8" };
    uint64_t value;
    assert_true(fl_text_whole_read("7", 0, 7, &value) && value == 7);
    assert_true(fl_text_whole_read("0", 0, 7, &value) && value == 0);
    assert_true(fl_text_whole_read("18446744073709551615", 0, UINT64_MAX, &value) && value == UINT64_MAX);
    assert_false(fl_text_whole_read("0", 1, 7, &value));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(fl_text_whole_read(wrong[i], 0, 7, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows_and_stays_terminated),
        cmocka_unit_test(bytes_may_hold_anything),
        cmocka_unit_test(numbers_take_their_shortest_form),
        cmocka_unit_test(twenty_thousand_random_doubles_survive),
        cmocka_unit_test(a_shell_reads_each_word_back),
        cmocka_unit_test(control_characters_give_no_orders),
        cmocka_unit_test(what_is_no_utf_8_becomes_question_marks),
        cmocka_unit_test(a_number_is_all_of_its_text),
        cmocka_unit_test(whole_numbers_are_digits_within_range),
    };
    return test_run(tests, NULL, NULL);
}
