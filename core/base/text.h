/* Text that grows, and numbers that survive being written down. */
#ifndef FL_BASE_TEXT_H
#define FL_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise to start empty; `bytes` is NUL-terminated once something was added. */
typedef struct fl_text {
    char *bytes; /* owned */
    size_t length, capacity;
} fl_text;

void fl_text_add(fl_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void fl_text_add_bytes(fl_text *text, const char *bytes, size_t n);
void fl_text_free(fl_text *text);

/* Every control character becomes '?', and every byte that is no UTF-8: what others wrote stays one line when it is
 * printed, gives a terminal no orders, and can be written as JSON. */
void fl_text_make_plain(char *text);

/* The fewest digits that read back as the same double: "0.1", "1e-08", "100"; at most 25 bytes with the NUL. */
enum { FL_TEXT_NUMBER_SIZE = 32 };
const char *fl_text_number(double value, char text[FL_TEXT_NUMBER_SIZE]);

/* True when all of `text` is a whole number from `least` to `most`, written in digits alone. */
bool fl_text_whole_read(const char *text, uint64_t least, uint64_t most, uint64_t *value);

/* True when all of `text` is a number, with no blank before it. */
bool fl_text_number_read(const char *text, double *value);

/* `text` as one word for a POSIX shell, in single quotes where it needs them. */
void fl_text_add_shell_word(fl_text *text, const char *word);

#endif
