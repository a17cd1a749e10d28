/* Apart from the text that grows, because error.c needs it and a growing text needs memory, whose lack is an error. */
#include "base/text.h"

void fl_text_make_plain(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) *text = '?';
}
