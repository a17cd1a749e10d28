/* Text for people on stdout: headings, wrapped paragraphs, aligned columns. Colour only on a terminal and without
 * NO_COLOR. */
#ifndef BENCH_SAY_WRAP_H
#define BENCH_SAY_WRAP_H

#include <stdbool.h>
#include <stddef.h>

/* From now on everything below is written as Markdown instead (markdown.h). */
void page_markdown(void);

/* A line in bold. */
void page_title(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same after an empty line. */
void page_heading(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A paragraph broken at the terminal's width (100 where there is none): `label` in a column of `hang` characters, the
 * text beside it. */
void page_paragraph(size_t hang, const char *label, const char *text);

/* The same in the colour of a warning. */
void page_warning(size_t hang, const char *label, const char *text);

/* The same at 80 characters wherever it is read, for --help. */
void page_help(size_t hang, const char *label, const char *text);

typedef struct page_column {
    const char *top, *bottom; /* two lines of heading */
    bool left;                /* words; numbers stand to the right */
} page_column;

typedef struct page_table page_table;

page_table *page_table_new(const page_column *columns, size_t n); /* `columns` is borrowed */

/* The next cell, row by row. */
void page_table_cell(page_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print the table, without the columns that have nothing to say, and free it. */
void page_table_end(page_table *table);

#endif
