/* Messages from one process of a trial to another, kept in the order they came until somebody asks for those of a
 * sender. Their memory is used again. For carriers.h only. */
#ifndef FL_TRAIN_LETTERS_H
#define FL_TRAIN_LETTERS_H

#include "base/text.h"

typedef struct fl_train_letter {
    size_t from;
    uint64_t kind, number; /* what they mean is the correspondents' business */
    fl_text content;
} fl_train_letter;

/* Zero-initialise to start empty. */
typedef struct fl_train_letters {
    fl_train_letter *of;
    size_t n, room;
} fl_train_letters;

void fl_train_letters_free(fl_train_letters *letters);

void fl_train_letters_keep(fl_train_letters *letters, size_t from, uint64_t kind, uint64_t number, const void *bytes,
                           size_t n);

/* The oldest of processes first..end-1, of a kind or of any (0), which is kept no longer; NULL: none. Valid until the
 * next one is kept. */
const fl_train_letter *fl_train_letters_take(fl_train_letters *letters, size_t first, size_t end, uint64_t kind);

#endif
