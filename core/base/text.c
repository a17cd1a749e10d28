/* Growing text over vsnprintf; numbers in their shortest exact form. */
#include "base/text.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(fl_text *text, size_t more)
{
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity) return;
    text->capacity = needed > 2 * text->capacity ? needed : 2 * text->capacity;
    text->bytes = fl_memory_grow(text->bytes, text->capacity, 1);
}

void fl_text_add_bytes(fl_text *text, const char *bytes, size_t n)
{
    reserve(text, n);
    memcpy(text->bytes + text->length, bytes, n);
    text->length += n;
    text->bytes[text->length] = 0;
}

void fl_text_add(fl_text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    reserve(text, (size_t)n);
    vsnprintf(text->bytes + text->length, (size_t)n + 1, format, again);
    va_end(again);
    text->length += (size_t)n;
}

void fl_text_free(fl_text *text)
{
    free(text->bytes);
    *text = (fl_text){ 0 };
}

const char *fl_text_number(double value, char text[FL_TEXT_NUMBER_SIZE])
{
    const double plain = 1e15; /* below it every whole number is exact and reads better as 100 than as 1e+02 */
    if (value == floor(value) && fabs(value) < plain) {
        snprintf(text, FL_TEXT_NUMBER_SIZE, "%.0f", value);
        return text;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, FL_TEXT_NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    return text;
}

bool fl_text_number_read(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return *text && !*end && !isspace((unsigned char)*text);
}

bool fl_text_whole_read(const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && !*end && !errno && *value >= least && *value <= most;
}

static bool is_plain(const char *word)
{
    const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=+:,@%";
    return *word && word[strspn(word, plain)] == 0;
}

void fl_text_add_shell_word(fl_text *text, const char *word)
{
    if (is_plain(word)) {
        fl_text_add(text, "%s", word);
        return;
    }
    fl_text_add(text, "'");
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            fl_text_add(text, "'\\''");
        else
            fl_text_add_bytes(text, c, 1);
    fl_text_add(text, "'");
}
