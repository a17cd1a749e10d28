/* A JSON object read in place, member by member: no tree is built, and nothing is allocated. For the lines of a store,
 * of which an index of a million wants a few fields each.
 *
 * It knows JSON as Fairlead writes it: compact, ASCII without escapes, numbers of ordinary size, no key twice. Whatever
 * it takes Jansson takes and reads alike; what it refuses may still be JSON.
 */
#ifndef FL_BASE_JSON_SCAN_H
#define FL_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A piece of a text, borrowed: a key or a string without its quotes, or any other value as it stands. */
typedef struct fl_json_scan_span {
    const char *text;
    size_t n;
    char first; /* of the value: a quote, brace, bracket, digit, ... */
} fl_json_scan_span;

/* Take a member; false ends the scan. */
typedef bool fl_json_scan_take(void *user, const fl_json_scan_span *key, const fl_json_scan_span *value);

/* Hand every member of the object that `text` of `n` bytes is to `take` (NULL: nobody). False where the text is no such
 * object, or `take` said so. */
bool fl_json_scan(const char *text, size_t n, fl_json_scan_take *take, void *user);

/* The number of a span, which another character of the text follows; false where it is none, or not whole. */
bool fl_json_scan_span_number(const fl_json_scan_span *span, double *number);
bool fl_json_scan_span_whole(const fl_json_scan_span *span, double *number);

/* A string into `text`; false where it is none or longer. */
bool fl_json_scan_span_text(const fl_json_scan_span *span, char *text, size_t size);

/* Does the span read `text`? Most keys differ in their first byte. */
static inline bool fl_json_scan_span_is(const fl_json_scan_span *span, const char *text)
{
    return *text == *span->text && !strncmp(text, span->text, span->n) && !text[span->n];
}

#endif
