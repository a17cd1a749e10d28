/* The look-up that all registries share. */
#include "support/test.h"

#include "base/entry.h"

typedef struct animal {
    fl_entry entry;
    int legs;
} animal;

static const animal ant = { { "ant", "small", "" }, 6 }, crab = { { "crab", "sideways", "" }, 10 };
static const void *const animals[] = { &ant, &crab, NULL };

static void an_entry_is_found_by_its_whole_name(void **state)
{
    const animal *found = fl_entry_find(animals, "animal", "crab", NULL);
    assert_ptr_equal(found, &crab);
    assert_int_equal(found->legs, 10);
    assert_null(fl_entry_find(animals, "animal", "cra", NULL));
    assert_null(fl_entry_find(animals, "animal", "", NULL));
}

static void an_unknown_name_is_answered_with_all_names(void **state)
{
    fl_error error;
    assert_null(fl_entry_find(animals, "animal", "bee", &error));
    assert_int_equal(error.fault, FL_ERROR_USER);
    assert_string_equal(error.text, "unknown animal 'bee'; use ant or crab");
}

/* Distances: "crba" to "crab" 1 (two letters swapped), "an" to "ant" 1, "rba" to "crab" 2; of "cat" two of three
 * letters would be wrong, of "crob" one of four, of "pqab" two. */
static void the_name_that_was_meant_is_said(void **state)
{
    fl_error error;
    assert_null(fl_entry_find(animals, "animal", "crba", &error));
    assert_string_equal(error.text, "unknown animal 'crba' (did you mean crab?); use ant or crab");
    assert_null(fl_entry_find(animals, "animal", "an", &error));
    assert_contains(error.text, "did you mean ant?");
    assert_null(fl_entry_find(animals, "animal", "crob", &error));
    assert_contains(error.text, "did you mean crab?");
    assert_null(fl_entry_find(animals, "animal", "pqab", &error));
    assert_null(strstr(error.text, "did you mean"));
    assert_null(fl_entry_find(animals, "animal", "rba", &error));
    assert_null(strstr(error.text, "did you mean"));
    assert_null(fl_entry_find(animals, "animal", "cat", &error));
    assert_null(strstr(error.text, "did you mean"));
}

static void a_name_too_long_or_too_short_is_the_only_one_that_begins_alike(void **state)
{
    static const char *const words[] = { "--batch", "--eval-every", "--eval-ratio", "--out", NULL };
    fl_error error;
    size_t index;
    assert_false(fl_entry_choose(words, "option", "--batch-size", &index, &error));
    assert_contains(error.text, "(did you mean --batch?)");
    assert_false(fl_entry_choose(words, "option", "--o", &index, &error));
    assert_null(strstr(error.text, "did you mean"));
    assert_false(fl_entry_choose(words, "option", "--eval", &index, &error));
    assert_null(strstr(error.text, "did you mean"));
}

static void a_word_of_a_list_has_its_index(void **state)
{
    static const char *const words[] = { "low", "high", NULL }, *const none[] = { NULL };
    fl_error error;
    size_t index;
    assert_true(fl_entry_choose(words, "pitch", "high", &index, NULL));
    assert_int_equal(index, 1);
    assert_false(fl_entry_choose(words, "pitch", "deep", &index, &error));
    assert_string_equal(error.text, "unknown pitch 'deep'; use low or high");
    assert_false(fl_entry_choose(none, "pitch", "low", &index, &error));
    assert_string_equal(error.text, "unknown pitch 'low'; use none");
}

/* 100 names of 20 characters do not fit into a sentence. */
static void a_long_list_of_names_is_cut(void **state)
{
    static animal many[100];
    static char names[100][21];
    const void *registry[101] = { NULL };
    fl_error error;
    for (size_t i = 0; i < 100; i++) {
        snprintf(names[i], sizeof names[i], "animal_number_%06zu", i);
        many[i].entry.name = names[i];
        registry[i] = &many[i];
    }
    assert_null(fl_entry_find(registry, "animal", "bee", &error));
    assert_contains(error.text, "animal_number_000000, animal_number_000001");
    assert_ptr_equal(fl_entry_find(registry, "animal", "animal_number_000099", NULL), &many[99]);
}

static void a_name_has_from_1_to_40_small_letters_digits_and_underscores(void **state)
{
    char longest[] = "aaaaaaaaabbbbbbbbbbccccccccccdddddddddd_";
    assert_int_equal(FL_ENTRY_NAME, strlen(longest));
    assert_true(fl_entry_is_name(longest) && fl_entry_is_name("z") && fl_entry_is_name("9_"));
    assert_false(fl_entry_is_name(NULL) || fl_entry_is_name("") || fl_entry_is_name("A") || fl_entry_is_name("a-b"));
    assert_false(fl_entry_is_name("aaaaaaaaabbbbbbbbbbccccccccccdddddddddd__"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_found_by_its_whole_name),
        cmocka_unit_test(an_unknown_name_is_answered_with_all_names),
        cmocka_unit_test(the_name_that_was_meant_is_said),
        cmocka_unit_test(a_name_too_long_or_too_short_is_the_only_one_that_begins_alike),
        cmocka_unit_test(a_word_of_a_list_has_its_index),
        cmocka_unit_test(a_name_has_from_1_to_40_small_letters_digits_and_underscores),
        cmocka_unit_test(a_long_list_of_names_is_cut),
    };
    return test_run(tests, NULL, NULL);
}
