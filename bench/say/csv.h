/* Comma-separated values as RFC 4180 has them: text is quoted where it must be, numbers round-trip, what is infinite or
 * not a number is an empty field. */
#ifndef BENCH_SAY_CSV_H
#define BENCH_SAY_CSV_H

#include "base/text.h"

/* The next field of a row. */
void csv_text(fl_text *row, const char *text); /* NULL: empty */
void csv_number(fl_text *row, double value);
void csv_count(fl_text *row, size_t value);

/* End the row, of at least one field. */
void csv_end(fl_text *row);

#endif
