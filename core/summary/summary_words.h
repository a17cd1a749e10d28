/* Figures as a summary writes them, in tables and in sentences. */
#ifndef FL_SUMMARY_SUMMARY_WORDS_H
#define FL_SUMMARY_SUMMARY_WORDS_H

#include <stdbool.h>

typedef struct fl_summary_figure {
    char text[48];
} fl_summary_figure;

/* An error: percent where it is a rate, four digits where it is a loss. NaN is no figure at all. */
fl_summary_figure fl_summary_error(bool rate, double error);

/* "[7.80, 9.10]", or nothing where `low` is no finite figure. */
fl_summary_figure fl_summary_range(bool rate, double low, double high);

/* "84 %", where a 90 % interval holds the truth in so few simulated studies; nothing where that rounds to 90 %. */
fl_summary_figure fl_summary_coverage(double coverage);

/* A difference of errors with its unit, without its sign. */
fl_summary_figure fl_summary_difference(bool rate, double difference);

/* An arm's name within a sentence, to be freed: in quotation marks where it would run into what follows, as
 * "adam, epsilon 1e-8" does. */
char *fl_summary_said(const char *label);

#endif
