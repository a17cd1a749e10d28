/* A text: what is read is UTF-8 of which every byte but the mark's is accounted for, and tokens lie in the vocabulary.
 */
#include "dataset/characters.h"
#include "fuzz.h"

#include <string.h>

static size_t bytes_of(uint32_t point)
{
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_dataset_characters text;
    fl_error error = { .text = "" };
    if (!fl_dataset_characters_read(&text, "text", (const char *)bytes, n, &error)) {
        promise_sentence(&error);
        return 0;
    }
    size_t total = n >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3) ? 3 : 0;
    for (size_t i = 0; i < text.n; i++) {
        PROMISE(text.tokens[i] >= 0 && (size_t)text.tokens[i] < text.n_vocabulary);
        total += bytes_of(text.vocabulary[text.tokens[i]]);
    }
    for (size_t i = 1; i < text.n_vocabulary; i++) PROMISE(text.vocabulary[i - 1] < text.vocabulary[i]);
    PROMISE(total == n);
    fl_dataset_characters_free(&text);
    return 0;
}
