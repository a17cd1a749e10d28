/* One look-up for all registries and lists of words. An unknown name is answered with the known ones, and with the one
 * it was probably meant to be: the nearest by Damerau's and Levenshtein's distance (1964, 1966), if it is a single slip
 * or most of the letters are right, else the only one that begins as it does (--batch-size: --batch). */
#include "base/entry.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONGEST = 80, /* of a name that is printed or compared */
    MOST_SLIPS = 2,
    BEGINNING = 4 /* characters: fewer tell nothing */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The least number of letters to insert, to leave out, to change or to swap with a neighbour that makes `b` of `a`: the
 * table of beginnings of `a` against beginnings of `b`, of which three rows are kept. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1], n = strlen(b), i = 0;
    for (size_t j = 0; j <= n; j++) rows[0][j] = j;
    while (a[i++]) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), 1 + least(above[j], row[j - 1]));
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = least(row[j], second[j - 2] + 1);
        }
    }
    return rows[(i - 1) % 3][n];
}

static const char *nearest(const char *const *words, const char *name)
{
    const char *found = NULL;
    size_t best = MOST_SLIPS + 1, length = strlen(name);
    for (; *words; words++) {
        if (length > LONGEST || strlen(*words) > LONGEST) continue;
        size_t slips = distance(name, *words);
        if (slips >= best || 2 * slips > length || (slips > 1 && 2 * slips == length)) continue;
        best = slips;
        found = *words;
    }
    return found;
}

/* The name goes on after a word that is one (--batch-size), or is the beginning of one. */
static bool begin_alike(const char *word, const char *name)
{
    size_t length = strlen(word), common = least(length, strlen(name));
    if (common < BEGINNING || strncmp(word, name, common)) return false;
    return common < length || strchr("-_", name[length]);
}

static const char *only_begun_alike(const char *const *words, const char *name)
{
    const char *found = NULL;
    for (; *words; words++) {
        if (!begin_alike(*words, name)) continue;
        if (found) return NULL;
        found = *words;
    }
    return found;
}

const char *fl_entry_meant(const char *const *words, const char *name, char text[FL_ENTRY_MEANT])
{
    const char *meant = nearest(words, name);
    if (!meant) meant = only_begun_alike(words, name);
    *text = 0;
    if (meant) snprintf(text, FL_ENTRY_MEANT, " (did you mean %s?)", meant);
    return text;
}

static bool unknown(const char *const *words, const char *kind, const char *name, fl_error *error)
{
    if (!error) return false;
    char meant[FL_ENTRY_MEANT];
    fl_text known = { 0 };
    for (size_t i = 0; words[i]; i++) fl_text_add(&known, "%s%s", !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
    fl_error_user(error, "unknown %s '%.80s'%s; use %s", kind, name, fl_entry_meant(words, name, meant),
                  known.length ? known.bytes : "none");
    fl_text_free(&known);
    return false;
}

bool fl_entry_is_name(const char *name)
{
    return name && *name && strlen(name) <= FL_ENTRY_NAME &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

bool fl_entry_choose(const char *const *words, const char *kind, const char *name, size_t *index, fl_error *error)
{
    for (*index = 0; words[*index]; ++*index)
        if (!strcmp(words[*index], name)) return true;
    return unknown(words, kind, name, error);
}

static const char *name_of(const void *entry)
{
    return ((const fl_entry *)entry)->name;
}

const void *fl_entry_find(const void *const *registry, const char *kind, const char *name, fl_error *error)
{
    size_t n = 0;
    for (; registry[n]; n++)
        if (!strcmp(name_of(registry[n]), name)) return registry[n];
    const char **words = fl_memory_new(n + 1, sizeof *words);
    for (size_t i = 0; i < n; i++) words[i] = name_of(registry[i]);
    unknown(words, kind, name, error);
    free(words);
    return NULL;
}
