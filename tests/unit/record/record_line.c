/* Checked lines: what comes back, and that no changed byte goes unseen. */
#include "record/line.h"
#include "support/test.h"

#include "base/hash.h"
#include "base/json.h"

static fl_text line_of(json_t *object)
{
    fl_text text = { 0 };
    fl_record_line_add(&text, object);
    json_decref(object);
    return text;
}

/* The checksum as docs/formats.md defines it: the last key, the XXH3 of the bytes before it. */
static void the_check_is_the_hash_of_the_bytes_before_it(void **state)
{
    char expected[100], hash[FL_HASH_TEXT];
    fl_text text = line_of(json_pack("{s:i, s:f}", "a", 1, "b", 0.5));
    fl_hash_text(fl_hash("{\"a\":1,\"b\":0.5", strlen("{\"a\":1,\"b\":0.5")), hash);
    snprintf(expected, sizeof expected, "{\"a\":1,\"b\":0.5,\"check\":\"%s\"}\n", hash);
    assert_string_equal(expected, text.bytes);
    fl_text_free(&text);
}

/* printf '{"a":1' | xxhsum -H3, version 0.8.1. */
static void the_check_is_the_same_in_every_program(void **state)
{
    fl_text text = line_of(json_pack("{s:i}", "a", 1));
    assert_string_equal("{\"a\":1,\"check\":\"72320ca0186ede72\"}\n", text.bytes);
    fl_text_free(&text);
}

static void numbers_come_back_to_the_last_bit(void **state)
{
    const double values[] = { 0.1, 1.0 / 3, 1e-310, 1.7976931348623157e308, 5e-324, -0.0, 123456789.123456789 };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        fl_text text = line_of(json_pack("{s:f}", "x", values[i]));
        json_t *object = fl_record_line_read(text.bytes, text.length - 1);
        double back = json_real_value(json_object_get(object, "x"));
        assert_memory_equal(&values[i], &back, sizeof back);
        json_decref(object);
        fl_text_free(&text);
    }
}

static void any_changed_byte_is_seen(void **state)
{
    fl_text text = line_of(json_pack("{s:s, s:f}", "arm", "adam", "loss", 0.125));
    for (size_t i = 0; i < text.length - 1; i++) {
        text.bytes[i] ^= 1;
        assert_null(fl_record_line_read(text.bytes, text.length - 1));
        text.bytes[i] ^= 1;
    }
    json_t *object = fl_record_line_read(text.bytes, text.length - 1);
    assert_non_null(object);
    json_decref(object);
    fl_text_free(&text);
}

static void any_shorter_line_is_seen(void **state)
{
    fl_text text = line_of(json_pack("{s:i}", "index", 3));
    for (size_t n = 0; n < text.length - 1; n++) assert_null(fl_record_line_read(text.bytes, n));
    fl_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_is_the_hash_of_the_bytes_before_it),
        cmocka_unit_test(the_check_is_the_same_in_every_program),
        cmocka_unit_test(numbers_come_back_to_the_last_bit),
        cmocka_unit_test(any_changed_byte_is_seen),
        cmocka_unit_test(any_shorter_line_is_seen),
    };
    return test_run(tests, NULL, NULL);
}
