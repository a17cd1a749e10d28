/* Names as a drawing shows them: how wide they are, cut to a width, told apart. */
#ifndef BENCH_FIGURES_FIGURE_TEXT_H
#define BENCH_FIGURES_FIGURE_TEXT_H

#include "base/text.h"

/* Columns that a UTF-8 text takes: Chinese, Japanese and Korean characters two each, combining marks none. */
size_t figure_text_width(const char *text);

/* Add `text` in at most `most` columns; what is left out of its middle leaves an ellipsis, because names that differ
 * mostly differ at one of their ends. */
void figure_text_add_cut(fl_text *out, const char *text, size_t most);

/* Number those of `n` texts that are equal: "a (1)", "a (2)". */
void figure_texts_make_unique(fl_text *texts, size_t n);

#endif
