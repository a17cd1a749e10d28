/* PNG by its specification (W3C 2003), rows without a filter. */
#include "support/picture_bytes.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void add_word(fl_text *text, unsigned long word)
{
    const unsigned char bytes[] = { (unsigned char)(word >> 24), (unsigned char)(word >> 16),
                                    (unsigned char)(word >> 8), (unsigned char)word };
    fl_text_add_bytes(text, (const char *)bytes, 4);
}

static void add_chunk(fl_text *text, const char *name, const void *bytes, size_t n)
{
    add_word(text, n);
    size_t start = text->length;
    fl_text_add_bytes(text, name, 4);
    if (n) fl_text_add_bytes(text, bytes, n);
    add_word(text, crc32(0, (const unsigned char *)text->bytes + start, (unsigned)(n + 4)));
}

static void add_header(fl_text *text, int colour, unsigned height, unsigned width)
{
    fl_text header = { 0 };
    const char rest[] = { 8, (char)colour, 0, 0, 0 };
    add_word(&header, width);
    add_word(&header, height);
    fl_text_add_bytes(&header, rest, sizeof rest);
    add_chunk(text, "IHDR", header.bytes, header.length);
    fl_text_free(&header);
}

void png_bytes(fl_text *text, int colour, unsigned height, unsigned width, const unsigned char *pixels)
{
    static const size_t bytes_of[] = { [0] = 1, [2] = 3, [4] = 2, [6] = 4 };
    size_t row = width * bytes_of[colour], n = height * (row + 1);
    unsigned char *rows = calloc(n, 1), *packed = malloc(compressBound(n));
    unsigned long n_packed = compressBound(n);
    for (unsigned y = 0; y < height; y++) memcpy(rows + y * (row + 1) + 1, pixels + y * row, row);
    compress(packed, &n_packed, rows, n);
    fl_text_add_bytes(text, "\x89PNG\r\n\x1a\n", 8);
    add_header(text, colour, height, width);
    add_chunk(text, "IDAT", packed, n_packed);
    add_chunk(text, "IEND", "", 0);
    free(packed);
    free(rows);
}

void ppm_bytes(fl_text *text, bool colour, unsigned height, unsigned width, const unsigned char *pixels)
{
    fl_text_add(text, "P%d\n# by hand\n%u %u\n255\n", colour ? 6 : 5, width, height);
    fl_text_add_bytes(text, (const char *)pixels, (size_t)height * width * (colour ? 3 : 1));
}
