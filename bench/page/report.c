/* The page from top to bottom. */
#include "page/report.h"
#include "base/file.h"
#include "record/build.h"
#include "page/report_parts.h"

#include <stdlib.h>

static void add_title(fl_text *page, const fl_summary *const *summaries, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i) fl_text_add(page, ", ");
        html_text(page, summaries[i]->results->study->name);
    }
}

static void add_head(fl_text *page, const fl_summary *const *summaries, size_t n)
{
    fl_text_add(page, REPORT_MARK "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    add_title(page, summaries, n);
    fl_text_add(page,
                " – Fairlead</title>\n<style>\n%s</style>\n</head>\n<body>\n"
                "<a class=\"skip\" href=\"#content\">Skip to the results</a>\n<main id=\"content\">\n",
                report_style);
}

/* A study's name and question. */
static void add_opening(fl_text *page, const fl_summary *summary, size_t number)
{
    const fl_study *study = summary->results->study;
    fl_text_add(page, "<header id=\"study-%zu\">\n", number);
    html_element(page, "h1", study->name);
    if (*study->why) html_element(page, "p class=\"why\"", study->why);
    report_glance(page, summary);
    fl_text_add(page, "</header>\n");
}

static void add_foot(fl_text *page)
{
    fl_text_add(page, "<footer>Fairlead %s", fl_record_build_version);
    if (*fl_record_build_commit) fl_text_add(page, " (%s)", fl_record_build_commit);
    fl_text_add(page, ". This page holds everything it shows: it loads nothing and runs "
                      "nothing.</footer>\n</main>\n</body>\n</html>\n");
}

/* What is tested and found first, figures of all studies together, then what stands behind each. */
static void add_body(fl_text *page, const fl_summary *const *summaries, size_t n, const figure_drawings *drawings)
{
    figure_layout *layout = figure_layout_new(summaries, n);
    report_trials *trials = report_trials_new(summaries, n);
    if (n > 1) report_overview(page, summaries, n);
    for (size_t i = 0; i < n; i++) {
        add_opening(page, summaries[i], i + 1);
        report_claims(page, layout, summaries[i]);
        report_results(page, layout, summaries[i]);
        report_warnings(page, summaries[i]);
        report_inclusions(page, layout, summaries[i]);
    }
    report_figures(page, drawings, trials);
    for (size_t i = 0; i < n; i++) {
        if (n > 1) html_element(page, "h1 class=\"study\"", summaries[i]->results->study->name);
        report_selected(page, layout, summaries[i]);
        report_trials_add(page, trials, summaries[i]);
        report_cost(page, summaries[i]);
        report_study(page, summaries[i]);
        report_hosts(page, summaries[i]);
    }
    report_trials_free(trials);
    figure_layout_free(layout);
}

bool report_write(const fl_summary *const *summaries, size_t n, const figure_drawings *drawings, const char *path,
                  fl_error *error)
{
    fl_text page = { 0 };
    add_head(&page, summaries, n);
    add_body(&page, summaries, n, drawings);
    add_foot(&page);
    bool written = fl_file_write(path, page.bytes, page.length, error);
    fl_text_free(&page);
    return written;
}
