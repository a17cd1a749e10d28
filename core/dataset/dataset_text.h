/* Data sets that are a text: windows of characters, each labelled by the character that follows.
 *
 * The first 80 % of the characters train, the next 10 % validate, the rest test. Within each part window i begins at
 * character i times the length, and it needs one character more than its length, for the last label.
 */
#ifndef FL_DATASET_DATASET_TEXT_H
#define FL_DATASET_DATASET_TEXT_H

#include "dataset/dataset.h"

/* Examples of a text of `n` characters in windows of `length`. */
typedef struct fl_dataset_text_parts {
    size_t first[3], windows[3]; /* of training, validation and test: the first character, and how many windows */
} fl_dataset_text_parts;
fl_dataset_text_parts fl_dataset_text_cut(size_t n, size_t length);

/* The facts of a kind whose text has `n` characters of `vocabulary`; false where a part has no window. */
bool fl_dataset_text_describe(fl_dataset_kind *kind, size_t n, size_t vocabulary, size_t length, fl_error *error);

/* Load from this file, which must have as many characters as the kind says, and as many different ones. */
fl_dataset *fl_dataset_load_text_file(const fl_dataset_kind *kind, const char *path, fl_error *error);

/* The `load` of a registered text, whose only file is a plain one. */
fl_dataset *fl_dataset_load_text(const fl_dataset_kind *kind, const char *folder, const double *options,
                                 fl_error *error);

/* What the table of a registered text holds, in windows of the default length: these constants agree with
 * fl_dataset_text_describe. */
#define FL_DATASET_TEXT_WINDOWS(first, end, length) (((end) - (first)-1) / (length))
#define FL_DATASET_TEXT_FACTS(n, symbols, length)                                                                      \
    .shape = { 1, length, 1, 1, FL_TENSOR_TOKENS },                                                                    \
    .n_train =                                                                                                         \
        FL_DATASET_TEXT_WINDOWS(0, (n)*8 / 10, length) + FL_DATASET_TEXT_WINDOWS((n)*8 / 10, (n)*9 / 10, length),      \
    .n_validation = FL_DATASET_TEXT_WINDOWS((n)*8 / 10, (n)*9 / 10, length),                                           \
    .n_test = FL_DATASET_TEXT_WINDOWS((n)*9 / 10, n, length), .n_classes = symbols, .vocabulary = symbols,             \
    .characters = n

#endif
