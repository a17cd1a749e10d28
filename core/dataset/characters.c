/* UTF-8 by its definition (RFC 3629): no surrogates, no longer form than needed, nothing above 10FFFF. */
#include "dataset/characters.h"
#include "base/file.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_POINTS = 0x110000 };

static const char mark[] = "\xef\xbb\xbf";

/* Bytes of a sequence, the bits of its first byte that count, and the least code point that needs so many. */
static const struct {
    uint8_t lead, lead_mask;
    uint32_t least;
} forms[] = { { 0x00, 0x7f, 0 }, { 0xc0, 0x1f, 0x80 }, { 0xe0, 0x0f, 0x800 }, { 0xf0, 0x07, 0x10000 } };

/* The code point at `at`, of whose text `left` bytes remain, and how many bytes it takes; 0 where there is none. */
static size_t decode(const uint8_t *at, size_t left, uint32_t *point)
{
    for (size_t more = 0; more < sizeof forms / sizeof *forms; more++) {
        if ((at[0] & (uint8_t)~forms[more].lead_mask) != forms[more].lead) continue;
        if (more >= left) return 0;
        *point = at[0] & forms[more].lead_mask;
        for (size_t i = 1; i <= more; i++) {
            if ((at[i] & 0xc0) != 0x80) return 0;
            *point = *point << 6 | (at[i] & 0x3f);
        }
        bool good = *point >= forms[more].least && *point < CODE_POINTS && (*point < 0xd800 || *point > 0xdfff);
        return good ? more + 1 : 0;
    }
    return 0;
}

static bool decode_all(fl_dataset_characters *characters, const char *path, const uint8_t *bytes, size_t n, size_t at,
                       fl_error *error)
{
    while (at < n) {
        uint32_t point;
        size_t taken = decode(bytes + at, n - at, &point);
        if (!taken) return fl_error_user(error, "%s: byte %zu: is no UTF-8; save the text as UTF-8", path, at);
        characters->tokens[characters->n++] = (int32_t)point;
        at += taken;
    }
    return true;
}

static size_t one_past_largest(const fl_dataset_characters *characters)
{
    int32_t most = -1;
    for (size_t i = 0; i < characters->n; i++) most = characters->tokens[i] > most ? characters->tokens[i] : most;
    return (size_t)(most + 1);
}

/* Code points become their places among those that occur. */
static void number(fl_dataset_characters *characters)
{
    size_t n_points = one_past_largest(characters);
    int32_t *place = fl_memory_new(n_points, sizeof *place), next = 0;
    for (size_t i = 0; i < characters->n; i++) place[characters->tokens[i]] = 1;
    for (size_t point = 0; point < n_points; point++) characters->n_vocabulary += (size_t)place[point];
    characters->vocabulary = fl_memory_new(characters->n_vocabulary, sizeof *characters->vocabulary);
    for (size_t point = 0; point < n_points; point++)
        if (place[point]) {
            characters->vocabulary[next] = (uint32_t)point;
            place[point] = next++;
        }
    for (size_t i = 0; i < characters->n; i++) characters->tokens[i] = place[characters->tokens[i]];
    free(place);
}

bool fl_dataset_characters_read(fl_dataset_characters *characters, const char *path, const char *bytes, size_t n,
                                fl_error *error)
{
    *characters = (fl_dataset_characters){ .tokens = fl_memory_new(n, sizeof(int32_t)) };
    size_t at = n >= 3 && !memcmp(bytes, mark, 3) ? 3 : 0;
    if (!decode_all(characters, path, (const uint8_t *)bytes, n, at, error)) {
        fl_dataset_characters_free(characters);
        return false;
    }
    number(characters);
    return true;
}

bool fl_dataset_characters_read_file(fl_dataset_characters *text, const char *path, char sum[FL_HASH_SHA256_TEXT],
                                     fl_error *error)
{
    char *bytes;
    size_t n;
    if (!fl_file_read(path, &bytes, &n, error)) return false;
    bool read = fl_dataset_characters_read(text, path, bytes, n, error);
    fl_hash_sha256(bytes, n, sum);
    free(bytes);
    return read;
}

void fl_dataset_characters_free(fl_dataset_characters *characters)
{
    free(characters->tokens);
    free(characters->vocabulary);
    *characters = (fl_dataset_characters){ 0 };
}
