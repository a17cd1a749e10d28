/* JSON with places. Lines and columns in the expected sentences were counted by hand, in characters from 1. */
#include "support/folder.h"

#include "base/json.h"
#include "base/random.h"

static fl_json *load(const char *text)
{
    fl_error error;
    fl_json *document = fl_json_load_text("a.json", text, strlen(text), &error);
    if (!document) fail_msg("%s", error.text);
    return document;
}

static fl_json_node member(fl_json_node object, const char *key)
{
    fl_json_node child;
    assert_true(fl_json_get(object, key, &child));
    return child;
}

/* The sentences of a complaint about the value and about the key stand at these places. */
static void assert_places(fl_json_node node, const char *value_place, const char *key_place)
{
    fl_error error;
    char expected[100];
    assert_false(fl_json_fail(node, &error, "%s", "no"));
    assert_int_equal(error.fault, FL_ERROR_USER);
    snprintf(expected, sizeof expected, "a.json:%s: no", value_place);
    assert_string_equal(error.text, expected);
    assert_false(fl_json_fail_key(node, &error, "%s", "no"));
    snprintf(expected, sizeof expected, "a.json:%s: no", key_place);
    assert_string_equal(error.text, expected);
}

static const char *const study = "{\n"
                                 "  \"study\": \"quick\",\n"
                                 "  \"budget\": { \"steps\": 10, \"trials\":\n"
                                 "      3 },\n"
                                 "  \"arms\": [ { \"arm\": \"a\" },\n"
                                 "            { \"arm\": \"b\", \"rates\": [1, 2.5, [true]] } ]\n"
                                 "}\n";

static void every_key_and_value_has_its_place(void **state)
{
    fl_json *document = load(study);
    fl_json_node root = fl_json_root(document), arm, rate;
    assert_places(root, "1:1", "1:1");
    assert_places(member(root, "study"), "2:12", "2:3");
    assert_places(member(root, "budget"), "3:13", "3:3");
    assert_places(member(member(root, "budget"), "steps"), "3:24", "3:15");
    assert_places(member(member(root, "budget"), "trials"), "4:7", "3:28");
    assert_true(fl_json_first(member(root, "arms"), &arm));
    assert_places(arm, "5:13", "5:13");
    assert_true(fl_json_next(&arm));
    assert_places(member(arm, "arm"), "6:22", "6:15");
    assert_true(fl_json_first(member(arm, "rates"), &rate) && fl_json_next(&rate));
    assert_places(rate, "6:40", "6:40");
    fl_json_free(document);
}

static void columns_count_characters(void **state)
{
    fl_json *document = load("{ \"h\xc3\xa4gele\": \"\xe2\x82\xac\xf0\x9f\x9a\x80\", \"b\": 1 }");
    fl_json_node root = fl_json_root(document);
    assert_places(member(root, "h\xc3\xa4gele"), "1:13", "1:3");
    assert_places(member(root, "b"), "1:24", "1:19");
    fl_json_free(document);
}

/* Quotes, brackets and backslashes in strings do not lead the scan astray. */
static void strings_may_hold_what_looks_like_json(void **state)
{
    fl_json *document =
        load("{\"a\\\"}]\": \"\\\\\", \"\\u0062\": [\"{\", \"]\\\"\"], \"c\": {}, \"d\": [], \"e\": -1e-3}");
    fl_json_node root = fl_json_root(document);
    assert_places(member(root, "a\"}]"), "1:11", "1:2");
    assert_places(member(root, "b"), "1:27", "1:17");
    assert_places(member(root, "c"), "1:46", "1:41");
    assert_places(member(root, "d"), "1:55", "1:50");
    assert_places(member(root, "e"), "1:64", "1:59");
    fl_json_free(document);
}

static void children_come_in_the_order_of_the_text(void **state)
{
    fl_json *document = load("{\"z\": 1, \"a\": 2, \"m\": 3}");
    fl_json_node child;
    char keys[4] = "";
    for (bool more = fl_json_first(fl_json_root(document), &child); more; more = fl_json_next(&child))
        strcat(keys, fl_json_key(child));
    assert_string_equal(keys, "zam");
    assert_null(fl_json_key(fl_json_root(document)));
    fl_json_free(document);
}

static void empty_containers_and_plain_values_have_no_children(void **state)
{
    const char *texts[] = { "{}", "[]", "7", "\"x\"", "null" };
    for (size_t i = 0; i < 5; i++) {
        fl_json *document = load(texts[i]);
        fl_json_node child;
        assert_false(fl_json_first(fl_json_root(document), &child));
        assert_false(fl_json_get(fl_json_root(document), "x", &child));
        fl_json_free(document);
    }
}

static void assert_refused(const char *text, size_t n, const char *place, const char *part)
{
    fl_error error;
    fl_json *document = fl_json_load_text("a.json", text, n, &error);
    if (document) fail_msg("accepted: %s", text);
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_contains(error.text, place);
    assert_contains(error.text, part);
}

static void assert_text_refused(const char *text, const char *place, const char *part)
{
    assert_refused(text, strlen(text), place, part);
}

/* Jansson 2.14 places a complaint at the end of the token it stumbled over. */
static void broken_texts_are_refused_with_their_place(void **state)
{
    assert_text_refused("{\"a\": 1,\n \"a\": 2}", "a.json:2:", "duplicate");
    assert_text_refused("{\"a\": 1} x", "a.json:1:", "end of file expected");
    assert_text_refused("{\"a\": NaN}", "a.json:1:", "NaN");
    assert_text_refused("{\"a\": 1,}", "a.json:1:", "'}'");
    assert_text_refused("", "a.json:1:", "");
    assert_text_refused("{\"a\": \"\xff\"}", "a.json:1:", "unable to decode byte 0xff");
    assert_text_refused("[1e999]", "a.json:1:", "real number overflow");
    assert_refused("\"a\0b\"", 5, "a.json:1:", "");
}

/* As many arrays inside each other. */
static void nested(char *text, size_t levels)
{
    memset(text, '[', levels);
    memset(text + levels, ']', levels);
    text[2 * levels] = 0;
}

static void a_text_too_long_is_refused_unread(void **state)
{
    size_t n = 100000000;
    char *text = malloc(n);
    fl_error error;
    memset(text, ' ', n);
    assert_null(fl_json_load_text("a.json", text, n, &error));
    assert_string_equal(error.text, "a.json:1:1: 100000000 bytes of JSON are too many; at most 67108864 are read");
    free(text);
}

static void a_zero_byte_is_refused_with_its_place(void **state)
{
    static const char text[] = "{\n \"a\": \0 1 }", within[] = "{ \"a\": \"b\0c\" }";
    fl_error error;
    assert_null(fl_json_load_text("a.json", text, sizeof text - 1, &error));
    assert_contains(error.text, "a.json:2:7: ");
    assert_null(fl_json_load_text("a.json", within, sizeof within - 1, &error));
    assert_contains(error.text, "a.json:1:9: ");
}

static void sixty_four_levels_are_enough(void **state)
{
    char text[300000];
    nested(text, 64);
    fl_json_free(load(text));
    nested(text, 65);
    assert_text_refused(text, "a.json:1:65: ", "64 levels");
    nested(text, 100000); /* a stack would have to hold this */
    assert_text_refused(text, "a.json:1:65: ", "64 levels");
    memset(text, '[', 100);
    memcpy(text, "{\"a\":\n\"", 7);
    memcpy(text + 100, "\"}", 3);
    fl_json_free(load(text)); /* brackets in a string are no levels */
}

static void files_are_loaded_under_their_path(void **state)
{
    char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX];
    fl_error error;
    folder_make(folder);
    fl_file_path_join(path, folder, "study.json");
    assert_null(fl_json_load(path, &error));
    assert_contains(error.text, path);
    put_file(path, "{\n\"a\": }", 8);
    assert_null(fl_json_load(path, &error));
    assert_true(!strncmp(error.text, path, strlen(path)));
    assert_contains(error.text, "study.json:2:");
    put_file(path, "[3]", 3);
    fl_json *document = fl_json_load(path, &error);
    assert_non_null(document);
    fl_json_free(document);
    fl_json_free(NULL);
    folder_remove(folder);
}

static void assert_says(bool answer, const fl_error *error, const char *sentence)
{
    assert_false(answer);
    assert_string_equal(error->text, sentence);
}

static void values_are_read_by_type(void **state)
{
    fl_json *document = load("{\"s\": \"x\", \"n\": 2.5, \"w\": 9007199254740993, \"b\": true, \"o\": {}, \"i\": 3}");
    fl_json_node root = fl_json_root(document);
    const char *string;
    double number;
    uint64_t whole;
    bool yes;
    assert_true(fl_json_string(member(root, "s"), &string, NULL));
    assert_string_equal(string, "x");
    assert_true(fl_json_number(member(root, "n"), &number, NULL) && number == 2.5);
    assert_true(fl_json_number(member(root, "i"), &number, NULL) && number == 3);
    assert_true(fl_json_whole(member(root, "w"), 1, UINT64_MAX, &whole, NULL) && whole == 9007199254740993u);
    assert_true(fl_json_bool(member(root, "b"), &yes, NULL) && yes);
    assert_true(fl_json_is_object(member(root, "o"), NULL) && json_is_object(fl_json_value(member(root, "o"))));
    fl_json_free(document);
}

static void another_type_is_refused_in_a_sentence(void **state)
{
    fl_json *document = load("{\"steps\": \"ten\", \"list\": [0, 1.5]}");
    fl_json_node steps = member(fl_json_root(document), "steps"), list = member(fl_json_root(document), "list"), item;
    const char *string;
    double number;
    uint64_t whole;
    bool yes;
    fl_error error;
    assert_says(fl_json_number(steps, &number, &error), &error, "a.json:1:11: 'steps' must be a number");
    assert_says(fl_json_bool(steps, &yes, &error), &error, "a.json:1:11: 'steps' must be true or false");
    assert_says(fl_json_is_object(steps, &error), &error, "a.json:1:11: 'steps' must be an object {...}");
    assert_says(fl_json_string(list, &string, &error), &error, "a.json:1:26: 'list' must be a string");
    assert_true(fl_json_first(list, &item));
    assert_says(fl_json_whole(item, 1, UINT64_MAX, &whole, &error), &error,
                "a.json:1:27: this must be a whole number of at least 1");
    assert_true(fl_json_next(&item));
    assert_says(fl_json_whole(item, 1, 10, &whole, &error), &error,
                "a.json:1:30: this must be a whole number from 1 to 10");
    fl_json_free(document);
}

static void whole_numbers_keep_their_bounds(void **state)
{
    fl_json *document = load("[-1, 0, 1, 10, 11]");
    fl_json_node item;
    uint64_t whole, accepted = 0;
    for (bool more = fl_json_first(fl_json_root(document), &item); more; more = fl_json_next(&item))
        if (fl_json_whole(item, 1, 10, &whole, NULL)) accepted += whole;
    assert_int_equal(accepted, 1 + 10);
    fl_json_free(document);
}

static void an_optional_number_may_be_missing_but_not_wrong(void **state)
{
    fl_json *document = load("{\"steps\": 7, \"trials\": 0}");
    fl_json_node root = fl_json_root(document);
    uint64_t whole = 99;
    fl_error error;
    assert_true(fl_json_optional_whole(root, "batch", 1, 10, &whole, &error) && whole == 99);
    assert_true(fl_json_optional_whole(root, "steps", 1, 10, &whole, &error) && whole == 7);
    assert_says(fl_json_optional_whole(root, "trials", 1, 10, &whole, &error), &error,
                "a.json:1:24: 'trials' must be a whole number from 1 to 10");
    fl_json_free(document);
}

static void a_sentence_without_a_place_can_be_given_one(void **state)
{
    fl_json *document = load("{\"rate\": 2}");
    fl_error why, error;
    fl_error_user(&why, "100%% is too much");
    assert_says(fl_json_fail_with(member(fl_json_root(document), "rate"), &error, &why), &error,
                "a.json:1:10: 100% is too much");
    fl_json_free(document);
}

static void a_missing_key_is_placed_at_the_brace(void **state)
{
    fl_json *document = load("{\n  \"budget\": {\"steps\": 1}}");
    fl_json_node child;
    fl_error error;
    assert_says(fl_json_need(member(fl_json_root(document), "budget"), "trials", &child, &error), &error,
                "a.json:2:13: 'trials' is missing here");
    assert_true(fl_json_need(member(fl_json_root(document), "budget"), "steps", &child, &error));
    fl_json_free(document);
}

static void an_unknown_key_is_answered_with_the_known_ones(void **state)
{
    fl_json *document = load("{\"trials\": 1,\n \"trails\": 2}");
    fl_error error;
    const char *const known[] = { "trials", "steps", NULL }, *const all[] = { "trails", "trials", NULL };
    assert_says(fl_json_only(fl_json_root(document), known, &error), &error,
                "a.json:2:2: unknown key 'trails' (did you mean trials?); use trials or steps");
    assert_true(fl_json_only(fl_json_root(document), all, &error));
    fl_json_free(document);
}

/* Random bit patterns as numbers, written in one line and read again. */
static void a_line_keeps_every_bit_of_its_numbers(void **state)
{
    double values[500];
    fl_random_stream stream = fl_random_stream_start(1, "json", 0);
    json_t *array = json_array();
    for (size_t i = 0; i < 500;) {
        uint64_t bits = (uint64_t)fl_random_u32(&stream) << 32 | fl_random_u32(&stream);
        memcpy(&values[i], &bits, sizeof bits);
        if (isfinite(values[i])) json_array_append_new(array, json_real(values[i++]));
    }
    char *line = fl_json_line(array);
    assert_null(strchr(line, '\n'));
    fl_json *document = load(line);
    fl_json_node item;
    size_t i = 0;
    for (bool more = fl_json_first(fl_json_root(document), &item); more; more = fl_json_next(&item)) {
        double back;
        assert_true(fl_json_number(item, &back, NULL));
        assert_memory_equal(&back, &values[i++], sizeof back);
    }
    assert_int_equal(i, 500);
    fl_json_free(document);
    free(line);
    json_decref(array);
}

static void a_line_keeps_the_order_of_its_keys(void **state)
{
    json_t *object = json_pack("{s:i, s:s, s:n}", "z", 1, "a", "x\ny", "m");
    char *line = fl_json_line(object);
    assert_string_equal(line, "{\"z\":1,\"a\":\"x\\ny\",\"m\":null}");
    free(line);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_and_value_has_its_place),
        cmocka_unit_test(columns_count_characters),
        cmocka_unit_test(strings_may_hold_what_looks_like_json),
        cmocka_unit_test(children_come_in_the_order_of_the_text),
        cmocka_unit_test(empty_containers_and_plain_values_have_no_children),
        cmocka_unit_test(broken_texts_are_refused_with_their_place),
        cmocka_unit_test(a_text_too_long_is_refused_unread),
        cmocka_unit_test(a_zero_byte_is_refused_with_its_place),
        cmocka_unit_test(sixty_four_levels_are_enough),
        cmocka_unit_test(files_are_loaded_under_their_path),
        cmocka_unit_test(values_are_read_by_type),
        cmocka_unit_test(another_type_is_refused_in_a_sentence),
        cmocka_unit_test(whole_numbers_keep_their_bounds),
        cmocka_unit_test(an_optional_number_may_be_missing_but_not_wrong),
        cmocka_unit_test(a_sentence_without_a_place_can_be_given_one),
        cmocka_unit_test(a_missing_key_is_placed_at_the_brace),
        cmocka_unit_test(an_unknown_key_is_answered_with_the_known_ones),
        cmocka_unit_test(a_line_keeps_every_bit_of_its_numbers),
        cmocka_unit_test(a_line_keeps_the_order_of_its_keys),
    };
    return test_run(tests, NULL, NULL);
}
