/* A recursive descent over the grammar of RFC 8259, each function from a value's first byte to the byte behind it, or
 * to NULL where it is refused. */
#include "base/json_scan.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 64, MOST_DEPTH = 8, MOST_WHOLE = 18, MOST_EXPONENT = 2 };

static const char *scan_value(const char *at, const char *end, int depth);

static const char *scan_string(const char *at, const char *end)
{
    for (at++; at < end && *at >= ' ' && *at < 0x7f && *at != '\\'; at++)
        if (*at == '"') return at + 1;
    return NULL;
}

static const char *scan_digits(const char *at, const char *end, size_t most)
{
    const char *first = at;
    while (at < end && *at >= '0' && *at <= '9') at++;
    return at > first && (size_t)(at - first) <= most ? at : NULL;
}

/* A whole part of 18 digits is one of Jansson's integers, and with an exponent of 2 a finite double. */
static const char *scan_number(const char *at, const char *end)
{
    at += *at == '-';
    bool zero = at < end && *at == '0';
    const char *first = at;
    if (!(at = scan_digits(at, end, MOST_WHOLE)) || (zero && at > first + 1)) return NULL;
    if (at < end && *at == '.' && !(at = scan_digits(at + 1, end, 30))) return NULL;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < end && (*at == '-' || *at == '+');
        at = scan_digits(at, end, MOST_EXPONENT);
    }
    return at;
}

static const char *scan_word(const char *at, const char *end)
{
    static const char *const words[] = { "null", "true", "false" };
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);
        if ((size_t)(end - at) >= n && !memcmp(at, words[i], n)) return at + n;
    }
    return NULL;
}

static const char *scan_array(const char *at, const char *end, int depth)
{
    if (++at < end && *at == ']') return at + 1;
    while ((at = scan_value(at, end, depth)) && at < end && *at == ',') at++;
    return at && at < end && *at == ']' ? at + 1 : NULL;
}

static bool is_new(const fl_json_scan_span *keys, size_t n_keys)
{
    const fl_json_scan_span *last = &keys[n_keys - 1];
    for (const fl_json_scan_span *key = keys; key < last; key++)
        if (key->n == last->n && !memcmp(key->text, last->text, key->n)) return false;
    return true;
}

static fl_json_scan_span span_of(const char *first, const char *end)
{
    bool text = *first == '"';
    return (fl_json_scan_span){ first + text, (size_t)(end - first) - (text ? 2 : 0), *first };
}

/* "key":value, the next key among `keys`. */
static const char *scan_member(const char *at, const char *end, int depth, fl_json_scan_span *keys, size_t n_keys,
                               fl_json_scan_span *value)
{
    const char *key = at;
    if (at >= end || *at != '"' || !(at = scan_string(at, end)) || at >= end || *at != ':') return NULL;
    keys[n_keys] = span_of(key, at);
    if (!is_new(keys, n_keys + 1)) return NULL;
    const char *first = ++at;
    if (!(at = scan_value(at, end, depth))) return NULL;
    *value = span_of(first, at);
    return at;
}

static const char *scan_object(const char *at, const char *end, int depth, fl_json_scan_take *take, void *user)
{
    fl_json_scan_span keys[MOST_KEYS], value;
    size_t n_keys = 0;
    if (++at < end && *at == '}') return at + 1;
    for (;; at++) {
        if (n_keys == MOST_KEYS || !(at = scan_member(at, end, depth, keys, n_keys, &value))) return NULL;
        if (take && !take(user, &keys[n_keys], &value)) return NULL;
        n_keys++;
        if (at >= end || (*at != ',' && *at != '}')) return NULL;
        if (*at == '}') return at + 1;
    }
}

static const char *scan_value(const char *at, const char *end, int depth)
{
    if (at >= end || depth == MOST_DEPTH) return NULL;
    if (*at == '"') return scan_string(at, end);
    if (*at == '{') return scan_object(at, end, depth + 1, NULL, NULL);
    if (*at == '[') return scan_array(at, end, depth + 1);
    return *at == '-' || (*at >= '0' && *at <= '9') ? scan_number(at, end) : scan_word(at, end);
}

bool fl_json_scan(const char *text, size_t n, fl_json_scan_take *take, void *user)
{
    return n > 1 && *text == '{' && scan_object(text, text + n, 0, take, user) == text + n;
}

bool fl_json_scan_span_number(const fl_json_scan_span *span, double *number)
{
    bool is = span->first == '-' || (span->first >= '0' && span->first <= '9');
    if (is) *number = strtod(span->text, NULL);
    return is;
}

bool fl_json_scan_span_whole(const fl_json_scan_span *span, double *number)
{
    for (size_t i = 0; i < span->n; i++)
        if (span->text[i] == '.' || span->text[i] == 'e' || span->text[i] == 'E') return false;
    return fl_json_scan_span_number(span, number);
}

bool fl_json_scan_span_text(const fl_json_scan_span *span, char *text, size_t size)
{
    if (span->first != '"' || span->n >= size) return false;
    memcpy(text, span->text, span->n);
    text[span->n] = '\0';
    return true;
}
