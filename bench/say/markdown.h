/* Markdown on stdout (GitHub's tables): the other form of what wrap.h writes for terminals. */
#ifndef BENCH_SAY_MARKDOWN_H
#define BENCH_SAY_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

/* "# text", "## text", with empty lines around. */
void markdown_title(unsigned level, const char *text);

/* A list item where there is a label ("- **label** text"), its continuation where the text only hangs, else a
 * paragraph.
 */
void markdown_paragraph(size_t hang, const char *label, const char *text);

/* A row of a table; `|` in a cell is escaped. */
void markdown_row(const char *const *cells, size_t n);

/* The line under the heading: to which side each column stands. */
void markdown_rule(const bool *left, size_t n);

#endif
