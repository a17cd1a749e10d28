/* Widths are counted in characters: a UTF-8 sequence is one. */
#include "say/wrap.h"
#include "base/error.h"
#include "base/memory.h"
#include "say/markdown.h"
#include "wire/launch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char BOLD[] = "\033[1m", YELLOW[] = "\033[33m", PLAIN[] = "\033[0m";
enum { WIDTH = 100, LEAST_WIDTH = 60, HELP_WIDTH = 80 };

static bool as_markdown;

void page_markdown(void)
{
    as_markdown = true;
}

/* A launcher may give its processes a terminal of its own and write what they say to a file: only who asks has colours
 * then. */
static const char *colour(const char *code)
{
    const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *terminal = getenv("TERM");
    bool dumb = terminal && !strcmp(terminal, "dumb"), asked = force && *force && strcmp(force, "0");
    bool shows = asked || (isatty(STDOUT_FILENO) && !fl_wire_launched() && !dumb);
    return shows && !(no && *no) ? code : "";
}

static size_t page_width(void)
{
    struct winsize window;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || !window.ws_col) return WIDTH;
    return window.ws_col > LEAST_WIDTH ? window.ws_col : LEAST_WIDTH;
}

/* How many characters the first `n` bytes are. */
static size_t characters(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static void blanks(size_t n)
{
    printf("%*s", (int)n, "");
}

/* --- running text --- */

static void title(unsigned level, const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0) fl_error_give_up("no memory for a title");
    if (as_markdown)
        markdown_title(level, text);
    else
        printf("%s%s%s%s\n", level > 1 ? "\n" : "", colour(BOLD), text, colour(PLAIN));
    free(text);
}

void page_title(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    title(1, format, arguments);
    va_end(arguments);
}

void page_heading(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    title(2, format, arguments);
    va_end(arguments);
}

static void wrap(size_t width, size_t hang, const char *text)
{
    size_t used = hang;
    for (bool first = true; *text; first = false) {
        size_t n = strcspn(text, " \n"), wide = characters(text, n);
        if (!first && used + 1 + wide > width) {
            putchar('\n');
            blanks(hang);
            used = hang;
        } else if (!first) {
            putchar(' ');
            used++;
        }
        printf("%.*s", (int)n, text);
        used += wide;
        text += n + (text[n] != 0);
    }
    putchar('\n');
}

static void paragraph(const char *code, size_t width, size_t hang, const char *label, const char *text)
{
    size_t wide = characters(label, strlen(label));
    printf("%s%s%s", colour(code), label, *code ? colour(PLAIN) : "");
    if (wide > hang && wide > width / 2) { /* beside it the text would be a word wide */
        putchar('\n');
        wide = 0;
    }
    blanks(wide < hang ? hang - wide : 0);
    wrap(width, hang > wide ? hang : wide, text);
}

void page_paragraph(size_t hang, const char *label, const char *text)
{
    if (as_markdown)
        markdown_paragraph(hang, label, text);
    else
        paragraph("", page_width(), hang, label, text);
}

void page_warning(size_t hang, const char *label, const char *text)
{
    if (as_markdown)
        markdown_paragraph(hang, label, text);
    else
        paragraph(YELLOW, page_width(), hang, label, text);
}

void page_help(size_t hang, const char *label, const char *text)
{
    paragraph("", HELP_WIDTH, hang, label, text);
}

/* --- tables --- */

struct page_table {
    const page_column *columns;
    size_t n_columns, n_cells;
    char **cells; /* row by row; owned */
};

page_table *page_table_new(const page_column *columns, size_t n)
{
    page_table *table = fl_memory_new(1, sizeof *table);
    *table = (page_table){ .columns = columns, .n_columns = n };
    return table;
}

void page_table_cell(page_table *table, const char *format, ...)
{
    va_list arguments;
    table->cells = fl_memory_grow(table->cells, table->n_cells + 1, sizeof *table->cells);
    va_start(arguments, format);
    if (vasprintf(&table->cells[table->n_cells++], format, arguments) < 0) fl_error_give_up("no memory for a cell");
    va_end(arguments);
}

static size_t wider(size_t width, const char *text)
{
    size_t wide = characters(text, strlen(text));
    return wide > width ? wide : width;
}

/* A name that would push every other row aside: it stands on a line of its own, above its row. */
static bool is_overlong(const char *text, size_t column)
{
    return column == 0 && characters(text, strlen(text)) > WIDTH / 2;
}

/* The width of a column, 0 where all its cells are empty. */
static size_t column_width(const page_table *table, size_t column)
{
    size_t width = 0;
    for (size_t i = column; i < table->n_cells; i += table->n_columns)
        width = is_overlong(table->cells[i], column) ? wider(width, " ") : wider(width, table->cells[i]);
    return width ? wider(wider(width, table->columns[column].top), table->columns[column].bottom) : 0;
}

/* Print one cell; *gap is what stands before it, so that no line ends in blanks. */
static void print_cell(const char *text, size_t width, bool left, size_t *gap)
{
    size_t room = width - characters(text, strlen(text));
    if (!left) *gap += room;
    if (*text) {
        blanks(*gap);
        fputs(text, stdout);
        *gap = 0;
    }
    *gap += (left ? room : 0) + 2;
}

typedef const char *cell_text(const page_table *table, size_t column, size_t row);

static void print_row(const page_table *table, const size_t *widths, cell_text *text, size_t row)
{
    size_t gap = 0;
    bool apart = is_overlong(text(table, 0, row), 0);
    if (apart) puts(text(table, 0, row));
    for (size_t i = 0; i < table->n_columns; i++)
        if (widths[i]) print_cell(apart && !i ? "" : text(table, i, row), widths[i], table->columns[i].left, &gap);
    putchar('\n');
}

static const char *heading(const page_table *table, size_t column, size_t line)
{
    return line ? table->columns[column].bottom : table->columns[column].top;
}

static const char *body(const page_table *table, size_t column, size_t row)
{
    return table->cells[row * table->n_columns + column];
}

static void print_text(const page_table *table, const size_t *widths)
{
    for (size_t line = 0; line < 2; line++) print_row(table, widths, heading, line);
    for (size_t row = 0; row < table->n_cells / table->n_columns; row++) print_row(table, widths, body, row);
}

/* Both lines of a column's heading as one; a word that was broken off at a hyphen is whole again. */
static void whole_heading(const page_column *column, char text[80])
{
    size_t n = strlen(column->top);
    bool broken = n && column->top[n - 1] == '-' && column->bottom[0];
    snprintf(text, 80, "%.*s%s%s", (int)(n - broken), column->top, n && !broken && column->bottom[0] ? " " : "",
             column->bottom);
}

/* The columns that are wider than 0: the heading, then row by row. */
static void print_markdown(const page_table *table, const size_t *widths)
{
    size_t n = 0, n_rows = table->n_cells / table->n_columns;
    const char **cells = fl_memory_new(table->n_columns, sizeof *cells);
    char(*headings)[80] = fl_memory_new(table->n_columns, sizeof *headings);
    bool *left = fl_memory_new(table->n_columns, sizeof *left);
    for (size_t i = 0; i < table->n_columns; i++) {
        if (!widths[i]) continue;
        whole_heading(&table->columns[i], headings[n]);
        left[n] = table->columns[i].left;
        cells[n] = headings[n];
        n++;
    }
    markdown_row(cells, n);
    markdown_rule(left, n);
    for (size_t row = 0; row < n_rows; row++) {
        n = 0;
        for (size_t i = 0; i < table->n_columns; i++)
            if (widths[i]) cells[n++] = body(table, i, row);
        markdown_row(cells, n);
    }
    free(cells);
    free(headings);
    free(left);
}

void page_table_end(page_table *table)
{
    size_t *widths = fl_memory_new(table->n_columns, sizeof *widths);
    for (size_t i = 0; i < table->n_columns; i++) widths[i] = column_width(table, i);
    if (as_markdown)
        print_markdown(table, widths);
    else
        print_text(table, widths);
    for (size_t i = 0; i < table->n_cells; i++) free(table->cells[i]);
    free(table->cells);
    free(widths);
    free(table);
}
