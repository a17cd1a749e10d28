/* A summary as JSON: the fields others rely on, and that the same records give the same text. */
#include "support/summed.h"

static void the_json_holds_the_promised_fields(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5) TARGET, SGD("a") "," SGD("b"));
    five_trials(&s, 0);
    fl_summary *summary = sum_up(&s);
    json_t *json = fl_summary_json(summary), *arms = json_object_get(json, "arms");
    assert_keys(json, "schema folder study select select_at target arms pairs inclusions warnings");
    for (size_t i = 0; i < 2; i++)
        assert_keys(json_array_get(arms, i),
                    "arm trials complete infeasible failed selected val_error test_error best_of_k "
                    "steps_to_target warnings defaults reruns resampling median");
    const json_t *first = json_array_get(arms, 0), *selected = json_object_get(first, "selected");
    assert_keys(selected, "trial index hyperparameters repro");
    assert_int_equal(1, json_integer_value(json_object_get(selected, "index")));
    assert_string_equal(summary->arms[0].selected->record->trial,
                        json_string_value(json_object_get(selected, "trial")));
    assert_close(json_real_value(json_object_get(first, "val_error")), 0.1, 0);
    assert_true(json_is_null(json_object_get(first, "steps_to_target")));
    assert_true(json_is_null(json_object_get(first, "parallel")));
    assert_true(json_is_null(json_object_get(json_array_get(arms, 1), "selected")));
    assert_true(json_is_null(json_object_get(json_array_get(arms, 1), "val_error")));
    assert_keys(json_array_get(json_object_get(json, "pairs"), 0), "a b k difference p p_adjusted claimed verdict");
    json_decref(json);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Where workload, batch size and the rest agree, it alone says which of an optimizer's arms is meant. */
static void an_arm_names_its_entry_of_the_parallel_list(void **state)
{
    fixture s;
    static const char *const names[] = { "synchronous:2", "local:2,every=3" };
    fixture_begin(&s, BUDGET(5) LISTED, SGD("a"));
    fl_summary *summary = sum_up(&s);
    json_t *json = fl_summary_json(summary), *arms = json_object_get(json, "arms");
    assert_int_equal(2, json_array_size(arms));
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(names[i], json_string_value(json_object_get(json_array_get(arms, i), "parallel")));
    json_decref(json);
    fl_summary_free(summary);
    fixture_end(&s);
}

/* Every figure is a number or null: Jansson refuses NaN and infinity, so what is left out would be missed here. */
static void the_json_of_an_empty_folder_can_be_written(void **state)
{
    fixture s;
    fixture_begin(&s, FEASIBLE(5) TARGET, SGD("a") "," SGD("b"));
    fl_summary *summary = sum_up(&s);
    json_t *json = fl_summary_json(summary);
    char *text = json_dumps(json, 0);
    assert_non_null(text);
    free(text);
    json_decref(json);
    fl_summary_free(summary);
    fixture_end(&s);
}

static void a_summary_is_a_pure_function_of_the_records(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(10), SGD("a") "," SGD("b"));
    add_rising(&s, 0, 10, 0.10);
    add_rising(&s, 1, 10, 0.12);
    fl_summary *first = sum_up(&s);
    json_t *once = fl_summary_json(first);
    fl_summary_free(first);
    fl_summary *second = sum_up(&s);
    json_t *again = fl_summary_json(second);
    assert_true(json_equal(once, again));
    json_decref(once);
    json_decref(again);
    fl_summary_free(second);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_holds_the_promised_fields),
        cmocka_unit_test(an_arm_names_its_entry_of_the_parallel_list),
        cmocka_unit_test(the_json_of_an_empty_folder_can_be_written),
        cmocka_unit_test(a_summary_is_a_pure_function_of_the_records),
    };
    return test_run(tests, NULL, NULL);
}
