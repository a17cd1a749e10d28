/* fairlead new: the study it writes can be planned and run; what cannot be is refused and nothing is written. */
#include "support/program.h"

#include <jansson.h>
#include <unistd.h>

static json_t *written(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    json_t *study = json_load_file(path, 0, NULL);
    assert_non_null(study);
    return study;
}

static const json_t *axis_of(const json_t *study, size_t arm, const char *name)
{
    const json_t *space = json_object_get(json_array_get(json_object_get(study, "arms"), arm), "space");
    return json_object_get(space, name);
}

static void options_answer_the_questions(void **state)
{
    assert_runs(0, folder, "new", "mine.json", "--workload", "quadratic/noisy", "--optimizer", "momentum",
                "--optimizer", "adam,rmsprop", "--trials", "30", "--steps", "20", "--batch", "1");
    json_t *study = written("mine.json");
    assert_string_equal(json_string_value(json_object_get(study, "study")), "mine");
    assert_int_equal(json_array_size(json_object_get(study, "arms")), 3);
    assert_int_equal(json_array_size(json_object_get(json_object_get(study, "claims"), "pairs")), 2);
    assert_non_null(axis_of(study, 0, "one_minus_momentum"));
    assert_non_null(axis_of(study, 1, "learning_rate/epsilon"));
    assert_non_null(axis_of(study, 2, "learning_rate/sqrt(epsilon)"));
    const char *name;
    json_t *axis;
    json_object_foreach((json_t *)json_object_get(json_array_get(json_object_get(study, "arms"), 1), "space"), name,
                        axis) assert_true(json_string_length(json_object_get(axis, "about")) > 20);
    json_decref(study);
    assert_runs(0, folder, "run", "mine.json", "-o", "out", "--trials", "2", "--progress", "none");
}

/* Under 10 trials the rate alone; epsilon from 25; with many more the second moment's decay. */
static void more_trials_tune_more(void **state)
{
    static const struct {
        const char *trials;
        size_t axes;
    } cases[] = { { "9", 1 }, { "10", 2 }, { "25", 3 }, { "100", 4 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[40];
        snprintf(name, sizeof name, "of-%s.json", cases[i].trials);
        assert_runs(0, folder, "new", name, "--optimizer", "adam", "--trials", cases[i].trials);
        json_t *study = written(name);
        assert_int_equal(json_object_size(json_object_get(json_array_get(json_object_get(study, "arms"), 0), "space")),
                         cases[i].axes);
        assert_null(json_object_get(study, "claims")); /* of one arm */
        json_decref(study);
    }
}

static void mistakes_write_nothing(void **state)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "no.json");
    assert_refused(2, "did you mean adam", folder, "new", "no.json", "--optimizer", "adma");
    assert_refused(2, "unknown workload", folder, "new", "no.json", "--workload", "glyphs/mpl");
    assert_refused(2, "named twice", folder, "new", "no.json", "--optimizer", "adam,sgd", "--optimizer", "adam");
    assert_refused(2, "batch", folder, "new", "no.json", "--batch", "1000000", "--workload", "glyphs/mlp");
    assert_false(fl_file_exists(path));
    assert_runs(0, folder, "new", "twice.json");
    assert_refused(2, "twice.json: exists; name another file", folder, "new", "twice.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_answer_the_questions),
        cmocka_unit_test(more_trials_tune_more),
        cmocka_unit_test(mistakes_write_nothing),
    };
    return test_run(tests, program_set_up, program_tear_down);
}
