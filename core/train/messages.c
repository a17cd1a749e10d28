/* Behind the messages that are kept stand the empty ones, which have memory. */
#include "train/messages.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void fl_train_messages_free(fl_train_messages *messages)
{
    for (size_t i = 0; i < messages->room; i++) fl_text_free(&messages->of[i].content);
    free(messages->of);
    *messages = (fl_train_messages){ .of = NULL };
}

void fl_train_messages_keep(fl_train_messages *messages, size_t from, uint64_t kind, uint64_t number, const void *bytes,
                            size_t n)
{
    if (messages->n == messages->room) {
        messages->of = fl_memory_grow(messages->of, messages->room + 1, sizeof *messages->of);
        messages->of[messages->room++].content = (fl_text){ .bytes = NULL };
    }
    fl_train_message *message = &messages->of[messages->n++];
    message->from = from;
    message->kind = kind;
    message->number = number;
    message->content.length = 0;
    if (n) fl_text_add_bytes(&message->content, bytes, n);
}

static bool is_of(const fl_train_message *message, size_t first, size_t end, uint64_t kind)
{
    return message->from >= first && message->from < end && (!kind || message->kind == kind);
}

const fl_train_message *fl_train_messages_take(fl_train_messages *messages, size_t first, size_t end, uint64_t kind)
{
    size_t i = 0;
    while (i < messages->n && !is_of(&messages->of[i], first, end, kind)) i++;
    if (i == messages->n) return NULL;
    fl_train_message taken = messages->of[i];
    messages->n--;
    memmove(messages->of + i, messages->of + i + 1, (messages->n - i) * sizeof *messages->of);
    messages->of[messages->n] = taken;
    return &messages->of[messages->n];
}
