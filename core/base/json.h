/* JSON that knows where it stands: Jansson's values with the line and column of each key and value.
 *
 * Jansson gives a place for syntax errors only, so a second scan of the text notes the place of every key and value.
 * An fl_json_node is a cursor into the document: small, copied freely, valid as long as the document.
 * Readers fill an fl_error whose message begins "file:line:column: ". In a program with this file Jansson ends the
 * process when there is no memory (fl_error_give_up).
 */
#ifndef FL_BASE_JSON_H
#define FL_BASE_JSON_H

#include "base/error.h"
#include "base/text.h"
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fl_json fl_json; /* a loaded document, owned by its loader */

typedef struct fl_json_node {
    const fl_json *document; /* borrowed */
    size_t place;            /* index in the document's table of places */
} fl_json_node;

/* Load a file, or a text called `name` in messages. Duplicate keys, NaN, bad UTF-8, more than 64 levels, more
 * than 64 MiB or anything after the value are errors with their place. NULL on error. */
fl_json *fl_json_load(const char *path, fl_error *error);
fl_json *fl_json_load_text(const char *name, const char *text, size_t n, fl_error *error);
void fl_json_free(fl_json *document);

/* A number, or null where it is not finite, for which JSON has no word. New reference. */
json_t *fl_json_finite(double value);

/* A text of whatever bytes, a path perhaps: what JSON cannot hold becomes '?'. New reference. */
json_t *fl_json_any_text(const char *text);

fl_json_node fl_json_root(const fl_json *document);

const json_t *fl_json_value(fl_json_node node);
const char *fl_json_key(fl_json_node node); /* NULL for an array's element and the root */

/* Children in the order of the text: `for (bool more = fl_json_first(object, &child); more; more =
 * fl_json_next(&child))` */
bool fl_json_first(fl_json_node parent, fl_json_node *child);
bool fl_json_next(fl_json_node *child);

/* The member `key` of an object; false, without a message, when it is not there. */
bool fl_json_get(fl_json_node object, const char *key, fl_json_node *child);

/* The member `key`, or a message that it is missing, placed at the object's brace. */
bool fl_json_need(fl_json_node object, const char *key, fl_json_node *child, fl_error *error);

/* Where the value stands, "file:line:column", added to `text`. */
void fl_json_place(fl_json_node node, fl_text *text);

/* False, with the message, placed at the value or at its key. */
bool fl_json_fail(fl_json_node node, fl_error *error, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool fl_json_fail_key(fl_json_node node, fl_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a message that has no place yet. */
bool fl_json_fail_with(fl_json_node node, fl_error *error, const fl_error *why);

/* Typed reading; on another type a message such as "'steps' must be a whole number of at least 1". */
bool fl_json_is_object(fl_json_node node, fl_error *error);
bool fl_json_string(fl_json_node node, const char **value, fl_error *error); /* borrowed from the document */
bool fl_json_number(fl_json_node node, double *value, fl_error *error);
bool fl_json_whole(fl_json_node node, uint64_t least, uint64_t most, uint64_t *value, fl_error *error);
bool fl_json_optional_whole(fl_json_node object, const char *key, uint64_t least, uint64_t most, uint64_t *value,
                            fl_error *error);
bool fl_json_bool(fl_json_node node, bool *value, fl_error *error);

/* False, placed at the first key that is not among the NULL-ended `known`, with the list of those. */
bool fl_json_only(fl_json_node object, const char *const *known, fl_error *error);

/* A line of JSON for a store or a pipe: keys in insertion order, numbers that round-trip, no newline; free(). */
char *fl_json_line(const json_t *value);

#endif
