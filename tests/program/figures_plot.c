/* fairlead plot: folders of any name, several at once, and what it answers where nothing can be drawn. */
#include "support/figures.h"

#include <sys/stat.h>

/* gnuplot gives a meaning to file names that begin with < and |, and its strings end at a quote. */
static void folders_may_have_any_name(void **state)
{
    const char *const folders[] = { "with space", "it's \"so\"", "größe", "<true", "|true", "$a`b`", "-o" };
    fixture s;
    figures_begin(&s);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char folder[FL_FILE_PATH_MAX];
        assert_runs(0, s.folder, "plot", s.folder, "--figure", "budget", "-o", folders[i]);
        fl_file_path_join(folder, s.folder, folders[i]);
        figures_assert_drawn(folder, "budget", "svg");
    }
    fixture_end(&s);
}

static void folders_stand_side_by_side(void **state)
{
    fixture a, b;
    char part[FL_FILE_PATH_MAX + 20];
    figures_begin(&a);
    fixture_begin(&b, BUDGET(5), MOMENTUM("sgd")); /* another optimizer under the same name */
    add_errors(&b, 0, figures_five, 5);
    figures_finish(&b);
    assert_runs(0, a.folder, "plot", a.folder, b.folder, "--figure", "final_error");
    char *text = figures_read(a.folder, "figures/final_error.dat");
    assert_contains(text, "# arm 1: sgd (sgd)\n");
    assert_contains(text, "# arm 3: sgd (momentum)\n");
    snprintf(part, sizeof part, "# panel: glyphs/mlp\n#   %.44s", b.folder);
    assert_contains(text, part);
    assert_contains(text, "\n3\t1\t10\t10\t20\t11\t11\t21\t");
    free(text);
    fixture_end(&a);
    fixture_end(&b);
}

static void panels_of_one_study_have_their_folders_names(void **state)
{
    fixture a, b;
    figures_begin(&a);
    figures_begin(&b);
    assert_runs(0, a.folder, "plot", a.folder, b.folder, "--figure", "budget");
    char *text = figures_read(a.folder, "figures/budget.dat"), part[80];
    const fixture *both[] = { &a, &b };
    for (size_t i = 0; i < 2; i++) {
        snprintf(part, sizeof part, "#   %.20s", both[i]->folder);
        assert_contains(text, part);
    }
    free(text);
    fixture_end(&a);
    fixture_end(&b);
}

static void a_figure_without_anything_to_show_is_left_out_with_a_reason(void **state)
{
    fixture s;
    char path[FL_FILE_PATH_MAX];
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    add_errors(&s, 0, figures_five, 5);
    figures_finish(&s);
    command c = command_run(s.folder, WORDS("plot", s.folder));
    assert_int_equal(c.code, 0);
    assert_contains(c.err, "steps_to_target: nothing to show: the study sets no target\n");
    assert_contains(c.err,
                    "plane: nothing to show: no arm searches the learning rate together with epsilon or momentum\n");
    assert_contains(c.out, "/figures/budget.svg\n");
    fl_file_path_join(path, s.folder, "figures/steps_to_target.dat");
    assert_false(fl_file_exists(path));
    command_free(&c);
    fixture_end(&s);
}

static void nothing_drawn_is_no_success(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), SGD("sgd"));
    figures_finish(&s);
    assert_refused(4, "no arm has a feasible trial", s.folder, "plot", s.folder);
    fixture_end(&s);
}

static void mistakes_are_told_before_anything_is_drawn(void **state)
{
    fixture s;
    figures_begin(&s);
    size_t before = folder_count(s.folder);
    assert_refused(2, "final_error, steps_to_target, budget", s.folder, "plot", s.folder, "--figure", "budget",
                   "--figure", "pie");
    assert_refused(2, "unknown format 'gif'; use svg, png, pdf or tex", s.folder, "plot", s.folder, "--format", "gif");
    assert_refused(2, "not a result folder", s.folder, "plot", s.folder, "/nonexistent");
    assert_refused(2, "usage: fairlead plot DIR", s.folder, "plot");
    assert_int_equal(folder_count(s.folder), before);
    fixture_end(&s);
}

static void a_missing_gnuplot_is_said(void **state)
{
    fixture s;
    figures_begin(&s);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", s.folder, 1);
    assert_refused(3, "gnuplot is not installed", s.folder, "plot", s.folder);
    setenv("PATH", path, 1);
    free(path);
    fixture_end(&s);
}

/* Lines of a text, or how often a word stands in it. */
static size_t count(const char *text, const char *word)
{
    size_t n = 0;
    for (; (text = strstr(text, word)); text += strlen(word)) n++;
    return n;
}

/* A gnuplot that counts its starts stands before the real one. */
static void a_run_draws_each_figure_once_for_folder_and_page(void **state)
{
    static const char counting[] = "#!/bin/sh\necho >>\"${0%/*}/starts\"\nPATH=${PATH#*:} exec gnuplot \"$@\"\n";
    char folder[FL_FILE_PATH_MAX], file[FL_FILE_PATH_MAX], path[2 * FL_FILE_PATH_MAX], *before = strdup(getenv("PATH"));
    folder_make(folder);
    put_study(
        folder, "tiny.json",
        "{'study': 'tiny', 'workload': 'quadratic/noisy', 'backend': 'naive', 'batch_size': 8, 'budget': {'trials': 5, "
        "'steps': 5}, 'arms': [{'arm': 'sgd', 'optimizer': 'sgd', 'space': {'learning_rate': {'min': 0.01, "
        "'max': 0.1, 'scaling': 'log'}}}]}");
    fl_file_path_join(file, folder, "gnuplot");
    put_file(file, counting, strlen(counting));
    chmod(file, 0755);
    snprintf(path, sizeof path, "%s:%s", folder, before);
    setenv("PATH", path, 1);
    assert_runs(0, folder, "run", "tiny.json", "-o", "out", "-j", "1", "--progress", "none");
    setenv("PATH", before, 1);
    free(before);
    fl_file_path_join(file, folder, "out/figures");
    char *starts = figures_read(folder, "starts"), *page = figures_read(folder, "out/report.html");
    size_t n = folder_count(file) / 2; /* NAME.svg and NAME.dat */
    assert_true(n > 3);
    assert_int_equal(count(starts, "\n"), n);
    assert_int_equal(count(page, "</svg>"), n);
    free(starts);
    free(page);
    folder_remove(folder);
}

/* A file of its own has no page to lead to. */
static void links_are_for_the_page_alone(void **state)
{
    fixture s;
    figures_begin(&s);
    assert_runs(0, s.folder, "report", s.folder);
    char *svg = figures_svg(&s, "budget"), *page = figures_read(s.folder, "report.html");
    assert_contains(page, "<a href=\"#t-");
    assert_null(strstr(svg, "onmousemove"));
    assert_contains(svg, "</svg>");
    free(svg);
    free(page);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_may_have_any_name),
        cmocka_unit_test(folders_stand_side_by_side),
        cmocka_unit_test(panels_of_one_study_have_their_folders_names),
        cmocka_unit_test(a_figure_without_anything_to_show_is_left_out_with_a_reason),
        cmocka_unit_test(nothing_drawn_is_no_success),
        cmocka_unit_test(mistakes_are_told_before_anything_is_drawn),
        cmocka_unit_test(a_missing_gnuplot_is_said),
        cmocka_unit_test(a_run_draws_each_figure_once_for_folder_and_page),
        cmocka_unit_test(links_are_for_the_page_alone),
    };
    return figures_run(tests);
}
