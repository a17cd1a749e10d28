/* Widths after Unicode's East Asian Width (UAX 11): the ranges that are wide as a whole. A locale's wcwidth would make
 * a drawing depend on who draws it. */
#include "figures/figure_text.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    unsigned first, last;
    size_t width;
} ranges[] = {
    { 0x0300, 0x036F, 0 }, { 0x1100, 0x115F, 2 }, { 0x200B, 0x200F, 0 },   { 0x2E80, 0xA4CF, 2 },
    { 0xAC00, 0xD7A3, 2 }, { 0xF900, 0xFAFF, 2 }, { 0xFE00, 0xFE0F, 0 },   { 0xFE30, 0xFE6F, 2 },
    { 0xFF00, 0xFF60, 2 }, { 0xFFE0, 0xFFE6, 2 }, { 0x1F300, 0x1FAFF, 2 }, { 0x20000, 0x3FFFD, 2 },
};

/* The character at `text` and how many bytes it has; a byte that begins none stands for itself. */
static unsigned character_at(const char *text, size_t *n)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t more = bytes[0] >= 0xF0 ? 3 : bytes[0] >= 0xE0 ? 2 : bytes[0] >= 0xC0 ? 1 : 0;
    unsigned value = more ? bytes[0] & (0x3Fu >> more) : bytes[0];
    for (*n = 1; *n <= more && (bytes[*n] & 0xC0) == 0x80; ++*n) value = value << 6 | (bytes[*n] & 0x3F);
    return value;
}

static size_t width_of(unsigned character)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (character >= ranges[i].first && character <= ranges[i].last) return ranges[i].width;
    return 1;
}

size_t figure_text_width(const char *text)
{
    size_t width = 0;
    for (size_t n; *text; text += n) width += width_of(character_at(text, &n));
    return width;
}

/* Bytes of the longest beginning of `text` in at most `most` columns. */
static size_t head_of(const char *text, size_t most)
{
    size_t end = 0, width = 0;
    for (size_t n; text[end]; end += n) {
        width += width_of(character_at(text + end, &n));
        if (width > most) break;
    }
    return end;
}

/* The longest end of `text` in at most `most` columns. */
static const char *tail_of(const char *text, size_t most)
{
    size_t n;
    while (figure_text_width(text) > most) {
        character_at(text, &n);
        text += n;
    }
    return text;
}

void figure_text_add_cut(fl_text *out, const char *text, size_t most)
{
    if (figure_text_width(text) <= most) {
        fl_text_add(out, "%s", text);
        return;
    }
    size_t tail = (most - 1) / 3;
    fl_text_add_bytes(out, text, head_of(text, most - 1 - tail));
    fl_text_add(out, "…%s", tail_of(text, tail));
}

void figure_texts_make_unique(fl_text *texts, size_t n)
{
    size_t *number = fl_memory_new(n, sizeof *number), *same = fl_memory_new(n, sizeof *same);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            if (strcmp(texts[i].bytes, texts[j].bytes)) continue;
            same[i]++;
            number[i] += j <= i;
        }
    for (size_t i = 0; i < n; i++)
        if (same[i] > 1) fl_text_add(&texts[i], "%s(%zu)", texts[i].length ? " " : "", number[i]);
    free(number);
    free(same);
}
