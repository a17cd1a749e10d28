/* The way every data set takes into memory: find, check, load. */
#include "dataset/dataset.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>

fl_dataset *fl_dataset_new(void)
{
    return fl_memory_new(1, sizeof(fl_dataset));
}

void *fl_dataset_array(fl_dataset *dataset, size_t count, size_t size)
{
    if (dataset->n_owned == FL_DATASET_ARRAYS) fl_error_die("a data set of more than %d arrays", FL_DATASET_ARRAYS);
    return dataset->owned[dataset->n_owned++] = fl_memory_new(count, size);
}

void fl_dataset_free(fl_dataset *dataset)
{
    if (!dataset) return;
    for (size_t i = 0; i < dataset->n_owned; i++) free(dataset->owned[i]);
    free(dataset);
}

/* The same for packed and unpacked files: both are known to hold the same content. */
static void identify(const fl_dataset_kind *kind, char checksum[FL_HASH_SHA256_TEXT])
{
    fl_text sums = { 0 };
    for (size_t i = 0; i < kind->n_files; i++) fl_text_add(&sums, "%s", kind->files[i].sha256);
    fl_hash_sha256(sums.bytes, sums.length, checksum);
    fl_text_free(&sums);
}

bool fl_dataset_check(const fl_dataset_kind *kind, const char *folder, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    if (kind->archived) {
        fl_dataset *dataset = kind->load(kind, folder, NULL, error);
        fl_dataset_free(dataset);
        return dataset;
    }
    for (size_t i = 0; i < kind->n_files; i++) {
        const fl_dataset_file *file = &kind->files[i];
        if (!fl_dataset_file_find(file, folder, path))
            return fl_error_user(error, "%s: has no file %s", folder, file->name);
        if (!fl_dataset_file_check(file, path, error)) return false;
    }
    return true;
}

fl_dataset *fl_dataset_load(const fl_dataset_kind *kind, const double *options, fl_error *error)
{
    if (!kind->files) return kind->load(kind, NULL, options, error);
    char folder[FL_FILE_PATH_MAX];
    if (!fl_dataset_folder(kind, folder, error)) return NULL;
    if (!kind->archived && !fl_dataset_check(kind, folder, error)) return NULL;
    fl_dataset *dataset = kind->load(kind, folder, options, error);
    if (dataset && !kind->archived) identify(kind, dataset->checksum);
    return dataset;
}
