/* The way every data set takes into memory: find, check, load. */
#include "dataset/dataset.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>

fl_dataset *fl_dataset_new(size_t bytes)
{
    fl_dataset *dataset = fl_memory_new(1, sizeof *dataset);
    dataset->owned = fl_memory_new(bytes, 1);
    return dataset;
}

void fl_dataset_free(fl_dataset *dataset)
{
    if (!dataset) return;
    free(dataset->owned);
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

fl_dataset *fl_dataset_load(const fl_dataset_kind *kind, const double *options, fl_error *error)
{
    if (!kind->files) return kind->load(kind, NULL, options, error);
    char folder[FL_FILE_PATH_MAX];
    if (!fl_dataset_folder(kind, folder, error) || !fl_dataset_check(kind, folder, error)) return NULL;
    fl_dataset *dataset = kind->load(kind, folder, options, error);
    if (dataset) identify(kind, dataset->checksum);
    return dataset;
}
