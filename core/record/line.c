/* Checked lines. */
#include "record/line.h"
#include "base/hash.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static const char check_key[] = ",\"check\":\"";
enum { KEY_SIZE = sizeof check_key - 1, HASH_SIZE = FL_HASH_TEXT - 1, TAIL_SIZE = KEY_SIZE + HASH_SIZE + 2 };

void fl_record_line_add(fl_text *text, const json_t *object)
{
    char *line = fl_json_line(object), hash[FL_HASH_TEXT];
    size_t n = strlen(line) - 1; /* without the closing brace */
    fl_hash_text(fl_hash(line, n), hash);
    fl_text_add_bytes(text, line, n);
    fl_text_add(text, "%s%s\"}\n", check_key, hash);
    free(line);
}

bool fl_record_line_good(const char *line, size_t n)
{
    char hash[FL_HASH_TEXT];
    if (n <= TAIL_SIZE) return false;
    const char *tail = line + n - TAIL_SIZE;
    fl_hash_text(fl_hash(line, n - TAIL_SIZE), hash);
    return !memcmp(tail, check_key, KEY_SIZE) && !memcmp(tail + KEY_SIZE, hash, HASH_SIZE) &&
           !memcmp(tail + KEY_SIZE + HASH_SIZE, "\"}", 2);
}

json_t *fl_record_line_read(const char *line, size_t n)
{
    return fl_record_line_good(line, n) ? json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
}
