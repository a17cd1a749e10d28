/* Behind the letters that are kept stand the empty ones, which have memory. */
#include "train/letters.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void fl_train_letters_free(fl_train_letters *letters)
{
    for (size_t i = 0; i < letters->room; i++) fl_text_free(&letters->of[i].content);
    free(letters->of);
    *letters = (fl_train_letters){ .of = NULL };
}

void fl_train_letters_keep(fl_train_letters *letters, size_t from, uint64_t kind, uint64_t number, const void *bytes,
                           size_t n)
{
    if (letters->n == letters->room) {
        letters->of = fl_memory_grow(letters->of, letters->room + 1, sizeof *letters->of);
        letters->of[letters->room++].content = (fl_text){ .bytes = NULL };
    }
    fl_train_letter *letter = &letters->of[letters->n++];
    letter->from = from;
    letter->kind = kind;
    letter->number = number;
    letter->content.length = 0;
    if (n) fl_text_add_bytes(&letter->content, bytes, n);
}

static bool is_of(const fl_train_letter *letter, size_t first, size_t end, uint64_t kind)
{
    return letter->from >= first && letter->from < end && (!kind || letter->kind == kind);
}

const fl_train_letter *fl_train_letters_take(fl_train_letters *letters, size_t first, size_t end, uint64_t kind)
{
    size_t i = 0;
    while (i < letters->n && !is_of(&letters->of[i], first, end, kind)) i++;
    if (i == letters->n) return NULL;
    fl_train_letter taken = letters->of[i];
    letters->n--;
    memmove(letters->of + i, letters->of + i + 1, (letters->n - i) * sizeof *letters->of);
    letters->of[letters->n] = taken;
    return &letters->of[letters->n];
}
