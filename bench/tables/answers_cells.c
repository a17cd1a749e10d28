/* The cells of an answer, and its words. */
#include "base/error.h"
#include "base/memory.h"
#include "tables/answers_parts.h"
#include "tables/table_parts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char *format_text(const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0) fl_error_give_up("no memory for a cell");
    return text;
}

answer answer_new(const page_column *columns, size_t n, const char *title, ...)
{
    va_list arguments;
    va_start(arguments, title);
    answer a = { .title = format_text(title, arguments), .columns = fl_memory_new(n, sizeof *columns), .n_columns = n };
    va_end(arguments);
    memcpy(a.columns, columns, n * sizeof *columns);
    return a;
}

/* In groups of three digits. */
static void add_number(fl_text *text, size_t number)
{
    if (number >= 1000) add_number(text, number / 1000);
    fl_text_add(text, number >= 1000 ? ",%03zu" : "%zu", number % 1000);
}

void answer_numbered_column(answer *a, size_t number)
{
    fl_text heading = { 0 };
    add_number(&heading, number);
    a->columns = fl_memory_grow(a->columns, a->n_columns + 1, sizeof *a->columns);
    a->columns[a->n_columns++] = (page_column){ "", heading.bytes, false };
    a->n_numbered++;
}

void answer_cell(answer *a, const char *format, ...)
{
    va_list arguments;
    a->cells = fl_memory_grow(a->cells, a->n_cells + 1, sizeof *a->cells);
    va_start(arguments, format);
    a->cells[a->n_cells++] = format_text(format, arguments);
    va_end(arguments);
}

void answer_say(answer *a, bool claimed, fl_text *text)
{
    a->notes = fl_memory_grow(a->notes, a->n_notes + 1, sizeof *a->notes);
    a->notes[a->n_notes++] = (answer_note){ fl_memory_copy_text(text->bytes), claimed };
    fl_text_free(text);
}

void answer_signed(answer *a, bool rate, double difference)
{
    if (isfinite(difference))
        answer_cell(a, "%s%s", difference < 0 ? "-" : "+", fl_summary_difference(rate, difference).text);
    else
        answer_cell(a, "%s", "");
}

void answer_range(answer *a, bool rate, double low, double high)
{
    answer_cell(a, "%s", fl_summary_range(rate, low, high).text);
}

void answer_p(answer *a, double p)
{
    answer_cell(a, isnan(p) ? "" : "%.2g", p);
}

void answer_where(answer *a, const fl_study_arm *arm)
{
    const char *rest = arm->name + strlen(arm->label);
    answer_cell(a, "%s", rest + (*rest == ' '));
}

bool answer_has(const answer *a, size_t column)
{
    for (size_t i = column; i < a->n_cells; i += a->n_columns)
        if (*a->cells[i]) return true;
    return false;
}

void answer_heading(const page_column *column, char text[80])
{
    snprintf(text, 80, "%s%s%s", column->top, *column->top && *column->bottom ? " " : "", column->bottom);
}
