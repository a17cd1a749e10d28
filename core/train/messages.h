/* Messages from one process of a trial to another, kept in the order they came until somebody asks for those of a
 * sender. Their memory is used again. For carriers.h only. */
#ifndef FL_TRAIN_MESSAGES_H
#define FL_TRAIN_MESSAGES_H

#include "base/text.h"

typedef struct fl_train_message {
    size_t from;
    uint64_t kind, number; /* what they mean is the correspondents' business */
    fl_text content;
} fl_train_message;

/* Zero-initialise to start empty. */
typedef struct fl_train_messages {
    fl_train_message *of;
    size_t n, room;
} fl_train_messages;

void fl_train_messages_free(fl_train_messages *messages);

void fl_train_messages_keep(fl_train_messages *messages, size_t from, uint64_t kind, uint64_t number, const void *bytes,
                            size_t n);

/* The oldest of processes first..end-1, of a kind or of any (0), which is kept no longer; NULL: none. Valid until the
 * next one is kept. */
const fl_train_message *fl_train_messages_take(fl_train_messages *messages, size_t first, size_t end, uint64_t kind);

#endif
