/* Jansson loads the values; one scan of the same text, in the same order, notes where each key and value stands. The
 * scan runs only over text that Jansson has accepted, so it need not judge it. */
#include "base/json.h"
#include "base/entry.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_DEPTH = 64,
    NO_PLACE = 0,
    MOST_BYTES = 64 << 20
}; /* a study with a rate for each of a million steps has 20 MB */

/* One value of the document. Place 0 is the root, which is nobody's child, so 0 also says "none". */
typedef struct place {
    const char *key; /* borrowed from Jansson; NULL in arrays */
    const json_t *value;
    size_t key_at, value_at; /* offsets into the text */
    size_t first_child, next;
} place;

struct fl_json {
    char *name, *text;
    json_t *root;
    place *places;
    size_t n_places, capacity;
};

static void *allocate(size_t bytes)
{
    return fl_memory_grow(NULL, bytes, 1);
}

/* Jansson answers a lack of memory by leaving things out, and half a record would be written as if it were whole. */
__attribute__((constructor)) static void let_jansson_give_up(void)
{
    json_set_alloc_funcs(allocate, free);
}

typedef struct scan {
    fl_json *document;
    const char *at;
} scan;

static void skip_space(scan *s)
{
    s->at += strspn(s->at, " \t\r\n");
}

static void skip_string(scan *s)
{
    for (s->at++; *s->at != '"'; s->at++)
        if (*s->at == '\\') s->at++;
    s->at++;
}

static size_t add_place(fl_json *document, const char *key, const json_t *value, size_t key_at)
{
    if (document->n_places == document->capacity) {
        document->capacity = document->capacity ? 2 * document->capacity : 64;
        document->places = fl_memory_grow(document->places, document->capacity, sizeof *document->places);
    }
    document->places[document->n_places] = (place){ .key = key, .value = value, .key_at = key_at };
    return document->n_places++;
}

static void scan_value(scan *s, size_t index);

static size_t scan_child(scan *s, size_t parent, size_t previous, const char *key, const json_t *value, size_t key_at)
{
    size_t child = add_place(s->document, key, value, key_at);
    place *places = s->document->places;
    if (previous == NO_PLACE)
        places[parent].first_child = child;
    else
        places[previous].next = child;
    scan_value(s, child);
    skip_space(s);
    if (*s->at == ',') s->at++;
    return child;
}

static void scan_object(scan *s, size_t index)
{
    const json_t *object = s->document->places[index].value;
    size_t previous = NO_PLACE;
    s->at++;
    for (void *i = json_object_iter((json_t *)object); i; i = json_object_iter_next((json_t *)object, i)) {
        skip_space(s);
        size_t key_at = (size_t)(s->at - s->document->text);
        skip_string(s);
        skip_space(s);
        s->at++; /* the colon */
        previous = scan_child(s, index, previous, json_object_iter_key(i), json_object_iter_value(i), key_at);
    }
}

static void scan_array(scan *s, size_t index)
{
    const json_t *array = s->document->places[index].value;
    size_t previous = NO_PLACE;
    s->at++;
    for (size_t i = 0; i < json_array_size(array); i++) {
        skip_space(s);
        previous = scan_child(s, index, previous, NULL, json_array_get(array, i), (size_t)(s->at - s->document->text));
    }
}

static void scan_value(scan *s, size_t index)
{
    skip_space(s);
    s->document->places[index].value_at = (size_t)(s->at - s->document->text);
    const json_t *value = s->document->places[index].value;
    if (json_is_string(value)) {
        skip_string(s);
    } else if (json_is_object(value) || json_is_array(value)) {
        (json_is_object(value) ? scan_object : scan_array)(s, index);
        skip_space(s);
        s->at++; /* the closing bracket */
    } else {
        s->at += strcspn(s->at, " \t\r\n,]}");
    }
}

/* Where the text opens one bracket more than MAX_DEPTH at once, or n; strings are skipped. */
static size_t too_deep_at(const char *text, size_t n)
{
    size_t depth = 0, i = 0;
    bool quoted = false;
    for (; i < n && depth <= MAX_DEPTH; i++) {
        if (quoted && text[i] == '\\') {
            i++;
        } else if (text[i] == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            depth += text[i] == '{' || text[i] == '[';
            depth -= (text[i] == '}' || text[i] == ']') && depth;
        }
    }
    return depth > MAX_DEPTH ? i - 1 : n;
}

typedef struct line_column {
    size_t line, column;
} line_column;

/* The place of an offset, from 1; columns count characters. */
static line_column locate(const char *text, size_t at)
{
    line_column found = { 1, 1 };
    for (size_t i = 0; i < at; i++) {
        bool continuation = ((unsigned char)text[i] & 0xC0) == 0x80;
        found.line += text[i] == '\n';
        found.column = text[i] == '\n' ? 1 : found.column + !continuation;
    }
    return found;
}

fl_json *fl_json_load_text(const char *name, const char *text, size_t n, fl_error *error)
{
    if (n > MOST_BYTES) {
        fl_error_user(error, "%s:1:1: %zu bytes of JSON are too many; at most %d are read", name, n, MOST_BYTES);
        return NULL;
    }
    size_t too_deep = too_deep_at(text, n);
    if (too_deep < n) {
        line_column at = locate(text, too_deep);
        fl_error_user(error, "%s:%zu:%zu: more than %d levels of brackets", name, at.line, at.column, MAX_DEPTH);
        return NULL;
    }
    json_error_t trouble;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &trouble);
    if (!root) {
        fl_error_user(error, "%s:%d:%d: %s", name, trouble.line, trouble.column > 0 ? trouble.column : 1, trouble.text);
        return NULL;
    }
    fl_json *document = fl_memory_new(1, sizeof *document);
    document->name = fl_memory_copy_text(name);
    document->text = fl_memory_new(n + 1, 1);
    memcpy(document->text, text, n);
    document->root = root;
    scan s = { document, document->text };
    scan_value(&s, add_place(document, NULL, root, 0));
    return document;
}

fl_json *fl_json_load(const char *path, fl_error *error)
{
    char *text;
    size_t n;
    if (!fl_file_read(path, &text, &n, error)) return NULL;
    fl_json *document = fl_json_load_text(path, text, n, error);
    free(text);
    return document;
}

void fl_json_free(fl_json *document)
{
    if (!document) return;
    json_decref(document->root);
    free(document->name);
    free(document->text);
    free(document->places);
    free(document);
}

static const place *place_of(fl_json_node node)
{
    return &node.document->places[node.place];
}

fl_json_node fl_json_root(const fl_json *document)
{
    return (fl_json_node){ document, 0 };
}

const json_t *fl_json_value(fl_json_node node)
{
    return place_of(node)->value;
}

const char *fl_json_key(fl_json_node node)
{
    return place_of(node)->key;
}

bool fl_json_first(fl_json_node parent, fl_json_node *child)
{
    *child = (fl_json_node){ parent.document, place_of(parent)->first_child };
    return child->place != NO_PLACE;
}

bool fl_json_next(fl_json_node *child)
{
    child->place = place_of(*child)->next;
    return child->place != NO_PLACE;
}

bool fl_json_get(fl_json_node object, const char *key, fl_json_node *child)
{
    for (bool more = fl_json_first(object, child); more; more = fl_json_next(child))
        if (fl_json_key(*child) && !strcmp(fl_json_key(*child), key)) return true;
    return false;
}

bool fl_json_need(fl_json_node object, const char *key, fl_json_node *child, fl_error *error)
{
    return fl_json_get(object, key, child) || fl_json_fail(object, error, "'%s' is missing here", key);
}

void fl_json_place(fl_json_node node, fl_text *text)
{
    line_column at = locate(node.document->text, place_of(node)->value_at);
    fl_text_add(text, "%s:%zu:%zu", node.document->name, at.line, at.column);
}

/* Write "file:line:column: message". */
static bool fail_at(fl_json_node node, size_t offset, fl_error *error, const char *format, va_list arguments)
{
    line_column at = locate(node.document->text, offset);
    char message[sizeof error->text];
    vsnprintf(message, sizeof message, format, arguments);
    return fl_error_user(error, "%s:%zu:%zu: %s", node.document->name, at.line, at.column, message);
}

bool fl_json_fail(fl_json_node node, fl_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_at(node, place_of(node)->value_at, error, format, arguments);
    va_end(arguments);
    return false;
}

bool fl_json_fail_key(fl_json_node node, fl_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_at(node, place_of(node)->key_at, error, format, arguments);
    va_end(arguments);
    return false;
}

bool fl_json_fail_with(fl_json_node node, fl_error *error, const fl_error *why)
{
    return fl_json_fail(node, error, "%s", why->text);
}

/* "'steps' must be a number"; what has no key is called "this". */
__attribute__((format(printf, 3, 4))) static bool must_be(fl_json_node node, fl_error *error, const char *format, ...)
{
    char what[200];
    const char *key = fl_json_key(node), *quote = key ? "'" : "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return fl_json_fail(node, error, "%s%s%s must be %s", quote, key ? key : "this", quote, what);
}

bool fl_json_is_object(fl_json_node node, fl_error *error)
{
    return json_is_object(fl_json_value(node)) || must_be(node, error, "an object {...}");
}

bool fl_json_string(fl_json_node node, const char **value, fl_error *error)
{
    *value = json_string_value(fl_json_value(node));
    return *value || must_be(node, error, "a string");
}

bool fl_json_number(fl_json_node node, double *value, fl_error *error)
{
    if (!json_is_number(fl_json_value(node))) return must_be(node, error, "a number");
    *value = json_number_value(fl_json_value(node));
    return true;
}

bool fl_json_whole(fl_json_node node, uint64_t least, uint64_t most, uint64_t *value, fl_error *error)
{
    const json_t *number = fl_json_value(node);
    json_int_t whole = json_integer_value(number);
    if (json_is_integer(number) && whole >= 0 && (uint64_t)whole >= least && (uint64_t)whole <= most) {
        *value = (uint64_t)whole;
        return true;
    }
    if (most >= (uint64_t)1 << 53)
        return must_be(node, error, "a whole number of at least %llu", (unsigned long long)least);
    return must_be(node, error, "a whole number from %llu to %llu", (unsigned long long)least,
                   (unsigned long long)most);
}

bool fl_json_optional_whole(fl_json_node object, const char *key, uint64_t least, uint64_t most, uint64_t *value,
                            fl_error *error)
{
    fl_json_node child;
    return !fl_json_get(object, key, &child) || fl_json_whole(child, least, most, value, error);
}

bool fl_json_bool(fl_json_node node, bool *value, fl_error *error)
{
    *value = json_is_true(fl_json_value(node));
    return json_is_boolean(fl_json_value(node)) || must_be(node, error, "true or false");
}

bool fl_json_only(fl_json_node object, const char *const *known, fl_error *error)
{
    fl_json_node child;
    for (bool more = fl_json_first(object, &child); more; more = fl_json_next(&child)) {
        size_t index;
        fl_error why;
        if (!fl_entry_choose(known, "key", fl_json_key(child), &index, &why))
            return fl_json_fail_key(child, error, "%s", why.text);
    }
    return true;
}

json_t *fl_json_finite(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *fl_json_any_text(const char *text)
{
    char *plain = fl_memory_copy_text(text);
    fl_text_make_plain(plain);
    json_t *value = json_string(plain);
    free(plain);
    return value;
}

char *fl_json_line(const json_t *value)
{
    char *line = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    if (!line) fl_error_die("a value cannot be written as JSON");
    return line;
}
