/* A text as tokens: the code points of UTF-8, numbered by a vocabulary sorted by code point. */
#ifndef FL_DATASET_CHARACTERS_H
#define FL_DATASET_CHARACTERS_H

#include "base/error.h"
#include "base/hash.h"
#include <stddef.h>
#include <stdint.h>

typedef struct fl_dataset_characters {
    int32_t *tokens; /* n, owned */
    size_t n;
    uint32_t *vocabulary; /* the code point of each token, owned */
    size_t n_vocabulary;
} fl_dataset_characters;

/* Read `n` bytes of the file `path` (for messages); a leading byte-order mark is dropped, everything else kept. False,
 * with the byte's place, where they are no UTF-8. */
bool fl_dataset_characters_read(fl_dataset_characters *characters, const char *path, const char *bytes, size_t n,
                                fl_error *error);

/* The same of a file, with its sha256. */
bool fl_dataset_characters_read_file(fl_dataset_characters *characters, const char *path, char sum[FL_HASH_SHA256_TEXT],
                                     fl_error *error);
void fl_dataset_characters_free(fl_dataset_characters *characters);

#endif
