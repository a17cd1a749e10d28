/* Workloads of a user's own, as files and inside studies: records know them by their definitions, folders keep those,
 * and nothing else is needed to run a trial again. */
#include "support/program.h"

#define NET                                                                                                            \
    "{ 'workload': 'mine/net', 'data': 'glyphs', 'layers': [ { 'kind': 'sequence', 'by': 'rows' },"                    \
    "  { 'kind': 'dense', 'out': '$width' }, { 'kind': 'tanh' }, { 'kind': 'average_pool' },"                          \
    "  { 'kind': 'dense', 'out': 10 } ],"                                                                              \
    "  'loss': { 'kind': 'softmax_cross_entropy' },"                                                                   \
    "  'hyperparameters': { 'width': { 'default': 4, 'min': 2, 'max': 16, 'scaling': 'log' } } }"

#define STUDY(workload)                                                                                                \
    "{ 'study': 's', 'workload': " workload ", 'backend': 'naive', 'batch_size': 16,"                                  \
    "  'budget': { 'trials': 3, 'steps': 4 }, 'arms': [ { 'arm': 'a', 'optimizer': 'sgd', 'space': {"                  \
    "  'learning_rate': 0.1, 'workload.width': { 'min': 2, 'max': 16, 'scaling': 'log' } } } ] }"

static int set_up(void **state)
{
    program_set_up(state);
    command_without_gnuplot();
    put_study(folder, "net.json", NET);
    put_study(folder, "named.json", STUDY("'net.json'"));
    put_study(folder, "inside.json", STUDY(NET));
    return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) fail_msg("a record lacks %s", key);
    return text;
}

static void a_path_and_an_object_are_the_same_workload(void **state)
{
    assert_runs(0, folder, "run", "named.json", "-o", "named");
    assert_runs(0, folder, "run", "inside.json", "-o", "inside");
    assert_same_store(folder, "named", "inside");
}

static void a_folder_needs_nothing_but_itself(void **state)
{
    put_study(folder, "gone.json", NET);
    put_study(folder, "study.json", STUDY("'gone.json'"));
    assert_runs(0, folder, "run", "study.json", "-o", "alone");
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, "gone.json");
    assert_int_equal(unlink(path), 0);
    assert_runs(0, folder, "verify", "alone");
    assert_runs(0, folder, "summary", "alone");
    assert_runs(0, folder, "report", "alone");
}

/* Of what the first test ran. */
static char *new_page(void)
{
    char path[FL_FILE_PATH_MAX], *page;
    size_t n;
    fl_file_path_join(path, folder, "named/report.html");
    assert_runs(0, folder, "report", "named");
    assert_true(fl_file_read(path, &page, &n, NULL));
    return page;
}

/* Rows of 28 values: 28 * 4 + 4 weights and biases of the first dense layer, 4 * 10 + 10 of the second. */
static void the_page_has_the_network_as_a_table(void **state)
{
    char *page = new_page();
    assert_contains(page, "The network of mine/net: 5 layers, 166 parameters");
    assert_contains(page, "<tr><th scope=\"row\">dense1<td class=\"words\">dense<td class=\"words\">sequence1"
                          "<td>28 x 4 sequence<td>116\n");
    assert_null(strstr(page, "<figure class=\"network\""));
    free(page);
}

/* With Graphviz and nothing else on the path. */
static void the_page_has_the_network_as_a_picture(void **state)
{
    char path[FL_FILE_PATH_MAX];
    static const char dot[] = "/usr/bin/dot";
    if (!fl_file_exists(dot)) test_skip("Graphviz is not installed, so no network is drawn");
    fl_file_path_join(path, folder, "dot");
    assert_int_equal(symlink(dot, path), 0);
    setenv("PATH", folder, 1);
    char *page = new_page();
    command_without_gnuplot();
    assert_contains(page, "<figure class=\"network\"");
    assert_contains(page, ">116 parameters</text>");
    assert_contains(page, "id=\"network1&#45;2&#45;0\""); /* what dense1 reads; Graphviz writes - so */
    free(page);
}

static void records_name_the_definition_and_the_copy(void **state)
{
    assert_runs(0, folder, "run", "named.json", "-o", "kept");
    json_t *record = store_record(folder, "kept", "a", 1, 0);
    char copy[FL_FILE_PATH_MAX], name[60], wanted[80];
    snprintf(wanted, sizeof wanted, "--workload workloads/%s.json ", text_of(record, "definition"));
    snprintf(name, sizeof name, "kept/workloads/%s.json", text_of(record, "definition"));
    fl_file_path_join(copy, folder, name);
    assert_string_equal(text_of(record, "workload"), "mine/net");
    assert_contains(text_of(record, "repro"), wanted);
    assert_true(fl_file_exists(copy));
    /* what repro says, in the folder, is the same trial with the same bits */
    char within[FL_FILE_PATH_MAX], line[4000];
    fl_file_path_join(within, folder, "kept");
    snprintf(line, sizeof line, "%s --json", text_of(record, "repro") + strlen("fairlead "));
    const char *words[COMMAND_WORDS] = { NULL };
    size_t n = 0;
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) words[n++] = word;
    command c = command_run(within, words);
    if (c.code) fail_msg("%s", c.err);
    json_t *again = json_loads(c.out, 0, NULL);
    assert_string_equal(text_of(again, "trial"), text_of(record, "trial"));
    assert_string_equal(text_of(again, "state_hash"), text_of(record, "state_hash"));
    command_free(&c);
    json_decref(again);
    json_decref(record);
}

static void a_searched_width_is_a_whole_number(void **state)
{
    assert_runs(0, folder, "run", "named.json", "-o", "widths");
    json_t *lines = store_lines(folder, "widths", "trials"), *line;
    size_t i;
    assert_int_equal(json_array_size(lines), 3);
    json_array_foreach(lines, i, line)
    {
        json_int_t width =
            json_integer_value(json_object_get(json_object_get(line, "hyperparameters"), "workload.width"));
        assert_in_range(width, 2, 16);
        /* dense 28 to width, dense width to 10, both with a bias */
        assert_int_equal(json_integer_value(json_object_get(line, "n_parameters")),
                         28 * width + width + 10 * width + 10);
    }
    json_decref(lines);
}

static void another_definition_does_not_go_on_with_the_folder(void **state)
{
    assert_runs(0, folder, "run", "named.json", "-o", "going");
    put_study(folder, "net.json",
              "{ 'workload': 'mine/net', 'data': 'glyphs', 'layers': [ { 'kind': 'dense', 'out': '$width' }, "
              "{ 'kind': 'dense', 'out': 10 } ], 'loss': { 'kind': 'softmax_cross_entropy' },"
              "'hyperparameters': { 'width': { 'default': 4 } } }");
    assert_refused(2, "workload", folder, "run", "named.json", "-o", "going");
    put_study(folder, "net.json", NET);
    assert_runs(0, folder, "run", "named.json", "-o", "going");
}

static void a_file_is_listed_like_what_is_built_in(void **state)
{
    command c = command_run(folder, WORDS("list", "net.json"));
    assert_int_equal(c.code, 0);
    assert_contains(c.out, "mine/net");
    assert_contains(c.out, "workload.width");
    command_free(&c);
    put_study(folder, "bad.json", "{ 'workload': 'w', 'data': 'glyphs', 'loss': { 'kind': 'relu' } }");
    assert_refused(2, "bad.json:1:56: 'relu' is no loss", folder, "list", "bad.json");
    assert_refused(2, "bad.json:1:56: 'relu' is no loss", folder, "trial", "--workload", "bad.json", "--optimizer",
                   "sgd", "--set", "learning_rate=1");
    assert_refused(2, "nowhere.json", folder, "trial", "--workload", "nowhere.json", "--optimizer", "sgd", "--set",
                   "learning_rate=1");
}

/* Nothing is written for a study whose workload is wrong, and the place is in the study where the object is. */
static void a_mistake_in_a_study_has_its_place(void **state)
{
    char path[FL_FILE_PATH_MAX];
    put_study(folder, "wrong.json", STUDY("{ 'workload': 'w', 'data': 'glyphs', 'loss': { 'kind': 'relu' } }"));
    assert_refused(2, "wrong.json:1:", folder, "run", "wrong.json", "-o", "never");
    fl_file_path_join(path, folder, "never");
    assert_false(fl_file_folder_exists(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_and_an_object_are_the_same_workload),
        cmocka_unit_test(a_folder_needs_nothing_but_itself),
        cmocka_unit_test(the_page_has_the_network_as_a_table),
        cmocka_unit_test(the_page_has_the_network_as_a_picture),
        cmocka_unit_test(records_name_the_definition_and_the_copy),
        cmocka_unit_test(a_searched_width_is_a_whole_number),
        cmocka_unit_test(another_definition_does_not_go_on_with_the_folder),
        cmocka_unit_test(a_file_is_listed_like_what_is_built_in),
        cmocka_unit_test(a_mistake_in_a_study_has_its_place),
    };
    return test_run(tests, set_up, program_tear_down);
}
