/* A page of docs/ held against what the program does: names in backquotes, section by section. */
#ifndef FL_TESTS_DOCUMENTED_H
#define FL_TESTS_DOCUMENTED_H

#include "command.h"

static char *page;        /* docs/formats.md, read by set_up */
static char seen[100000]; /* the names met in the section at hand, each in backquotes */

static inline char *read_text(const char *path)
{
    char *text;
    size_t n;
    fl_error error;
    if (!fl_file_read(path, &text, &n, &error)) fail_msg("%s", error.text);
    return text;
}

typedef struct section {
    const char *title, *begin, *end;
} section;

/* The text under a heading, up to the next heading. */
static inline section section_of(const char *title)
{
    char heading[80];
    snprintf(heading, sizeof heading, "# %s\n", title);
    const char *begin = strstr(page, heading);
    if (!begin) fail_msg("docs/formats.md has no heading '%s'", title);
    const char *end = strstr(begin, "\n#");
    *seen = 0;
    return (section){ title, begin, end ? end : begin + strlen(begin) };
}

static inline bool has(const section *s, const char *name)
{
    char quoted[300];
    snprintf(quoted, sizeof quoted, "`%.290s`", name);
    const char *found = strstr(s->begin, quoted);
    return found && found < s->end;
}

static inline void see(const section *s, const char *name)
{
    char quoted[300];
    if (!has(s, name)) fail_msg("docs/formats.md, '%s', lacks `%s`", s->title, name);
    snprintf(quoted, sizeof quoted, "`%.290s`", name);
    if (strstr(seen, quoted)) return;
    assert_true(strlen(seen) + strlen(quoted) < sizeof seen);
    strcat(seen, quoted);
}

/* Every name in backquotes in the first column of the section's tables was seen. */
static inline void assert_all_seen(const section *s)
{
    for (const char *row = strstr(s->begin, "\n|"); row && row < s->end; row = strstr(row + 1, "\n|")) {
        const char *stop = strchr(row + 2, '|'), *open = strchr(row, '`'), *close;
        for (; open && open < stop; open = strchr(close + 1, '`')) {
            char quoted[300];
            close = strchr(open + 1, '`');
            snprintf(quoted, sizeof quoted, "%.*s", (int)(close + 1 - open), open);
            if (!strstr(seen, quoted))
                fail_msg("docs/formats.md, '%s', has %s, which is not written", s->title, quoted);
        }
    }
}

#endif
