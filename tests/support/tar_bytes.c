/* The ustar header of POSIX.1-1988. */
#include "support/tar_bytes.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 512 };

static const char zeros[2 * BLOCK];

void tar_add(fl_text *tar, const char *name, char type, size_t size, const void *bytes, size_t n)
{
    char header[BLOCK] = "";
    unsigned sum = 0;
    snprintf(header, 100, "%s", name);
    memcpy(header + 100, "0000644", 7);
    snprintf(header + 124, 12, "%011zo", size);
    memset(header + 148, ' ', 8); /* the checksum counts itself as blanks */
    header[156] = type;
    if (type == '2') memcpy(header + 157, "/etc/passwd", 11);
    memcpy(header + 257, "ustar\00000", 8);
    for (int i = 0; i < BLOCK; i++) sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    fl_text_add_bytes(tar, header, BLOCK);
    if (n) fl_text_add_bytes(tar, bytes, n);
    if (n % BLOCK) fl_text_add_bytes(tar, zeros, BLOCK - n % BLOCK);
}

void tar_end(fl_text *tar)
{
    fl_text_add_bytes(tar, zeros, 2 * BLOCK);
}
