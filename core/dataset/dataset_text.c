/* A text as windows of tokens. Both the tokens of a window and its labels, which are the same one character later, are
 * written out, so that an example is a row like that of any other set. */
#include "dataset/dataset_text.h"
#include "base/hash.h"
#include "dataset/characters.h"

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
    if (kind->source) dataset->content = kind->entry.about;
    return dataset;
}

fl_dataset *fl_dataset_load_text_file(const fl_dataset_kind *kind, const char *path, fl_error *error)
{
    fl_dataset_characters text;
    char sum[FL_HASH_SHA256_TEXT];
    if (!fl_dataset_characters_read_file(&text, path, sum, error)) return NULL;
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
    return fl_dataset_load_text_file(kind, path, error);
}
