/* Pieces of HTML: escaped text and numbers as the page shows them. */
#ifndef BENCH_PAGE_REPORT_HTML_H
#define BENCH_PAGE_REPORT_HTML_H

#include "base/text.h"
#include <stdbool.h>

/* Text with <, >, &, " and ' escaped: fit for contents and for quoted attributes. */
void html_text(fl_text *page, const char *text);

/* A tag's contents, escaped: <TAG>text</TAG>; the end repeats the first word of the tag. */
void html_element(fl_text *page, const char *tag, const char *text);

/* An error: percent with two digits where it is a rate, four digits where it is a loss; "–" where there is none. */
void html_error(fl_text *page, bool rate, double error);

/* The same with a sign: "+4.34", "−0.20". */
void html_signed(fl_text *page, bool rate, double difference);

/* "8.29–8.58", the upper end ∞ where it is; nothing where the lower end is no number. */
void html_error_range(fl_text *page, bool rate, double low, double high);

/* A number in few digits, "0.001", "1e-08"; near 1 in as many as tell it from 1. */
void html_number(fl_text *page, double value);

#endif
