/* What is refused where a study is to be run, each with its place; and stays readable, since folders of earlier
 * releases and other machines may hold it. */
#include "support/test.h"

#include "study/study.h"

/* bf16 is oneDNN's alone (backend_naive.c, backend_openblas.c). */
#define BEGINNING "{ 'study': 's', 'workload': 'quadratic/noisy', 'batch_size': 16,\n"
#define END                                                                                                            \
    "  'budget': { 'trials': 2, 'steps': 5 },\n"                                                                       \
    "  'arms': [ { 'arm': 'a', 'optimizer': 'sgd', 'space': { 'learning_rate': 0.01 } } ] }"

static const struct {
    const char *line, *mistake; /* the study's second line; NULL: none */
} cases[] = {
    { "  'backend': 'naive', 'precision': 'f32',\n", NULL },
    { "  'backend': 'naive', 'precision': 'bf16',\n", "study.json:2:36: " },
    { "  'backend': 'naive', 'precision': ['f32', 'bf16'],\n", "study.json:2:44: " },
    { "  'precision': ['f32', 'bf16'], 'backend': ['naive', 'openblas'],\n", "study.json:2:24: " },
    { "  'backend': 'naive', 'split': { 'validation': 100, 'from': 'seeded', 'seed': 3 },\n", NULL },
    { "  'backend': 'naive', 'split': { 'validation': 100, 'seed': 3 },\n",
      "study.json:2:53: 'seed' is for a split \"from\": \"seeded\"; this one is from end" },
    { "  'backend': 'naive', 'split': { 'from': 'start', 'seed': 0 },\n",
      "study.json:2:51: 'seed' is for a split \"from\": \"seeded\"; this one is from start" },
    { "  'backend': 'naive', 'init': { 'weights': 'truncated_normal', 'argument': 0 },\n", NULL },
    { "  'backend': 'naive', 'init': { 'weights': 'truncated_normal', 'argument': -0.1 },\n",
      "study.json:2:76: initialisation 'truncated_normal' cannot have the deviation -0.1; it must be at least 0" },
    { "  'backend': 'naive', 'init': { 'weights': 'constant', 'argument': -0.1 },\n", NULL },
    { "  'backend': 'naive', 'init': { 'weights': 'constant', 'argument': 1e39 },\n",
      "study.json:2:68: an initial value must be finite in single precision, not 1e+39" },
    { "  'backend': 'naive', 'init': { 'bias': -1e39 },\n",
      "study.json:2:41: an initial bias must be finite in single precision, not -1e+39" },
};

static fl_study *load(const char *line, const fl_study_overrides *overrides, fl_error *error)
{
    char text[1000];
    snprintf(text, sizeof text, "%s%s%s", BEGINNING, line, END);
    test_quote(text);
    return fl_study_load_text("study.json", text, overrides, error);
}

static void what_cannot_be_run_has_its_place(void **state)
{
    fl_study_overrides run = { .to_run = true };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_error error = { .text = "" };
        fl_study *study = load(cases[i].line, &run, &error);
        if ((cases[i].mistake == NULL) != (study != NULL)) fail_msg("%s: '%s'", cases[i].line, error.text);
        if (cases[i].mistake) assert_contains(error.text, cases[i].mistake);
        if (cases[i].mistake) assert_int_equal(error.fault, FL_ERROR_USER);
        fl_study_free(study);
    }
}

static void what_cannot_be_run_can_be_read(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_error error;
        fl_study *study = load(cases[i].line, NULL, &error);
        if (!study) fail_msg("%s", error.text);
        fl_study_free(study);
    }
}

/* Another backend may be what makes a study runnable, or not. */
static void what_the_command_line_asks_for_counts(void **state)
{
    fl_error error;
    fl_study_overrides f32 = { .to_run = true, .precision = "f32" }, bf16 = { .to_run = true, .precision = "bf16" };
    fl_study *study = load("  'backend': 'naive', 'precision': 'bf16',\n", &f32, &error);
    assert_non_null(study);
    fl_study_free(study);
    assert_null(load("  'backend': 'naive',\n", &bf16, &error));
    assert_contains(error.text, "study.json (with the command line's changes):");
}

/* Two heads share an even width; of the whole numbers from 8 to 32 some are odd. */
static void a_width_that_is_drawn_must_fit_the_layers(void **state)
{
    static const char *const widths[] = { "{ 'min': 8, 'max': 32, 'scaling': 'linear' }",
                                          "{ 'feasible_points': [8, 14] }", "9" };
    static const char study[] =
        "{ 'study': 's', 'workload': { 'workload': 'w', 'data': 'glyphs', 'layers': [ { 'kind': 'sequence', 'by': "
        "'rows' },\n"
        "  { 'kind': 'dense', 'out': '$width' }, { 'kind': 'attention', 'heads': 2 }, { 'kind': 'dense', 'out': 10 } "
        "],\n"
        "  'loss': { 'kind': 'softmax_cross_entropy' }, 'hyperparameters': { 'width': { 'default': 8, 'min': 1 } } },\n"
        "  'batch_size': 16, 'backend': 'naive', 'budget': { 'trials': 10, 'steps': 5 }, 'arms': [ { 'arm': 'a',\n"
        "  'optimizer': 'sgd', 'space': { 'learning_rate': 0.01, 'workload.width': %s } } ] }";
    fl_study_overrides run = { .to_run = true };
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char text[1000];
        fl_error error = { .text = "" };
        snprintf(text, sizeof text, study, widths[i]);
        test_quote(text);
        fl_study *read = fl_study_load_text("study.json", text, &run, &error);
        if ((read != NULL) != (i == 1)) fail_msg("%s: '%s'", widths[i], error.text);
        if (!read) assert_contains(error.text, "study.json:5:32: trial ");
        if (!read) assert_contains(error.text, ": study.json:2:41: attention1, which reads 28 x ");
        fl_study_free(read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_run_has_its_place),
        cmocka_unit_test(what_cannot_be_run_can_be_read),
        cmocka_unit_test(what_the_command_line_asks_for_counts),
        cmocka_unit_test(a_width_that_is_drawn_must_fit_the_layers),
    };
    return test_run(tests, NULL, NULL);
}
