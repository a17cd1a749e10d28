/* Drawings: every figure in every format, and what they say. */
#include "support/figures.h"

#include "record/line.h"

/* The drawing's width in pixels, from its view box. */
static double width_of(const char *svg)
{
    double width;
    const char *box = strstr(svg, "viewBox=\"0 0 ");
    assert_non_null(box);
    assert_int_equal(sscanf(box, "viewBox=\"0 0 %lf", &width), 1);
    return width;
}

/* One study's workloads, batch sizes and spaces, and another's backends and steps: all that any figure shows. */
#define STUDY(workload, backend, batch, steps)                                                                         \
    "{\"study\": \"made\", \"workload\": " workload ", \"backend\": " backend ", \"batch_size\": " batch               \
    ", \"budget\": {\"trials\": 10, \"steps\": " steps ", \"eval_every\": 10}, " TARGET                                \
    "\"arms\": [" SGD("sgd") "," MOMENTUM("momentum") "," MOMENTUM_RATE("rate") "]}"

static void begin_with_all(fixture *s, const char *study)
{
    fixture_begin_text(s, study);
    for (size_t arm = 0; arm < s->study->n_arms; arm++)
        for (uint64_t i = 0; i < 10; i++) {
            double error = 0.1 + 0.02 * (double)((i + arm) % 10);
            add_trial(s, arm, i, 0,
                      (synthetic){ .val_error = error, .test_error = error, .reached = 20 + 10 * (i % 3) });
        }
    figures_finish(s);
}

/* A measured curvature with a landscape, and one without, of every trial of an arm: whichever is selected has them. */
static void add_curvatures(const fixture *s, size_t arm)
{
    char path[FL_FILE_PATH_MAX];
    const char *const fields =
        "'matrix': 'hessian', 'data': 'train', 'largest': [2.5], 'limit': 4, 'nodes': [-0.1, 0, 2.5], "
        "'weights': [0.2, 0.5, 0.3]";
    const char *const landscape =
        ", 'landscape': {'axes': ['eigenvector 1', 'eigenvector 2'], 'side': 2, 'low': [-1, -1], "
        "'high': [1, 2], 'losses': [1, 2, 3, 5], 'path': [[0.5, 1.5], [0, 0]], 'through': []}";
    fl_file_path_join(path, s->folder, "curvature.jsonl");
    for (size_t i = 0; i < 10; i++)
        for (int step = 0; step <= 100; step += 50) {
            char text[1000];
            snprintf(text, sizeof text, "{'trial': '%s', 'step': %d, %s%s}", figures_trial(s, arm, i), step, fields,
                     step == 100 ? landscape : "");
            test_quote(text);
            json_t *object = json_loads(text, 0, NULL);
            assert_true(fl_record_line_append(path, object));
            json_decref(object);
        }
}

/* Workers of a parameter server, two and four of them. */
static void begin_late(fixture *s)
{
    fixture_begin_text(
        s, "{\"study\": \"late\", \"workload\": \"glyphs/mlp\", \"backend\": \"naive\", \"batch_size\": 16, "
           "\"parallel\": [{\"method\": \"asynchronous\", \"workers\": 2}, {\"method\": \"asynchronous\", "
           "\"workers\": 4}]," BUDGET(1) TARGET "\"arms\": [" SGD("sgd") "]}");
    for (size_t arm = 0; arm < 2; arm++)
        add_trial(s, arm, 0, 0,
                  (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = 40, .staleness = 1 + 2 * (double)arm });
    figures_finish(s);
    figures_add_timeline(s, 1, 0);
}

static void every_figure_is_drawn_in_every_format(void **state)
{
    static const char *const formats[] = { "svg", "png", "pdf" };
    static const char *const names[] = {
#define X(name) #name,
#include "figures/figure_list.h"
#undef X
    };
    size_t n = sizeof names / sizeof *names;
    fixture a, b, plane, late;
    begin_with_all(&a, STUDY("[\"glyphs/mlp\", \"fashion_mnist/mlp\"]", "\"naive\"", "[16, 32]", "100"));
    begin_with_all(&plane, STUDY("\"function/beale\"", "\"naive\"", "16", "100"));
    begin_with_all(&b, STUDY("\"glyphs/mlp\"", "[\"naive\", \"openblas\"]", "16", "50"));
    add_curvatures(&b, 0);
    begin_late(&late);
    for (size_t f = 0; f < 3; f++) {
        char folder[FL_FILE_PATH_MAX];
        fl_file_path_join(folder, a.folder, formats[f]);
        assert_runs(0, a.folder, "plot", a.folder, b.folder, plane.folder, late.folder, "--format", formats[f], "-o",
                    folder);
        for (size_t i = 0; i < n; i++) figures_assert_drawn(folder, names[i], formats[f]);
        assert_int_equal(folder_count(folder), 2 * n); /* with the .dat files; nothing half-drawn is left */
    }
    fixture_end(&late);
    fixture_end(&plane);
    fixture_end(&a);
    fixture_end(&b);
}

/* gnuplot 5.4 crashes on labels without a place, and never ends on tics ten decades apart. */
static void extreme_studies_are_drawn(void **state)
{
    static const char momentum[] = "{\"arm\": \"wide\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": "
                                   "{\"min\": 1e-300, \"max\": 1e300, \"scaling\": \"log\"}, \"one_minus_momentum\": "
                                   "{\"min\": 1e-9, \"max\": 1, \"scaling\": \"log\"}}}";
    static const char wide[] = "{\"arm\": \"wide\", \"optimizer\": \"adam\", \"space\": {\"learning_rate\": "
                               "{\"min\": 1e-300, \"max\": 1e300, \"scaling\": \"log\"}, \"epsilon\": "
                               "{\"min\": 1e-30, \"max\": 1e30, \"scaling\": \"log\"}}}";
    fixture s;
    fixture_begin(&s, BUDGET(2) TARGET, wide);
    add_errors(&s, 0, (const double[]){ 0, 0 }, 2);
    figures_finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    fixture_end(&s);
    fixture_begin(&s, BUDGET(5) TARGET, momentum);
    add_errors(&s, 0, figures_five, 5);
    figures_finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    fixture_end(&s);
    /* ticks at 1e20 in the second column, where only their places are set */
    fixture_begin(&s, BUDGET(5) "\"select\": \"val_loss\",", SGD("a") "," SGD("b"));
    for (size_t arm = 0; arm < 2; arm++)
        for (uint64_t i = 0; i < 5; i++)
            add_trial(&s, arm, i, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .val_loss = i ? 1e22 : 1 });
    figures_finish(&s);
    assert_runs(0, s.folder, "plot", s.folder, "--figure", "axes");
    fixture_end(&s);
    fixture_begin(&s, BUDGET(1) TARGET, SGD("alone"));
    add_errors(&s, 0, (const double[]){ 1 }, 1);
    figures_finish(&s);
    assert_runs(0, s.folder, "plot", s.folder);
    fixture_end(&s);
}

static void names_reach_the_drawing_as_they_are(void **state)
{
    fixture s;
    figures_begin(&s);
    char *svg = figures_svg(&s, "final_error");
    assert_contains(svg, ">mom_^{x}@ 'd' &lt;e>&amp;<");
    free(svg);
    fixture_end(&s);
}

/* One trial of five is feasible: with probability (4/5)^5 = .33 a resample has none, so the band ends at infinity. */
static void an_infinite_band_is_an_arrow_with_its_note(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    add_errors(&s, 0, figures_five, 1);
    for (uint64_t i = 1; i < 5; i++) add_trial(&s, 0, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    figures_finish(&s);
    char *text = figures_numbers(&s, "final_error"), *svg = figures_svg(&s, "final_error");
    assert_contains(text, "\n1\t1\t30\t30\tinf\t31\t31\tinf\t");
    assert_contains(svg, "arrow: some resamples have no feasible trial");
    free(svg);
    free(text);
    fixture_end(&s);
}

/* A letter of the notes takes 5.7 pixels (plots/style.gp). */
static void notes_fit_under_a_single_cell(void **state)
{
    static const char note[] =
        "frame: the search space; ring: the selected trial; crosses in the grey band: trials that "
        "diverged";
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    add_errors(&s, 0, figures_five, 5);
    figures_finish(&s);
    char *svg = figures_svg(&s, "axes");
    assert_contains(svg, note);
    assert_true(width_of(svg) > 5.7 * (double)strlen(note));
    free(svg);
    fixture_end(&s);
}

/* Nobody measured an error, so none stands at the axis. */
static void an_axis_without_values_has_no_labels(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    for (uint64_t i = 0; i < 5; i++) add_trial(&s, 0, i, 0, (synthetic){ .status = FL_OUTCOME_INFEASIBLE });
    figures_finish(&s);
    char *svg = figures_svg(&s, "axes");
    assert_null(strstr(svg, ">0.5<"));
    assert_null(strstr(svg, ">0.2<"));
    free(svg);
    fixture_end(&s);
}

static void trials_are_labelled_up_to_the_last(void **state)
{
    fixture s;
    figures_begin(&s);
    char *svg = figures_svg(&s, "budget");
    assert_contains(svg, ">5</tspan>");
    free(svg);
    fixture_end(&s);
}

static void many_arms_have_turned_counts(void **state)
{
    fixture s;
    fl_text arms = { 0 };
    for (int i = 0; i < 24; i++)
        fl_text_add(&arms, "%s{\"arm\": \"sgd_%d\", \"optimizer\": \"sgd\", \"space\": {\"learning_rate\": 0.1}}",
                    i ? "," : "", i);
    fixture_begin(&s, BUDGET(1) TARGET, arms.bytes);
    for (size_t i = 0; i < 24; i++)
        add_trial(&s, i, 0, 0, (synthetic){ .val_error = 0.1, .test_error = 0.1, .reached = 40 });
    figures_finish(&s);
    char *svg = figures_svg(&s, "steps_to_target"), *count = strstr(svg, ">1/1<"), *start = count;
    assert_non_null(count);
    while (strncmp(start, "<g transform", 12)) start--;
    *count = 0;
    assert_contains(start, "rotate(270)");
    free(svg);
    svg = figures_svg(&s, "final_error");
    assert_contains(svg, ">24  sgd_23<"); /* more arms than markers: numbers, also below the bars */
    assert_contains(svg, ">24<");
    free(svg);
    fl_text_free(&arms);
    fixture_end(&s);
}

/* Text stays text: it can be searched for, and read aloud. */
static void names_can_be_read_in_a_pdf(void **state)
{
    fixture s;
    char path[FL_FILE_PATH_MAX], order[2 * FL_FILE_PATH_MAX];
    if (system("command -v pdftotext >/dev/null")) test_skip("pdftotext is not installed; no PDF is read");
    fixture_begin(&s, BUDGET(5), SGD("sgd_of_the_paper"));
    add_errors(&s, 0, figures_five, 5);
    figures_finish(&s);
    assert_runs(0, s.folder, "plot", s.folder, "--figure", "final_error", "--format", "pdf", "-o", s.folder);
    fl_file_path_join(path, s.folder, "final_error.pdf");
    snprintf(order, sizeof order, "pdftotext '%s' - | grep -q sgd_of_the_paper", path);
    assert_int_equal(system(order), 0);
    fixture_end(&s);
}

/* Names may hold what LaTeX takes for orders. */
static void tex_is_a_document_of_its_own(void **state)
{
    fixture s;
    char order[2 * FL_FILE_PATH_MAX];
    figures_begin(&s);
    assert_runs(0, s.folder, "plot", s.folder, "--format", "tex", "-o", s.folder);
    char *tex = figures_read(s.folder, "final_error.tex");
    assert_contains(tex, "\\documentclass");
    assert_contains(tex, "mom\\_\\textasciicircum{}\\{x\\}@ 'd' \\textless{}e\\textgreater{}\\&");
    free(tex);
    if (!system("kpsewhich transparent.sty >/dev/null 2>&1")) {
        snprintf(order, sizeof order,
                 "cd '%s' && for f in *.tex; do pdflatex -halt-on-error $f >/dev/null || exit 1; done", s.folder);
        assert_int_equal(system(order), 0);
    }
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_is_drawn_in_every_format),
        cmocka_unit_test(extreme_studies_are_drawn),
        cmocka_unit_test(names_reach_the_drawing_as_they_are),
        cmocka_unit_test(an_infinite_band_is_an_arrow_with_its_note),
        cmocka_unit_test(notes_fit_under_a_single_cell),
        cmocka_unit_test(an_axis_without_values_has_no_labels),
        cmocka_unit_test(trials_are_labelled_up_to_the_last),
        cmocka_unit_test(many_arms_have_turned_counts),
        cmocka_unit_test(names_can_be_read_in_a_pdf),
        cmocka_unit_test(tex_is_a_document_of_its_own),
    };
    return figures_run(tests);
}
