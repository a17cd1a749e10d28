#include "support/page.h"
#include "support/command.h"

fixture hostile;
char *hostile_page;

void page_finish(fixture *s)
{
    fl_store_close(s->store);
    s->store = NULL;
    read_fixture(s);
}

void hostile_begin(fixture *s)
{
    static const double errors[] = { 0.30, 0.20, 0.10, 0.25, 0.15 };
    fixture_begin(s, BUDGET(5) "\"why\": \"" HOSTILE "\", \"target\": {\"metric\": \"val_error\", \"value\": 0.05},",
                  SGD("plain") "," SGD("<img src=x onerror=document.title=1>"));
    add_errors(s, 0, errors, 5);
    add_errors(s, 1, errors, 5);
    add_trial(s, 0, 1, 0, (synthetic){ .val_error = 0.2, .test_error = 0.2, .reached = 30 });
    page_finish(s);
}

char *write_page(const fixture *s)
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

int page_set_up(void **state)
{
    hostile_begin(&hostile);
    hostile_page = write_page(&hostile);
    return 0;
}

int page_tear_down(void **state)
{
    free(hostile_page);
    fixture_end(&hostile);
    return 0;
}

bool page_has_gnuplot(void)
{
    return system("command -v gnuplot >/dev/null") == 0;
}

void assert_order(const char *page, const char *const *parts)
{
    for (const char *at = page; *parts; parts++) {
        at = strstr(at, *parts);
        if (!at) fail_msg("'%s' is missing, or stands too early", *parts);
    }
}

size_t count_of(const char *page, const char *part)
{
    size_t n = 0;
    for (const char *at = page; (at = strstr(at, part)); at += strlen(part)) n++;
    return n;
}
