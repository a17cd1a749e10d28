/* The page: whole, self-contained, and safe against whatever a study's author wrote. */
#include "support/command.h"
#include "support/summed.h"

#define HOSTILE "</title></svg><script>document.title='x'</script> & \\\"why\\\""
#define ARM(name) SGD(name)

/* The page contains `part`; a page is too long to be in the message. */
#define assert_holds(page, part)                                                                                       \
    do {                                                                                                               \
        if (!strstr((page), (part))) fail_msg("the page lacks '%s'", (part));                                          \
    } while (0)

static const double few[] = { 0.30, 0.20, 0.10, 0.25, 0.15 };

static void finish(fixture *s)
{
    fl_store_close(s->store);
    s->store = NULL;
    read_fixture(s);
}

/* Two arms of five trials, one of them named to do harm. */
static void begin(fixture *s)
{
    fixture_begin(s, BUDGET(5) "\"why\": \"" HOSTILE "\", \"target\": {\"metric\": \"val_error\", \"value\": 0.05},",
                  ARM("plain") "," ARM("<img src=x onerror=document.title=1>"));
    add_errors(s, 0, few, 5);
    add_errors(s, 1, few, 5);
    add_trial(s, 0, 1, 0, (synthetic){ .val_error = 0.2, .test_error = 0.2, .reached = 30 });
    finish(s);
}

/* Write the page of a fixture and return it. */
static char *write_page(const fixture *s)
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

/* Where each of `parts` begins comes after where the one before it did. */
static void assert_order(const char *page, const char *const *parts)
{
    for (const char *at = page; *parts; parts++) {
        at = strstr(at, *parts);
        if (!at) fail_msg("'%s' is missing, or stands too early", *parts);
    }
}

/* --- what it holds --- */

/* Expected best of 1, K = N/5: the mean test error, of .31, .20, .11, .26 and .16. */
static void the_page_shows_study_results_and_commands(void **state)
{
    fixture s;
    begin(&s);
    char *page = write_page(&s), row[400];
    assert_holds(page, "<title>synthetic – Fairlead</title>");
    assert_holds(page, "<td>5<td>0<td><b>20.80</b><td class=\"range\">");
    assert_holds(page, "<small>covers 77 %</small>"); /* an interval from five trials: fl_stats_coverage */
    assert_holds(page, "<td>10.00<td class=\"range\">10.00–20.00<td>11.00<td class=\"range\">11.00–21.00");
    assert_holds(page, "<td>30<td class=\"range\">1 of 5"); /* steps to the target, and how many reached it */
    assert_holds(page, "no difference shown");
    assert_holds(page, "too few trials to tell");
    snprintf(row, sizeof row, "trial <code>%s</code>, index 2</summary><pre>fairlead trial --workload glyphs/mlp",
             s.results->arms[0].search[2].trial);
    assert_holds(page, row);
    assert_holds(page, "<code>learning_rate</code> 0.001 to 10, log");
    assert_order(page, WORDS("<details><summary>Expected test error of the best of K trials", "<th>1<tbody>",
                             "<th scope=\"row\">plain<td>20.80"));
    assert_holds(page,
                 "the command runs one again: to the bit where <em>Machine and build</em> below has the same key");
    free(page);
    fixture_end(&s);
}

static void what_is_tested_comes_first(void **state)
{
    fixture s;
    begin(&s);
    char *page = write_page(&s);
    assert_order(page, WORDS("<h1>synthetic</h1>", "<h2>What is tested</h2>", "<h2>Results</h2>", "<h2>Beware</h2>",
                             "<h2>Figures</h2>", "<h2>Selected trials</h2>", "<h2>Trials</h2>", "<h2>Cost</h2>",
                             "<h2>Study</h2>"));
    free(page);
    fixture_end(&s);
}

/* Twenty trials each, ten thousandths apart; "bad" is .40 above. Its best lie in the middle of its axis. */
static void add_a_difference(fixture *s, const char *fields)
{
    fixture_begin(s, fields, ARM("good") "," ARM("bad"));
    for (uint64_t i = 0; i < 20; i++) {
        double error = 0.10 + 0.001 * (double)i;
        add_trial(s, 0, i, 0, (synthetic){ .val_error = error, .test_error = error });
        add_trial(s, 1, i, 0, (synthetic){ .val_error = 0.4 + error, .test_error = 0.4 + error });
    }
    finish(s);
}

static void a_claimed_difference_has_a_direction(void **state)
{
    fixture s;
    add_a_difference(&s, BUDGET(20));
    char *page = write_page(&s);
    assert_holds(page, "<b>Nothing was declared</b>");
    assert_holds(page, "<li>bad worse than good by 40.00 points\n");
    assert_holds(page, "<tr class=\"claimed\"><th scope=\"row\">good − bad<td class=\"verdict\"><b>good is better</b>"
                       "<td>−40.00<td class=\"range\">−"); /* in the study's order */
    assert_holds(page, "<td class=\"words\">paired");      /* both arms have the same axis */
    free(page);
    fixture_end(&s);
}

/* A schedule that decays is not the constant one's equal, and a comma does not end a name. */
static void what_differs_beside_the_optimizer_is_told_where_arms_are_compared(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5),
                  ARM("rate, constant") ",{\"arm\": \"all\", \"optimizer\": \"sgd\", \"schedule\": \"linear\", "
                                        "\"space\": {\"learning_rate\": {\"min\": 1e-3, \"max\": 10, \"scaling\": "
                                        "\"log\"}}}");
    add_errors(&s, 0, few, 5);
    add_errors(&s, 1, few, 5);
    finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "<tr><th scope=\"row\">&#39;rate, constant&#39; − all<td class=\"verdict\">");
    assert_holds(page, "<li>unlike schedules: &#39;rate, constant&#39; has constant, all has linear");
    assert_order(page, WORDS("<th class=\"words\">Schedule", "rate, constant<td class=\"words\">constant</td>",
                             "all<td class=\"words\">linear</td>"));
    free(page);
    fixture_end(&s);
}

static void declared_claims_are_said_to_be(void **state)
{
    fixture s;
    add_a_difference(&s, BUDGET(20) "\"claims\": {\"baseline\": \"good\", \"margin\": 0.02, \"k\": 3},");
    char *page = write_page(&s);
    assert_holds(page, "Declared before the first trial: 1 difference in the expected test error of the best of 3 "
                       "trials, out of 20 per arm.");
    assert_holds(page, "A difference below 2.00 points was declared not to matter.");
    assert_holds(page, "after Holm’s correction over 1 test, is below 0.05");
    assert_holds(page, "<li>bad worse than good by 40.00 points\n");
    assert_null(strstr(page, "Nothing was declared"));
    assert_null(strstr(page, "nothing is claimed, whatever"));         /* all pairs are tested */
    assert_holds(page, "<p class=\"note\">Going by the first trials"); /* what it could have found, also where it did */
    assert_order(page,
                 WORDS("<b>good is better</b>", "<li>the whole interval is beyond the 2.00 points declared to matter"));
    free(page);
    fixture_end(&s);
}

static void what_is_declared_beyond_pairs_stands_with_them(void **state)
{
    fixture s;
    begin_further(&s);
    char *page = write_page(&s);
    assert_order(
        page,
        WORDS("<h2>What is tested</h2>", "Of the other 5 pairs of arms nothing is claimed",
              "<h3>Declared flips in the best of 1: ", "<td class=\"words\">narrow a minus narrow b<td>+20.00 points",
              "<td class=\"words\">wide a minus wide b<td>−20.00 points",
              "<li><b>flip: narrow b is better in the narrow space, wide a in the wide one; "
              "interaction</b>",
              "<li><span>the best of 1 along 1 tuned axes measures the space more than the optimizer",
              "<h3>What more tuning brings", "<h3>Time to the target",
              "<td>20<td>100 %<td>40<td>100 %<td>0.5<td class=\"words\">[0.25, 0.667]", "<h2>Results</h2>"));
    free(page);
    fixture_end(&s);
}

/* The worse arm's best trials are those with the greatest rates. */
static void a_search_that_is_cut_off_is_not_claimed(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(20), ARM("good") "," ARM("bad"));
    for (uint64_t i = 0; i < 20; i++) {
        fl_trial trial = fl_study_trial(s.study, &s.study->arms[1], i, 0);
        double error = 0.6 - 0.02 * log10(trial.values.of[FL_TRIAL_OF_OPTIMIZER][0]);
        add_trial(&s, 0, i, 0, (synthetic){ .val_error = 0.10 + 0.001 * (double)i, .test_error = 0.1 });
        add_trial(&s, 1, i, 0, (synthetic){ .val_error = error, .test_error = error });
        fl_trial_free(&trial);
    }
    finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "No difference is claimed");
    assert_holds(page, "good is better in this space; the space of bad is cut off at learning_rate");
    assert_holds(page, "cut off at <code>learning_rate</code>"); /* in the arms' table, too */
    free(page);
    fixture_end(&s);
}

/* The space of the general rule does not hold the special one's; its errors begin .2 above the special one's. */
static void a_contradicted_special_case_comes_with_its_reason(void **state)
{
    fixture s;
    fixture_begin(
        &s, BUDGET(10),
        ARM("sgd") ",{\"arm\": \"momentum\", \"optimizer\": \"momentum\", \"space\": {\"learning_rate\": 0.1, "
                   "\"one_minus_momentum\": {\"min\": 1e-3, \"max\": 1, \"scaling\": \"log\"}}}");
    for (uint64_t i = 0; i < 20; i++) {
        double error = 0.1 + 0.001 * (double)(i % 10) + (i < 10 ? 0 : 0.2);
        add_trial(&s, i / 10, i % 10, 0, (synthetic){ .val_error = error, .test_error = error });
    }
    finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "<p>0 shown, 0 not shown, 1 contradicted.</p>");
    assert_holds(page, "momentum is not worse than sgd<td>+20.00<td class=\"range\">+1");
    assert_holds(page, "<b>contradicted</b><td class=\"prose\">its space is too narrow to hold what sgd selected (");
    free(page);
    fixture_end(&s);
}

static void several_folders_begin_with_an_overview(void **state)
{
    fixture a, b;
    char path[FL_FILE_PATH_MAX], *page;
    size_t n;
    begin(&a);
    add_a_difference(&b, BUDGET(20));
    fl_file_path_join(path, a.folder, "both \"ü\".html");
    assert_runs(0, a.folder, "report", a.folder, b.folder, "-o", "both \"ü\".html");
    assert_true(fl_file_read(path, &page, &n, NULL));
    assert_holds(page, "<title>synthetic, synthetic – Fairlead</title>");
    assert_order(page, WORDS("<h1>2 studies</h1>", "<a href=\"#study-1\">synthetic</a>",
                             "no difference claimed<small>0 of 1 pairs, undeclared</small>",
                             "<a href=\"#study-2\">synthetic</a>", "bad worse than good by 40.00 points<small>1 of 1",
                             "<header id=\"study-1\">", "<h2>What is tested</h2>", "<header id=\"study-2\">"));
    free(page);
    fixture_end(&a);
    fixture_end(&b);
}

/* --- from a figure to a trial --- */

static size_t count_of(const char *page, const char *part)
{
    size_t n = 0;
    for (const char *at = page; (at = strstr(at, part)); at += strlen(part)) n++;
    return n;
}

/* In `axes` each of the five trials of two arms has a mark; both arms share them, so a trial's row is led to once. */
static void every_mark_leads_to_its_trial_and_command(void **state)
{
    fixture s;
    char link[100], row[100];
    begin(&s);
    char *page = write_page(&s);
    char *axes = strstr(page, "<figure id=\"axes\""), *end = strstr(axes, "</figure>");
    *end = 0;
    for (size_t i = 0; i < 5; i++) {
        snprintf(link, sizeof link,
                 "<a href=\"#t-%s\" tabindex=\"-1\"><circle cx=", s.results->arms[0].search[i].trial);
        assert_int_equal(count_of(axes, link), 2);
    }
    assert_int_equal(count_of(axes, "<a href=\"#t-"), 10);
    *end = '<';
    assert_null(strstr(page, "gnuplot_svg")); /* the script that gnuplot would call */
    snprintf(row, sizeof row, "<tr id=\"t-%s\">", s.results->arms[0].search[2].trial);
    assert_int_equal(count_of(page, row), 1);
    assert_order(strstr(page, row),
                 WORDS("<b>selected</b>", "<pre class=\"command\">fairlead trial --workload glyphs/mlp"));
    free(page);
    fixture_end(&s);
}

/* Marks of an arm without any feasible trial stand in the band of `axes`, and nowhere else. */
static void diverged_trials_have_marks_and_rows(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(3), ARM("good") "," ARM("gone"));
    add_errors(&s, 0, few, 3);
    for (uint64_t i = 0; i < 3; i++)
        add_trial(&s, 1, i, 0,
                  (synthetic){ .status = FL_OUTCOME_INFEASIBLE, .reason = "the loss at step 7 is not finite" });
    finish(&s);
    char *page = write_page(&s);
    assert_holds(page, "<figure id=\"axes\"");
    assert_holds(page, "gone diverged");
    assert_int_equal(count_of(page, "the loss at step 7 is not finite"), 3);
    free(page);
    fixture_end(&s);
}

/* 1,100 trials: the page lists 500 of each arm, the selected one among them, and says what is left out. */
static void large_studies_stay_small_pages(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(550), ARM("a") "," ARM("b"));
    for (uint64_t i = 0; i < 1100; i++)
        add_trial(&s, i / 550, i % 550, 0,
                  (synthetic){ .val_error = 0.9 - 0.001 * (double)(i % 550), .test_error = 0.5 });
    finish(&s);
    char *page = write_page(&s), row[100];
    assert_int_equal(count_of(page, "<pre class=\"command\">"), 1000);
    assert_holds(page, " 100 trials are left out");
    snprintf(row, sizeof row, "<tr id=\"t-%s\">", s.results->arms[0].search[549].trial);
    assert_holds(page, row);
    snprintf(row, sizeof row, "#t-%s\"", s.results->arms[0].search[0].trial); /* the worst */
    assert_null(strstr(page, row));
    assert_true(strlen(page) < 4000000);
    free(page);
    fixture_end(&s);
}

/* --- what it must not hold --- */

static void texts_of_a_study_are_never_markup(void **state)
{
    fixture s;
    begin(&s);
    char *page = write_page(&s);
    assert_holds(
        page,
        "&lt;/title&gt;&lt;/svg&gt;&lt;script&gt;document.title=&#39;x&#39;&lt;/script&gt; &amp; &quot;why&quot;");
    assert_holds(page, "&lt;img src=x onerror=document.title=1&gt;");
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<img"));
    free(page);
    fixture_end(&s);
}

/* Everything an address could stand in, but the names of XML's vocabularies. */
static void the_page_loads_nothing(void **state)
{
    const char *const ways[] = { " src=",    "@import",    "<link",       "<iframe",   "<object",
                                 "url(http", "url(\"http", "href=\"http", "href='http" };
    fixture s;
    begin(&s);
    char *page = write_page(&s);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *found = strstr(page, ways[i]);
        if (found && strncmp(found, " src=x onerror", 14)) fail_msg("the page may load something: %.60s", found);
    }
    free(page);
    fixture_end(&s);
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
    fixture s;
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
    fixture_end(&s);
}

/* --- trouble --- */

static void without_gnuplot_the_page_says_so(void **state)
{
    fixture s;
    begin(&s);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", s.folder, 1);
    char *page = write_page(&s);
    setenv("PATH", path, 1);
    assert_holds(page, "gnuplot is not installed");
    assert_holds(page, "too few trials to tell");
    free(page);
    free(path);
    fixture_end(&s);
}

static void an_empty_folder_is_no_success(void **state)
{
    fixture s;
    fixture_begin(&s, BUDGET(5), ARM("sgd"));
    finish(&s);
    assert_runs(4, s.folder, "report", s.folder);
    assert_refused(2, "not a result folder", s.folder, "report", "/nonexistent");
    fixture_end(&s);
}

/* --- a browser --- */

static command browse(const fixture *s, const char *what)
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
    fixture s;
    char path[FL_FILE_PATH_MAX], *picture;
    size_t n;
    if (system("command -v chromium >/dev/null"))
        test_skip("chromium is not installed, so the page is not opened in a browser");
    begin(&s);
    free(write_page(&s));
    command c = browse(&s, "--dump-dom");
    assert_contains(c.out, "<title>synthetic – Fairlead</title>");
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
    fixture_end(&s);
}

/* Only a browser can lay out a page: a copy with a script tells how wide it is on a phone. */
static void a_phone_scrolls_no_page_sideways(void **state)
{
    static const char probe[] = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth;"
                                "</script></body>";
    fixture s;
    size_t width, window;
    if (system("command -v chromium >/dev/null")) test_skip("chromium is not installed; no page is laid out");
    begin(&s);
    char *page = write_page(&s), *end = strstr(page, "</body>");
    fl_text copy = { 0 };
    fl_text_add_bytes(&copy, page, (size_t)(end - page));
    fl_text_add(&copy, "%s</html>", probe);
    give_file(&s, "report.html", copy.bytes, copy.length);
    command c = browse(&s, "--dump-dom");
    const char *title = strstr(c.out, "<title>");
    assert_non_null(title);
    assert_int_equal(sscanf(title, "<title>%zu of %zu", &width, &window), 2);
    assert_true(window <= 500); /* chromium makes no window narrower */
    if (width > window) fail_msg("the page is %zu pixels wide in a window of %zu", width, window);
    command_free(&c);
    fl_text_free(&copy);
    free(page);
    fixture_end(&s);
}

/* Where scripts, colours, paper and a mouse are missing. */
static void the_page_serves_keyboards_dark_rooms_and_paper(void **state)
{
    const char *const parts[] = { "<a class=\"skip\" href=\"#content\">", "<main id=\"content\">", ":focus-visible",
                                  "@media (prefers-color-scheme:dark)",   "@media print",          "tabindex=\"0\"" };
    fixture s;
    begin(&s);
    char *page = write_page(&s);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_holds(page, parts[i]);
    assert_int_equal(count_of(page, "<table"), count_of(page, "class=\"wide\" tabindex=\"0\"><table")); /* all scroll */
    assert_int_equal(count_of(page, "<details"), count_of(page, "<summary>"));
    free(page);
    fixture_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_shows_study_results_and_commands),
        cmocka_unit_test(what_is_tested_comes_first),
        cmocka_unit_test(a_claimed_difference_has_a_direction),
        cmocka_unit_test(what_differs_beside_the_optimizer_is_told_where_arms_are_compared),
        cmocka_unit_test(declared_claims_are_said_to_be),
        cmocka_unit_test(what_is_declared_beyond_pairs_stands_with_them),
        cmocka_unit_test(a_search_that_is_cut_off_is_not_claimed),
        cmocka_unit_test(a_contradicted_special_case_comes_with_its_reason),
        cmocka_unit_test(several_folders_begin_with_an_overview),
        cmocka_unit_test(every_mark_leads_to_its_trial_and_command),
        cmocka_unit_test(diverged_trials_have_marks_and_rows),
        cmocka_unit_test(large_studies_stay_small_pages),
        cmocka_unit_test(texts_of_a_study_are_never_markup),
        cmocka_unit_test(the_page_loads_nothing),
        cmocka_unit_test(ids_are_unique_and_references_lead_somewhere),
        cmocka_unit_test(without_gnuplot_the_page_says_so),
        cmocka_unit_test(an_empty_folder_is_no_success),
        cmocka_unit_test(a_browser_shows_it),
        cmocka_unit_test(a_phone_scrolls_no_page_sideways),
        cmocka_unit_test(the_page_serves_keyboards_dark_rooms_and_paper),
    };
    if (system("command -v gnuplot >/dev/null")) {
        return test_skip_all("gnuplot is not installed, so the page's figures are not tested");
    }
    return test_run(tests, NULL, NULL);
}
