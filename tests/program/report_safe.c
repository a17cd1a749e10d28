/* The page is safe against whatever a study's author wrote, loads nothing, its references lead somewhere, and it needs
 * no mouse, no colours and no screen. */
#include "support/page.h"

static void texts_of_a_study_are_never_markup(void **state)
{
    assert_holds(
        hostile_page,
        "&lt;/title&gt;&lt;/svg&gt;&lt;script&gt;document.title=&#39;x&#39;&lt;/script&gt; &amp; &quot;why&quot;");
    assert_holds(hostile_page, "&lt;img src=x onerror=document.title=1&gt;");
    assert_null(strstr(hostile_page, "<script"));
    assert_null(strstr(hostile_page, "<img"));
}

/* Everything an address could stand in, but the names of XML's vocabularies. */
static void the_page_loads_nothing(void **state)
{
    const char *const ways[] = { " src=",    "@import",    "<link",       "<iframe",   "<object",
                                 "url(http", "url(\"http", "href=\"http", "href='http" };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const char *found = strstr(hostile_page, ways[i]);
        if (found && strncmp(found, " src=x onerror", 14)) fail_msg("the page may load something: %.60s", found);
    }
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
    names *ids = calloc(1, sizeof *ids), *references = calloc(1, sizeof *references);
    collect(ids, hostile_page, " id='");
    collect(ids, hostile_page, " id=\"");
    collect(references, hostile_page, "href='#");
    collect(references, hostile_page, "href=\"#");
    collect(references, hostile_page, "url(#");
    assert_true(ids->n > 100 && references->n > 20); /* there are figures */
    qsort(ids->items, ids->n, sizeof *ids->items, by_text);
    for (size_t i = 1; i < ids->n; i++)
        if (!strcmp(ids->items[i], ids->items[i - 1])) fail_msg("two elements have the id %s", ids->items[i]);
    for (size_t i = 0; i < references->n; i++)
        if (!holds(ids, references->items[i])) fail_msg("nothing has the id %s", references->items[i]);
    free(ids);
    free(references);
}

/* Where scripts, colours, paper and a mouse are missing. */
static void the_page_serves_keyboards_dark_rooms_and_paper(void **state)
{
    const char *const parts[] = { "<a class=\"skip\" href=\"#content\">", "<main id=\"content\">", ":focus-visible",
                                  "@media (prefers-color-scheme:dark)",   "@media print",          "tabindex=\"0\"" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_holds(hostile_page, parts[i]);
    assert_int_equal(count_of(hostile_page, "<table"),
                     count_of(hostile_page, "class=\"wide\" tabindex=\"0\"><table")); /* all scroll */
    assert_int_equal(count_of(hostile_page, "<details"), count_of(hostile_page, "<summary>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_a_study_are_never_markup),
        cmocka_unit_test(the_page_loads_nothing),
        cmocka_unit_test(ids_are_unique_and_references_lead_somewhere),
        cmocka_unit_test(the_page_serves_keyboards_dark_rooms_and_paper),
    };
    if (!page_has_gnuplot()) return test_skip_all(PAGE_NO_GNUPLOT);
    return test_run(tests, page_set_up, page_tear_down);
}
