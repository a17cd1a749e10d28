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
    assert_string_equal(error.text, "there is no animal 'bee'; there is ant, crab");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_found_by_its_whole_name),
        cmocka_unit_test(an_unknown_name_is_answered_with_all_names),
        cmocka_unit_test(a_long_list_of_names_is_cut),
    };
    return test_run(tests, NULL, NULL);
}
