/* The members are read one after the other into one array, in which the pictures then close up over the labels. */
#include "dataset/dataset_cifar.h"
#include "base/text.h"
#include "dataset/archive.h"
#include "dataset/cache.h"

#include <string.h>

static size_t record_bytes(const fl_dataset_cifar *cifar)
{
    return cifar->n_labels + FL_DATASET_CIFAR_VALUES;
}

static size_t n_records(const fl_dataset_cifar *cifar)
{
    size_t n = 0;
    for (size_t i = 0; i < cifar->n_members; i++) n += cifar->members[i].records;
    return n;
}

static bool read_members(const fl_dataset_cifar *cifar, const char *path, uint8_t *records, fl_error *error)
{
    fl_dataset_member members[FL_DATASET_CIFAR_MEMBERS];
    for (size_t i = 0; i < cifar->n_members; i++) {
        size_t bytes = cifar->members[i].records * record_bytes(cifar);
        members[i] = (fl_dataset_member){ cifar->members[i].name, bytes, records };
        records += bytes;
    }
    return fl_dataset_archive_read(path, members, cifar->n_members, error);
}

static void sum_members(const fl_dataset_cifar *cifar, const uint8_t *records,
                        char sums[FL_DATASET_CIFAR_MEMBERS][FL_HASH_SHA256_TEXT])
{
    for (size_t i = 0; i < cifar->n_members; i++) {
        size_t bytes = cifar->members[i].records * record_bytes(cifar);
        fl_hash_sha256(records, bytes, sums[i]);
        records += bytes;
    }
}

/* The content that these members are, or NULL with a message about the first member that is in none. */
static const char *recognize(const fl_dataset_cifar *cifar, const char *path,
                             char sums[FL_DATASET_CIFAR_MEMBERS][FL_HASH_SHA256_TEXT], fl_error *error)
{
    size_t best = 0;
    for (size_t c = 0; c < cifar->n_contents; c++) {
        size_t same = 0;
        while (same < cifar->n_members && !strcmp(sums[same], cifar->contents[c].sha256[same])) same++;
        if (same == cifar->n_members) return cifar->contents[c].name;
        if (same > best) best = same;
    }
    fl_error_user(error, "%s: its member '%s' has the sha256 %s instead of %s, that of %s", path,
                  cifar->members[best].name, sums[best], cifar->contents[0].sha256[best], cifar->contents[0].name);
    return NULL;
}

/* Labels outside the classes are no part of a content that was recognized. */
static void unpack_records(const fl_dataset_cifar *cifar, uint8_t *records, size_t n, int32_t *labels)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *record = records + i * record_bytes(cifar);
        labels[i] = record[cifar->label];
        memmove(records + i * FL_DATASET_CIFAR_VALUES, record + cifar->n_labels, FL_DATASET_CIFAR_VALUES);
    }
}

/* Unpacking xz takes ten seconds, each time a process starts, so what the archive holds is kept in the cache folder by
 * the archive's checksum. It is compared with the known contents all the same. */
static const char *read_records(const fl_dataset_cifar *cifar, const char *path, uint8_t *records,
                                char sums[FL_DATASET_CIFAR_MEMBERS][FL_HASH_SHA256_TEXT], fl_error *error)
{
    size_t bytes = n_records(cifar) * record_bytes(cifar);
    char key[FL_HASH_SHA256_TEXT];
    if (!fl_hash_sha256_file(path, key, error)) return NULL;
    bool cached = fl_dataset_cache_read(key, records, bytes);
    if (!cached && !read_members(cifar, path, records, error)) return NULL;
    sum_members(cifar, records, sums);
    const char *content = recognize(cifar, path, sums, error);
    if (content && !cached) fl_dataset_cache_write(key, records, bytes);
    return content;
}

static bool fill(fl_dataset *dataset, const fl_dataset_kind *kind, const fl_dataset_cifar *cifar, const char *path,
                 fl_error *error)
{
    size_t n = n_records(cifar);
    uint8_t *records = fl_dataset_array(dataset, n, record_bytes(cifar));
    int32_t *labels = fl_dataset_array(dataset, n, sizeof *labels);
    char sums[FL_DATASET_CIFAR_MEMBERS][FL_HASH_SHA256_TEXT];
    if (!(dataset->content = read_records(cifar, path, records, sums, error))) return false;
    fl_text all = { 0 };
    for (size_t i = 0; i < cifar->n_members; i++) fl_text_add(&all, "%s", sums[i]);
    fl_hash_sha256(all.bytes, all.length, dataset->checksum);
    fl_text_free(&all);
    unpack_records(cifar, records, n, labels);
    dataset->shape = kind->shape;
    dataset->n_test = cifar->members[cifar->n_members - 1].records;
    dataset->n_train = n - dataset->n_test;
    dataset->n_classes = kind->n_classes;
    dataset->validation = kind->n_validation;
    dataset->pixels = records;
    dataset->labels = labels;
    dataset->n_labels = 1;
    return true;
}

fl_dataset *fl_dataset_load_cifar(const fl_dataset_kind *kind, const char *folder, const fl_dataset_cifar *cifar,
                                  fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    if (!fl_dataset_file_find(&kind->files[0], folder, path)) {
        fl_error_user(error, "%s: has no file %s", folder, kind->files[0].name);
        return NULL;
    }
    fl_dataset *dataset = fl_dataset_new();
    if (fill(dataset, kind, cifar, path, error)) return dataset;
    fl_dataset_free(dataset);
    return NULL;
}
