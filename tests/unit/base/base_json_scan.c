/* The scanner takes what Fairlead writes, and nothing that Jansson would refuse or read otherwise. */
#include "support/test.h"

#include "base/json_scan.h"

#include <jansson.h>
#include <string.h>

static bool takes(const char *text)
{
    return fl_json_scan(text, strlen(text), NULL, NULL);
}

static void what_fairlead_writes_is_taken(void **state)
{
    static const char *const texts[] = { "{}", "{\"a\":1}",
                                         "{\"a\":-0.5,\"b\":1e-05,\"c\":123456789012345678,\"d\":\"x y\",\"e\":null}",
                                         "{\"a\":[],\"b\":[1,\"2\",[3]],\"c\":{},\"d\":{\"a\":true,\"b\":false}}" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!takes(texts[i])) fail_msg("%s", texts[i]);
}

static void anything_else_is_left_to_the_parser(void **state)
{
    static const char *const texts[] = { "",
                                         "[]",
                                         "{",
                                         "{\"a\"}",
                                         "{\"a\":}",
                                         "{\"a\":1,}",
                                         "{\"a\":1}x",
                                         "{\"a\":01}",
                                         "{\"a\":.5}",
                                         "{\"a\":1.}",
                                         "{\"a\":1e}",
                                         "{\"a\":1e999}",
                                         "{\"a\":--1}",
                                         "{\"a\":nul}",
                                         "{a:1}",
                                         "{\"a\": 1}",
                                         "{\"a\":\"\n\"}",
                                         "{\"a\":\"\\n\"}",
                                         "{\"a\":\"\xff\"}",
                                         "{\"a\":[1,]}",
                                         "{\"a\":[1}",
                                         "{\"a\":1,\"a\":2}",
                                         "{\"b\":{\"a\":1,\"a\":2}}",
                                         "{\"a\":1234567890123456789}",
                                         "{\"a\":{\"b\":1}",
                                         "{\"a\":\"x}" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (takes(texts[i])) fail_msg("%s", texts[i]);
}

static size_t still_json(const char *text)
{
    if (!takes(text)) return 0;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!object) fail_msg("%s", text);
    json_decref(object);
    return 1;
}

/* Every byte of a line replaced by every other, and every piece of it left out: what is still taken Jansson still
 * takes.
 */
static void what_is_taken_is_json(void **state)
{
    static const char line[] =
        "{\"arm\":\"a\",\"index\":12,\"final\":{\"step\":3,\"of\":[0.25,-1e-05,null]},\"e\":true}";
    size_t taken = 0;
    for (size_t i = 0; i < sizeof line - 1; i++)
        for (int byte = 1; byte < 256; byte++) {
            char text[sizeof line];
            memcpy(text, line, sizeof line);
            text[i] = (char)byte;
            taken += still_json(text);
        }
    for (size_t first = 0; first < sizeof line - 1; first++)
        for (size_t n = 1; first + n < sizeof line; n++) {
            char text[sizeof line];
            snprintf(text, sizeof text, "%.*s%s", (int)first, line, line + first + n);
            taken += still_json(text);
        }
    assert_true(taken > sizeof line);
}

static bool take_number(void *user, const fl_json_scan_span *key, const fl_json_scan_span *value)
{
    double *number = user;
    return fl_json_scan_span_is(key, "whole") ? fl_json_scan_span_whole(value, number)
                                              : fl_json_scan_span_number(value, number);
}

static void numbers_and_texts_are_told_apart(void **state)
{
    double number = 0;
    assert_true(fl_json_scan("{\"x\":2.5e-05}", 13, take_number, &number));
    assert_close(number, 2.5e-5, 0);
    assert_true(fl_json_scan("{\"whole\":17}", 12, take_number, &number));
    assert_close(number, 17, 0);
    assert_false(fl_json_scan("{\"whole\":1.0}", 13, take_number, &number));
    assert_false(fl_json_scan("{\"x\":\"1\"}", 9, take_number, &number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fairlead_writes_is_taken),
        cmocka_unit_test(anything_else_is_left_to_the_parser),
        cmocka_unit_test(what_is_taken_is_json),
        cmocka_unit_test(numbers_and_texts_are_told_apart),
    };
    return test_run(tests, NULL, NULL);
}
