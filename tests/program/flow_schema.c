/* suites/study.schema.json says what the parser says: the same keys everywhere, and every study of suites/ is valid,
 * can be run and is told of in its folder's README.md. */
#include "support/documented.h"
#include "backend/backend.h"
#include "study/study.h"

#include <ftw.h>

static json_t *schema;

static int set_up(void **state)
{
    schema = json_load_file(FL_SOURCE_DIR "/suites/study.schema.json", JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(schema);
    return 0;
}

static int tear_down(void **state)
{
    json_decref(schema);
    return 0;
}

#define BEGINNING "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': 1, "
#define BUDGET "'budget': { 'trials': 1, 'steps': 1 }, "
#define ARM "'arm': 'a', 'optimizer': 'sgd', "

/* A study with an unknown key in one of its objects, and where that object stands in the schema. */
static const struct {
    const char *text, *path;
} objects[] = {
    { BEGINNING "'?': 0 }", "properties" },
    { BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': 1 } } ], 'split': { '?': 0 } }",
      "properties split properties" },
    { BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': 1 } } ], 'init': { '?': 0 } }",
      "properties init properties" },
    { BEGINNING "'budget': { '?': 0 } }", "properties budget properties" },
    { BEGINNING BUDGET "'search': { '?': 0 } }", "properties search properties" },
    { BEGINNING BUDGET "'seeds': { '?': 0 } }", "properties seeds properties" },
    { BEGINNING BUDGET "'target': { '?': 0 } }", "properties target properties" },
    { BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': 1 } } ], 'claims': { '?': 0 } }",
      "properties claims properties" },
    { BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': 1 } } ], 'narrowed_from': { '?': 0 } }",
      "properties narrowed_from properties" },
    { "{ 'study': 's', 'workload': { '?': 0 }, 'batch_size': 1, " BUDGET "'arms': [ { " ARM
      "'space': { 'learning_rate': 1 } } ] }",
      "$defs definition properties" },
    { BEGINNING BUDGET "'arms': [ { '?': 0 } ] }", "$defs arm properties" },
    { BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': { '?': 0 } } } ] }", "$defs range properties" },
    { BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': { 'feasible_points': [1], '?': 0 } } } ] }",
      "$defs listed properties" },
};

/* The object at a path of keys separated by spaces. */
static const json_t *at(const char *path)
{
    char words[200];
    const json_t *object = schema;
    snprintf(words, sizeof words, "%s", path);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) object = json_object_get(object, word);
    if (!json_is_object(object)) fail_msg("the schema has nothing at %s", path);
    return object;
}

/* What the parser says it knows where it meets the unknown key. */
static void known_keys(const char *text, char known[600])
{
    static const char before[] = "unknown key '?'; use ";
    fl_error error;
    char *copy = strdup(text);
    test_quote(copy);
    assert_null(fl_study_load_text("study", copy, NULL, &error));
    free(copy);
    assert_contains(error.text, before);
    snprintf(known, 600, "%s", strstr(error.text, before) + strlen(before));
}

static void schema_and_parser_know_the_same_keys(void **state)
{
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        char known[600];
        size_t n = 0;
        const json_t *properties = at(objects[i].path);
        known_keys(objects[i].text, known);
        for (char *key = strtok(known, ", "); key; key = strtok(NULL, ", ")) {
            if (!strcmp(key, "or")) continue;
            if (!json_object_get(properties, key)) fail_msg("the schema lacks '%s' in %s", key, objects[i].path);
            n++;
        }
        assert_int_equal(n, json_object_size(properties));
    }
}

/* --- with python3-jsonschema --- */

static const char script[] = "import json, sys\n"
                             "try:\n"
                             "    from jsonschema import Draft202012Validator\n"
                             "except ImportError:\n"
                             "    sys.exit(77)\n"
                             "schema = json.load(open(sys.argv[1]))\n"
                             "Draft202012Validator.check_schema(schema)\n"
                             "validator = Draft202012Validator(schema)\n"
                             "for path in sys.argv[2:]:\n"
                             "    faults = [e.message for e in validator.iter_errors(json.load(open(path)))]\n"
                             "    print(path, 'is valid' if not faults else 'is refused: ' + faults[0])\n";

enum { MOST = 100 };

/* What the script says of some files; skips the test where the package is missing. */
static command judge(const char *const *files)
{
    const char *words[COMMAND_WORDS] = { "python3", "-c", script, FL_SOURCE_DIR "/suites/study.schema.json" };
    for (size_t i = 0; files[i]; i++) words[4 + i] = files[i];
    command c = command_start_program("python3", "/", words);
    command_wait(&c);
    if (c.code == 77 || c.code == 127) {
        command_free(&c);
        test_skip("python3-jsonschema is not installed, so the schema is not tried");
    }
    if (c.code) fail_msg("%s", c.err);
    return c;
}

static const char *studies[MOST + 1];
static size_t n_studies;

static int note_study(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    const char *ending = strrchr(path, '.');
    if (kind == FTW_F && ending && !strcmp(ending, ".json") && !strstr(path, ".schema.") &&
        !strstr(path, "/workloads/") && n_studies < MOST)
        studies[n_studies++] = strdup(path);
    return 0;
}

static void find_studies(void)
{
    n_studies = 0;
    assert_int_equal(nftw(FL_SOURCE_DIR "/suites", note_study, 8, FTW_PHYS), 0);
    assert_in_range(n_studies, 40, MOST - 1); /* all of them were noted */
    studies[n_studies] = NULL;
}

static void forget_studies(void)
{
    for (size_t i = 0; i < n_studies; i++) free((char *)studies[i]);
}

static void every_study_of_suites_is_valid(void **state)
{
    find_studies();
    command c = judge(studies);
    if (strstr(c.out, "is refused")) fail_msg("%s", c.out);
    command_free(&c);
    forget_studies();
}

/* Where the processor lacks a precision, as far as reading them goes. */
static void every_study_of_suites_can_be_run(void **state)
{
    bool all = fl_backend_find("onednn", NULL)->usable(FL_BACKEND_BF16, NULL);
    find_studies();
    for (size_t i = 0; i < n_studies; i++) {
        fl_study_overrides overrides = { .to_run = all };
        fl_error error;
        fl_study *study = fl_study_load(studies[i], &overrides, &error);
        if (!study) fail_msg("%s", error.text);
        fl_study_free(study);
    }
    forget_studies();
}

/* A folder of suites/ says what its studies ask, before they are run: `NAME.json`, or `NAME` alone. */
static void every_study_is_told_of_in_its_folder(void **state)
{
    find_studies();
    for (size_t i = 0; i < n_studies; i++) {
        char folder[FL_FILE_PATH_MAX], path[FL_FILE_PATH_MAX], name[200];
        const char *file = strrchr(studies[i], '/') + 1;
        snprintf(folder, sizeof folder, "%.*s", (int)(file - studies[i]), studies[i]);
        fl_file_path_join(path, folder, "README.md");
        snprintf(name, sizeof name, "`%.*s", (int)(strlen(file) - strlen(".json")), file);
        char *text = read_text(path);
        if (!strstr(text, name)) fail_msg("%s does not tell of %s`", path, name);
        free(text);
    }
    forget_studies();
}

/* Edits of a study that the parser refuses, one for each kind of rule in the schema; the first is none. */
static const char *const edits[] = {
    BEGINNING BUDGET "'arms': [ { " ARM
                     "'space': { 'learning_rate': { 'min': 1e-3, 'max': 1, 'scaling': 'log' } } } ] }",
    BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': { 'min': 0, 'max': 1, 'scaling': 'log' } } } ] }",
    BEGINNING BUDGET "'arms': [ { " ARM "'space': { 'learning_rate': { 'min': 0, 'max': 1 } } } ] }",
    BEGINNING BUDGET "'arms': [ { " ARM "'space': [] } ] }",
    BEGINNING BUDGET "'arms': [] }",
    BEGINNING "'budget': { 'trials': 1, 'steps': 1, 'max_trials': 5 }, 'arms': [ { " ARM
              "'space': { 'learning_rate': 1 } } ] }",
    BEGINNING "'budget': { 'trials': 0, 'steps': 1 }, 'arms': [ { " ARM "'space': { 'learning_rate': 1 } } ] }",
    BEGINNING BUDGET "'search': { 'points_per_axis': 3 }, 'arms': [ { " ARM "'space': { 'learning_rate': 1 } } ] }",
    BEGINNING BUDGET "'target': { 'metric': 'test_error', 'value': 1 }, 'arms': [ { " ARM
                     "'space': { 'learning_rate': 1 } } ] }",
    BEGINNING BUDGET "'colour': 'red', 'arms': [ { " ARM "'space': { 'learning_rate': 1 } } ] }",
};

enum { N_EDITS = sizeof edits / sizeof *edits };

static void the_schema_refuses_what_the_parser_refuses(void **state)
{
    char folder[FL_FILE_PATH_MAX], paths[N_EDITS][FL_FILE_PATH_MAX];
    const char *files[N_EDITS + 1] = { NULL };
    folder_make(folder);
    for (size_t i = 0; i < N_EDITS; i++) {
        char name[40];
        fl_error error;
        snprintf(name, sizeof name, "%zu.json", i);
        put_study(folder, name, edits[i]);
        fl_file_path_join(paths[i], folder, name);
        files[i] = paths[i];
        fl_study *study = fl_study_load(paths[i], NULL, &error);
        assert_true((i == 0) == (study != NULL));
        fl_study_free(study);
    }
    command c = judge(files);
    size_t i = 0;
    for (char *line = strtok(c.out, "\n"); line; line = strtok(NULL, "\n"), i++)
        assert_contains(line, i ? "is refused" : "is valid");
    assert_int_equal(i, N_EDITS);
    command_free(&c);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_and_parser_know_the_same_keys),
        cmocka_unit_test(every_study_of_suites_is_valid),
        cmocka_unit_test(every_study_of_suites_can_be_run),
        cmocka_unit_test(every_study_is_told_of_in_its_folder),
        cmocka_unit_test(the_schema_refuses_what_the_parser_refuses),
    };
    return test_run(tests, set_up, tear_down);
}
