/* Every field ends in a comma; the last one's becomes the end of the row. */
#include "say/csv.h"

#include <math.h>
#include <string.h>

void csv_text(fl_text *row, const char *text)
{
    if (!text) text = "";
    if (!strpbrk(text, ",\"\r\n")) {
        fl_text_add(row, "%s,", text);
        return;
    }
    fl_text_add(row, "\"");
    for (const char *c = text; *c; c++) fl_text_add(row, *c == '"' ? "\"\"" : "%c", *c);
    fl_text_add(row, "\",");
}

void csv_number(fl_text *row, double value)
{
    char number[FL_TEXT_NUMBER_SIZE];
    csv_text(row, isfinite(value) ? fl_text_number(value, number) : NULL);
}

void csv_count(fl_text *row, size_t value)
{
    fl_text_add(row, "%zu,", value);
}

void csv_end(fl_text *row)
{
    row->bytes[row->length - 1] = '\n';
}
