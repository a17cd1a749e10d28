/* A line of a store: one JSON object whose last key, "check", is the XXH3 of the bytes before it.
 *
 * In the line {"a":1,"check":"0123456789abcdef"} the bytes before are {"a":1 without the comma that follows them. */
#ifndef FL_RECORD_LINE_H
#define FL_RECORD_LINE_H

#include "base/text.h"
#include <jansson.h>
#include <stdbool.h>

/* Add the object as a checked line, newline included. */
void fl_record_line_add(fl_text *text, const json_t *object);

/* Does a line of `n` bytes without its newline match its check? */
bool fl_record_line_good(const char *line, size_t n);

/* The object of a line of `n` bytes without its newline, or NULL when the check fails. New reference. */
json_t *fl_record_line_read(const char *line, size_t n);

/* Append the object as a checked line to a file, by one write, whoever else appends to it; a torn line of a writer that
 * died is ended first. False with errno. */
bool fl_record_line_append(const char *path, const json_t *object);

#endif
