/* A page of docs/ held against what the program does: names in backquotes, section by section. */
#ifndef FL_TESTS_DOCUMENTED_H
#define FL_TESTS_DOCUMENTED_H

#include "support/command.h"

/* A file as text; free(). */
char *read_text(const char *path);

/* The page that everything below is about, "docs/formats.md". */
void read_page(const char *name);
void free_page(void);

typedef struct section {
    const char *title, *begin, *end;
} section;

/* The text under a heading, up to the next heading. */
section section_of(const char *title);

/* Is the name there, in backquotes? see: it must be. */
bool has(const section *s, const char *name);
void see(const section *s, const char *name);

/* Names, each in backquotes, that are seen elsewhere. */
void count_as_seen(const char *quoted);

/* Every name in backquotes in the first column of the section's tables was seen. */
void assert_all_seen(const section *s);

/* The row of the section's tables that begins with this name, to its end. */
void row_of(const section *s, const char *name, char row[400]);

#endif
