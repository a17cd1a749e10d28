/* One look-up for all registries and lists of words. An unknown name is answered with the known ones, and with the one
 * it was probably meant to be: the nearest by Levenshtein's distance (1966), if most of the letters are right, else the
 * only one that begins as it does (--batch-size: --batch). */
#include "base/entry.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONGEST = 80,   /* of a name that is printed or compared */
    MOST_SLIPS = 2, /* two letters swapped */
    BEGINNING = 4   /* characters: fewer tell nothing */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The least number of letters to insert, to leave out or to change that makes `b` of `a`; row by row of the table of
 * beginnings of `a` against beginnings of `b`. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1], n = strlen(b);
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(change, 1 + least(row[j], row[j - 1]));
        }
    }
    return row[n];
}

static const char *nearest(const char *const *words, const char *name)
{
    const char *found = NULL;
    size_t best = MOST_SLIPS + 1, length = strlen(name);
    for (; *words; words++) {
        if (length > LONGEST || strlen(*words) > LONGEST) continue;
        size_t slips = distance(name, *words);
        if (slips >= best || 2 * slips > length) continue;
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
