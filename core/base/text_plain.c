/* Apart from the text that grows, because error.c needs it and a growing text needs memory, whose lack is an error. */
#include "base/text.h"

/* Bytes of the character beyond ASCII at `c`, 0 where there is none: the table of RFC 3629, section 4, but from U+00A0
 * on, since those before are control characters. */
static size_t length_beyond_ascii(const unsigned char *c)
{
    size_t n = *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;
    unsigned least = *c == 0xc2 || *c == 0xe0 ? 0xa0 : *c == 0xf0 ? 0x90 : 0x80;
    unsigned most = *c == 0xed ? 0x9f : *c == 0xf4 ? 0x8f : 0xbf;
    for (size_t i = 1; i < n; i++, least = 0x80, most = 0xbf)
        if (c[i] < least || c[i] > most) return 0; /* so is the NUL of a text that was cut */
    return n;
}

void fl_text_make_plain(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c;) {
        size_t n = *c < 0x80 ? 1 : length_beyond_ascii(c);
        if (!n || *c < ' ' || *c == 0x7f) *c = '?';
        c += n ? n : 1;
    }
}
