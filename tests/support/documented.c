#include "support/documented.h"

static char *page;
static const char *page_name; /* "docs/formats.md" */
static char seen[100000];     /* the names met in the section at hand, each in backquotes */

char *read_text(const char *path)
{
    char *text;
    size_t n;
    fl_error error;
    if (!fl_file_read(path, &text, &n, &error)) fail_msg("%s", error.text);
    return text;
}

void read_page(const char *name)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, FL_SOURCE_DIR, name);
    page = read_text(path);
    page_name = name;
}

void free_page(void)
{
    free(page);
    page = NULL;
}

section section_of(const char *title)
{
    char heading[80];
    snprintf(heading, sizeof heading, "# %s\n", title);
    const char *begin = strstr(page, heading);
    if (!begin) fail_msg("%s has no heading '%s'", page_name, title);
    const char *end = strstr(begin, "\n#");
    *seen = 0;
    return (section){ title, begin, end ? end : begin + strlen(begin) };
}

bool has(const section *s, const char *name)
{
    char quoted[300];
    snprintf(quoted, sizeof quoted, "`%.290s`", name);
    const char *found = strstr(s->begin, quoted);
    return found && found < s->end;
}

/* Was it met since section_of? */
static bool was_seen(const char *quoted)
{
    return strstr(seen, quoted);
}

void count_as_seen(const char *quoted)
{
    assert_true(strlen(seen) + strlen(quoted) < sizeof seen);
    strcat(seen, quoted);
}

void see(const section *s, const char *name)
{
    char quoted[300];
    if (!has(s, name)) fail_msg("%s, '%s', lacks `%s`", page_name, s->title, name);
    snprintf(quoted, sizeof quoted, "`%.290s`", name);
    if (was_seen(quoted)) return;
    count_as_seen(quoted);
}

void assert_all_seen(const section *s)
{
    for (const char *row = strstr(s->begin, "\n|"); row && row < s->end; row = strstr(row + 1, "\n|")) {
        const char *stop = strchr(row + 2, '|'), *open = strchr(row, '`'), *close;
        for (; open && open < stop; open = strchr(close + 1, '`')) {
            char quoted[300];
            close = strchr(open + 1, '`');
            snprintf(quoted, sizeof quoted, "%.*s", (int)(close + 1 - open), open);
            if (!was_seen(quoted)) fail_msg("%s, '%s', has %s, which is not written", page_name, s->title, quoted);
        }
    }
}

void row_of(const section *s, const char *name, char row[400])
{
    char begin[80];
    snprintf(begin, sizeof begin, "\n| `%s` ", name);
    const char *found = strstr(s->begin, begin);
    if (!found || found >= s->end) fail_msg("%s, '%s', has no row for `%s`", page_name, s->title, name);
    snprintf(row, 400, "%.*s", (int)strcspn(found + 1, "\n"), found + 1);
}
