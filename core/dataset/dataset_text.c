/* A text as windows of tokens. Both the tokens of a window and its labels, which are the same one character later, are
 * written out, so that an example is a row like that of any other set. */
#include "dataset/dataset_text.h"
#include "base/hash.h"
#include "dataset/characters.h"
#include "dataset/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t windows(size_t first, size_t end, size_t length)
{
    return end > first ? FL_DATASET_TEXT_WINDOWS(first, end, length) : 0;
}

/* The ends of the parts by whole numbers; 10 n may not overflow, which a text in memory cannot. */
fl_dataset_text_parts fl_dataset_text_cut(size_t n, size_t length)
{
    const size_t ends[] = { 0, n * 8 / 10, n * 9 / 10, n };
    fl_dataset_text_parts parts;
    for (int i = 0; i < 3; i++) {
        parts.first[i] = ends[i];
        parts.windows[i] = windows(ends[i], ends[i + 1], length);
    }
    return parts;
}

bool fl_dataset_text_describe(fl_dataset_kind *kind, size_t n, size_t vocabulary, size_t length, fl_error *error)
{
    fl_dataset_text_parts parts = fl_dataset_text_cut(n, length);
    for (int i = 0; i < 3; i++)
        if (!parts.windows[i])
            return fl_error_user(error,
                                 "%s: has %zu characters, and a tenth of them holds no window of %zu and the next one",
                                 kind->entry.name, n, length);
    kind->shape = (fl_tensor_shape){ 1, length, 1, 1, FL_TENSOR_TOKENS };
    kind->n_train = parts.windows[0] + parts.windows[1];
    kind->n_validation = parts.windows[1];
    kind->n_test = parts.windows[2];
    kind->n_classes = kind->vocabulary = vocabulary;
    kind->characters = n;
    return true;
}

static void fill(const fl_dataset_kind *kind, const int32_t *characters, int32_t *tokens, int32_t *labels)
{
    size_t length = kind->shape.c;
    fl_dataset_text_parts parts = fl_dataset_text_cut(kind->characters, length);
    for (int part = 0; part < 3; part++)
        for (size_t i = 0; i < parts.windows[part]; i++, tokens += length, labels += length) {
            const int32_t *from = characters + parts.first[part] + i * length;
            memcpy(tokens, from, length * sizeof *tokens);
            memcpy(labels, from + 1, length * sizeof *labels);
        }
}

static fl_dataset *make(const fl_dataset_kind *kind, const char *path, const fl_dataset_characters *text,
                        fl_error *error)
{
    if (text->n != kind->characters || text->n_vocabulary != kind->vocabulary) {
        fl_error_user(error, "%s: has %zu characters, %zu of them different, instead of %zu and %zu", path, text->n,
                      text->n_vocabulary, kind->characters, kind->vocabulary);
        return NULL;
    }
    fl_dataset *dataset = fl_dataset_new();
    size_t n = (kind->n_train + kind->n_test) * kind->shape.c;
    int32_t *tokens = fl_dataset_array(dataset, n, sizeof *tokens),
            *labels = fl_dataset_array(dataset, n, sizeof *labels);
    fill(kind, text->tokens, tokens, labels);
    dataset->shape = kind->shape;
    dataset->n_train = kind->n_train;
    dataset->n_test = kind->n_test;
    dataset->validation = kind->n_validation;
    dataset->n_classes = dataset->vocabulary = kind->vocabulary;
    dataset->tokens = tokens;
    dataset->labels = labels;
    dataset->n_labels = kind->shape.c;
    return dataset;
}

static bool read_characters(const char *path, fl_dataset_characters *text, char sum[FL_HASH_SHA256_TEXT],
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

static fl_dataset *load_file(const fl_dataset_kind *kind, const char *path, fl_error *error)
{
    fl_dataset_characters text;
    char sum[FL_HASH_SHA256_TEXT];
    if (!read_characters(path, &text, sum, error)) return NULL;
    fl_dataset *dataset = make(kind, path, &text, error);
    fl_dataset_characters_free(&text);
    if (dataset) fl_hash_sha256(sum, strlen(sum), dataset->checksum);
    return dataset;
}

fl_dataset *fl_dataset_load_text(const fl_dataset_kind *kind, const char *folder, const double *options,
                                 fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, kind->files[0].name);
    return load_file(kind, path, error);
}

static fl_dataset *load_own(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    return load_file(kind, kind->source->text, error);
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
    if (!read_characters(own->source.text, &text, sum, error)) return false;
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
