/* The page: whole, self-contained, and safe against whatever a study's author wrote. */
#include "support/command.h"
#include "support/fixtures.h"

#define HOSTILE "</title></svg><script>document.title='x'</script> & \\\"why\\\""
#define ARM(name) SGD(name)

static const double few[] = { 0.30, 0.20, 0.10, 0.25, 0.15 };

static void finish(scene *s)
{
    fl_store_close(s->store);
    s->store = NULL;
    read_scene(s);
}

/* Two arms of five trials, one of them named to do harm. */
static void begin(scene *s)
{
    scene_begin(s, BUDGET(5) "\"why\": \"" HOSTILE "\", \"target\": {\"metric\": \"val_error\", \"value\": 0.05},",
                ARM("plain") "," ARM("<img src=x onerror=document.title=1>"));
    invent_errors(s, 0, few, 5);
    invent_errors(s, 1, few, 5);
    invent(s, 0, 1, 0, (invented){ .val_error = 0.2, .test_error = 0.2, .reached = 30 });
    finish(s);
}

/* Write the page of a scene and return it. */
static char *write_page(const scene *s)
{
    char path[FL_FILE_PATH_MAX], *text;
    size_t n;
    fl_error error;
    assert_runs(0, s->folder, "report", s->folder);
    fl_file_path_join(path, s->folder, "report.html");
    if (!fl_file_read(path, &text, &n, &error)) fail_msg("%s", error.text);
    assert_int_equal(n, strlen(text));
    return text;
}

/* --- what it holds --- */

static void the_page_shows_study_results_and_commands(void **state)
{
    scene s;
    begin(&s);
    char *page = write_page(&s), row[400];
    assert_contains(page, "<title>invented – Fairlead</title>");
    assert_contains(
        page, "<td>5<td>5<td>0<td>0<td>10.00<td class=\"range\">10.00–20.00<td>11.00<td class=\"range\">11.00–21.00");
    assert_contains(page, "<td>30<td class=\"range\">1 of 5"); /* steps to the target, and how many reached it */
    assert_contains(page, "Differences: none shown among 1 pair<");
    assert_contains(page, "no difference shown");
    assert_contains(page, "too few trials to tell");
    assert_contains(page, "<small>covers 77 %</small>"); /* an interval from five trials: fl_stats_coverage */
    snprintf(row, sizeof row, "trial <code>%s</code>, index 2</summary><pre>fairlead trial --workload glyphs/mlp",
             s.results->arms[0].search[2].trial);
    assert_contains(page, row);
    assert_contains(page, "<code>learning_rate</code> 0.001 to 10, log");
    free(page);
    scene_end(&s);
}

static void a_claimed_difference_names_the_better_arm(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(20), ARM("good") "," ARM("bad"));
    for (uint64_t i = 0; i < 20; i++) {
        invent(&s, 0, i, 0,
               (invented){ .val_error = 0.10 + 0.001 * (double)i, .test_error = 0.10 + 0.001 * (double)i });
        invent(&s, 1, i, 0,
               (invented){ .val_error = 0.50 + 0.001 * (double)i, .test_error = 0.50 + 0.001 * (double)i });
    }
    finish(&s);
    char *page = write_page(&s);
    assert_contains(page, "Differences: shown for 1 of 1 pair<");
    assert_contains(page, "good and bad<td>40.00<td>");
    assert_contains(page, "<b>good</b> is better");
    free(page);
    scene_end(&s);
}

/* The space of the general rule does not hold the special one's, whose ladder it begins .2 above. */
static void a_contradicted_special_case_comes_with_its_reason(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(10),
                ARM("sgd") ",{\"arm\": \"momentum\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": 0.1, "
                           "\"one_minus_momentum\": {\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}");
    for (uint64_t i = 0; i < 20; i++) {
        double error = 0.1 + 0.001 * (double)(i % 10) + (i < 10 ? 0 : 0.2);
        invent(&s, i / 10, i % 10, 0, (invented){ .val_error = error, .test_error = error });
    }
    finish(&s);
    char *page = write_page(&s);
    assert_contains(page, "Rules and their special cases: 0 shown, 0 not shown, 1 contradicted<");
    assert_contains(page, "momentum is not worse than sgd<td>+20.00<td class=\"range\">+1");
    assert_contains(page,
                    "<b>contradicted</b><td class=\"sentence\">its space is too narrow to hold what sgd selected (");
    free(page);
    scene_end(&s);
}

static void several_folders_make_one_page(void **state)
{
    scene a, b;
    char path[FL_FILE_PATH_MAX], *page;
    size_t n;
    begin(&a);
    begin(&b);
    fl_file_path_join(path, a.folder, "both \"ü\".html");
    assert_runs(0, a.folder, "report", a.folder, b.folder, "-o", "both \"ü\".html");
    assert_true(fl_file_read(path, &page, &n, NULL));
    assert_contains(page, "<title>invented, invented – Fairlead</title>");
    free(page);
    scene_end(&a);
    scene_end(&b);
}

/* --- what it must not hold --- */

static void texts_of_a_study_are_never_markup(void **state)
{
    scene s;
    begin(&s);
    char *page = write_page(&s);
    assert_contains(
        page,
        "&lt;/title&gt;&lt;/svg&gt;&lt;script&gt;document.title=&#39;x&#39;&lt;/script&gt; &amp; &quot;why&quot;");
    assert_contains(page, "&lt;img src=x onerror=document.title=1&gt;");
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<img"));
    free(page);
    scene_end(&s);
}

/* Everything an address could stand in, but the names of XML's vocabularies. */
static void the_page_loads_nothing(void **state)
{
    const char *const ways[] = { " src=",    "@import",    "<link",       "<iframe",   "<object",
                                 "url(http", "url(\"http", "href=\"http", "href='http" };
    scene s;
    begin(&s);
    char *page = write_page(&s);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *found = strstr(page, ways[i]);
        if (found && strncmp(found, " src=x onerror", 14)) fail_msg("the page may load something: %.60s", found);
    }
    free(page);
    scene_end(&s);
}

/* --- ids --- */

typedef struct names {
    char items[4000][64];
    size_t n;
} names;

/* Collect what stands between `before` and the next quote or bracket. */
static void collect(names *found, const char *page, const char *before)
{
    for (const char *at = page; (at = strstr(at, before));) {
        at += strlen(before);
        size_t n = strcspn(at, "'\")> ");
        assert_true(found->n < 4000 && n < 64);
        snprintf(found->items[found->n++], 64, "%.*s", (int)n, at);
    }
}

static bool holds(const names *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (!strcmp(list->items[i], name)) return true;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void ids_are_unique_and_references_lead_somewhere(void **state)
{
    scene s;
    names *ids = calloc(1, sizeof *ids), *references = calloc(1, sizeof *references);
    begin(&s);
    char *page = write_page(&s);
    collect(ids, page, " id='");
    collect(ids, page, " id=\"");
    collect(references, page, "href='#");
    collect(references, page, "href=\"#");
    collect(references, page, "url(#");
    assert_true(ids->n > 100 && references->n > 20); /* there are figures */
    qsort(ids->items, ids->n, sizeof *ids->items, by_text);
    for (size_t i = 1; i < ids->n; i++)
        if (!strcmp(ids->items[i], ids->items[i - 1])) fail_msg("two elements have the id %s", ids->items[i]);
    for (size_t i = 0; i < references->n; i++)
        if (!holds(ids, references->items[i])) fail_msg("nothing has the id %s", references->items[i]);
    free(page);
    free(ids);
    free(references);
    scene_end(&s);
}

/* --- trouble --- */

static void without_gnuplot_the_page_says_so(void **state)
{
    scene s;
    begin(&s);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", s.folder, 1);
    char *page = write_page(&s);
    setenv("PATH", path, 1);
    assert_contains(page, "gnuplot is not installed");
    assert_contains(page, "too few trials to tell");
    free(page);
    free(path);
    scene_end(&s);
}

static void an_empty_folder_is_no_success(void **state)
{
    scene s;
    scene_begin(&s, BUDGET(5), ARM("sgd"));
    finish(&s);
    assert_runs(4, s.folder, "report", s.folder);
    assert_refused(2, "is no result folder", s.folder, "report", "/nonexistent");
    scene_end(&s);
}

/* --- a browser --- */

static command browse(const scene *s, const char *what)
{
    char profile[FL_FILE_PATH_MAX], user_data[FL_FILE_PATH_MAX + 40], address[FL_FILE_PATH_MAX + 40];
    fl_file_path_join(profile, s->folder, "profile");
    snprintf(user_data, sizeof user_data, "--user-data-dir=%s", profile);
    snprintf(address, sizeof address, "file://%s/report.html", s->folder);
    command c = command_start_program("timeout", s->folder,
                                      WORDS("timeout", "100", "chromium", "--headless", "--no-sandbox", "--disable-gpu",
                                            "--disable-quic", "--no-first-run", "--disable-background-networking",
                                            "--disable-component-update", "--disable-sync", user_data,
                                            "--window-size=400,2000", what, address));
    command_wait(&c);
    assert_int_equal(c.code, 0);
    return c;
}

static void a_browser_shows_it(void **state)
{
    scene s;
    char path[FL_FILE_PATH_MAX], *picture;
    size_t n;
    if (system("command -v chromium >/dev/null"))
        test_skip("chromium is not installed, so the page is not opened in a browser");
    begin(&s);
    free(write_page(&s));
    command c = browse(&s, "--dump-dom");
    assert_contains(c.out, "<title>invented – Fairlead</title>");
    assert_contains(c.out, "</footer>\n</main>"); /* nothing closed the page early */
    assert_null(strstr(c.out, "<script"));
    command_free(&c);
    c = browse(&s, "--screenshot=page.png");
    command_free(&c);
    fl_file_path_join(path, s.folder, "page.png");
    assert_true(fl_file_read(path, &picture, &n, NULL));
    assert_memory_equal(picture, "\x89PNG", 4);
    assert_true(n > 30000); /* an empty page of this size is 7 kB */
    free(picture);
    scene_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_shows_study_results_and_commands),
        cmocka_unit_test(a_claimed_difference_names_the_better_arm),
        cmocka_unit_test(a_contradicted_special_case_comes_with_its_reason),
        cmocka_unit_test(several_folders_make_one_page),
        cmocka_unit_test(texts_of_a_study_are_never_markup),
        cmocka_unit_test(the_page_loads_nothing),
        cmocka_unit_test(ids_are_unique_and_references_lead_somewhere),
        cmocka_unit_test(without_gnuplot_the_page_says_so),
        cmocka_unit_test(an_empty_folder_is_no_success),
        cmocka_unit_test(a_browser_shows_it),
    };
    if (system("command -v gnuplot >/dev/null")) {
        return test_skip_all("gnuplot is not installed, so the page's figures are not tested");
    }
    return test_run(tests, NULL, NULL);
}
