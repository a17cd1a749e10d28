/* Texts as a workload names them: a registered one or a file, in windows of any length. */
#include "dataset/characters.h"
#include "dataset/dataset_text.h"
#include "dataset/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fl_dataset *load_own(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    return fl_dataset_load_text_file(kind, kind->source->text, error);
}

/* The registered text called `name`, NULL when it is none. */
static const fl_dataset_kind *registered(const char *name)
{
    for (const fl_dataset_kind *const *kind = fl_datasets(); *kind; kind++)
        if ((*kind)->characters && !strcmp((*kind)->entry.name, name)) return *kind;
    return NULL;
}

static bool describe(fl_dataset_own *own, size_t n, size_t vocabulary, fl_error *error)
{
    size_t length = own->source.length ? own->source.length : FL_DATASET_TEXT_LENGTH;
    snprintf(own->about, sizeof own->about, "%zu characters, %zu of them different, in windows of %zu", n, vocabulary,
             length);
    return fl_dataset_text_describe(&own->kind, n, vocabulary, length, error);
}

static bool describe_file(fl_dataset_own *own, fl_error *error)
{
    fl_dataset_characters text;
    char sum[FL_HASH_SHA256_TEXT];
    if (!fl_dataset_characters_read_file(&text, own->source.text, sum, error)) return false;
    bool fits = describe(own, text.n, text.n_vocabulary, error);
    fl_dataset_characters_free(&text);
    return fits;
}

fl_dataset_own *fl_dataset_open_text(const fl_dataset_source *source, fl_error *error)
{
    const fl_dataset_kind *known = registered(source->text);
    fl_dataset_own *own = fl_dataset_own_new(source, source->text, load_own);
    if (known) own->kind = *known;
    own->kind.entry.about = own->about;
    own->kind.source = &own->source;
    if (known ? describe(own, known->characters, known->vocabulary, error) : describe_file(own, error)) return own;
    free(own);
    return NULL;
}
