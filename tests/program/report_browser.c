/* The page in a browser. */
#include "support/command.h"
#include "support/page.h"

/* A file of the hostile folder, opened as a phone would; `what` is done with it. */
static command browse(const char *file, const char *what)
{
    char profile[FL_FILE_PATH_MAX], user_data[FL_FILE_PATH_MAX + 40], address[FL_FILE_PATH_MAX + 40];
    fl_file_path_join(profile, hostile.folder, "profile");
    snprintf(user_data, sizeof user_data, "--user-data-dir=%s", profile);
    snprintf(address, sizeof address, "file://%s/%s", hostile.folder, file);
    command c = command_start_program("timeout", hostile.folder,
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
    char path[FL_FILE_PATH_MAX], *picture;
    size_t n;
    if (system("command -v chromium >/dev/null"))
        test_skip("chromium is not installed, so the page is not opened in a browser");
    command c = browse("report.html", "--dump-dom");
    assert_contains(c.out, "<title>synthetic – Fairlead</title>");
    assert_contains(c.out, "</footer>\n</main>"); /* nothing closed the page early */
    assert_null(strstr(c.out, "<script"));
    command_free(&c);
    c = browse("report.html", "--screenshot=page.png");
    command_free(&c);
    fl_file_path_join(path, hostile.folder, "page.png");
    assert_true(fl_file_read(path, &picture, &n, NULL));
    assert_memory_equal(picture, "\x89PNG", 4);
    assert_true(n > 30000); /* an empty page of this size is 7 kB */
    free(picture);
}

/* Only a browser can lay out a page: a copy with a script tells how wide it is on a phone. */
static void a_phone_scrolls_no_page_sideways(void **state)
{
    static const char probe[] = "<script>document.title = document.documentElement.scrollWidth + ' of ' + innerWidth;"
                                "</script></body>";
    size_t width, window;
    if (system("command -v chromium >/dev/null")) test_skip("chromium is not installed; no page is laid out");
    char *end = strstr(hostile_page, "</body>");
    fl_text copy = { 0 };
    fl_text_add_bytes(&copy, hostile_page, (size_t)(end - hostile_page));
    fl_text_add(&copy, "%s</html>", probe);
    give_file(&hostile, "phone.html", copy.bytes, copy.length);
    command c = browse("phone.html", "--dump-dom");
    const char *title = strstr(c.out, "<title>");
    assert_non_null(title);
    assert_int_equal(sscanf(title, "<title>%zu of %zu", &width, &window), 2);
    assert_true(window <= 500); /* chromium makes no window narrower */
    if (width > window) fail_msg("the page is %zu pixels wide in a window of %zu", width, window);
    command_free(&c);
    fl_text_free(&copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_browser_shows_it),
        cmocka_unit_test(a_phone_scrolls_no_page_sideways),
    };
    if (!page_has_gnuplot()) return test_skip_all(PAGE_NO_GNUPLOT);
    return test_run(tests, page_set_up, page_tear_down);
}
