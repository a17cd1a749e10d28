/* Four IDX files into one data set: all headers first, then, if they agree, memory and bodies. */
#include "dataset/dataset_idx.h"
#include "base/memory.h"
#include "dataset/idx.h"

#include <stdlib.h>

enum { TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS, N_FILES };

static bool open_all(fl_dataset_idx files[N_FILES], const fl_dataset_kind *kind, const char *folder, fl_error *error)
{
    for (int i = 0; i < N_FILES; i++) {
        char path[FL_FILE_PATH_MAX];
        fl_dataset_idx_content content =
            i == TRAIN_LABELS || i == TEST_LABELS ? FL_DATASET_IDX_LABELS : FL_DATASET_IDX_IMAGES;
        if (!fl_dataset_file_find(&kind->files[i], folder, path))
            return fl_error_user(error, "%s: has no file %s", folder, kind->files[i].name);
        if (!fl_dataset_idx_open(&files[i], path, content, error)) return false;
    }
    return true;
}

static bool counts_agree(const fl_dataset_idx *images, const fl_dataset_idx *labels, fl_error *error)
{
    if (images->count == labels->count) return true;
    return fl_error_user(error, "%s: holds %zu labels for the %zu images of %s", labels->path, labels->count,
                         images->count, images->path);
}

static bool headers_agree(const fl_dataset_idx files[N_FILES], fl_error *error)
{
    const fl_dataset_idx *train = &files[TRAIN_IMAGES], *test = &files[TEST_IMAGES];
    if (!counts_agree(train, &files[TRAIN_LABELS], error) || !counts_agree(test, &files[TEST_LABELS], error))
        return false;
    if (train->height == test->height && train->width == test->width) return true;
    return fl_error_user(error, "%s: its images are %zu x %zu, those of %s are %zu x %zu", test->path, test->height,
                         test->width, train->path, train->height, train->width);
}

static fl_dataset *empty(const fl_dataset_kind *kind, const fl_dataset_idx files[N_FILES])
{
    const fl_dataset_idx *train = &files[TRAIN_IMAGES], *test = &files[TEST_IMAGES];
    fl_dataset *dataset = fl_dataset_new();
    dataset->shape = (fl_tensor_shape){ 1, 1, train->height, train->width };
    dataset->n_train = train->count;
    dataset->n_test = test->count;
    dataset->n_classes = kind->n_classes;
    dataset->validation = kind->n_validation;
    dataset->n_labels = 1;
    return dataset;
}

static bool read_labels(fl_dataset_idx *file, size_t n_classes, int32_t *labels, fl_error *error)
{
    uint8_t *classes = fl_memory_new(file->count, 1);
    bool read =
        fl_dataset_idx_read(file, classes, error) && fl_dataset_idx_check_labels(file, classes, n_classes, error);
    for (size_t i = 0; i < file->count; i++) labels[i] = classes[i];
    free(classes);
    return read;
}

static bool read_all(fl_dataset_idx files[N_FILES], fl_dataset *dataset, fl_error *error)
{
    size_t train_bytes = fl_dataset_idx_bytes(&files[TRAIN_IMAGES]),
           test_bytes = fl_dataset_idx_bytes(&files[TEST_IMAGES]);
    uint8_t *pixels = fl_dataset_array(dataset, train_bytes + test_bytes, 1);
    int32_t *labels = fl_dataset_array(dataset, dataset->n_train + dataset->n_test, sizeof *labels);
    dataset->pixels = pixels;
    dataset->labels = labels;
    return fl_dataset_idx_read(&files[TRAIN_IMAGES], pixels, error) &&
           fl_dataset_idx_read(&files[TEST_IMAGES], pixels + train_bytes, error) &&
           read_labels(&files[TRAIN_LABELS], dataset->n_classes, labels, error) &&
           read_labels(&files[TEST_LABELS], dataset->n_classes, labels + dataset->n_train, error);
}

fl_dataset *fl_dataset_load_idx(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    fl_dataset_idx files[N_FILES] = { 0 };
    fl_dataset *dataset = NULL;
    if (open_all(files, kind, folder, error) && headers_agree(files, error)) {
        dataset = empty(kind, files);
        if (!read_all(files, dataset, error)) {
            fl_dataset_free(dataset);
            dataset = NULL;
        }
    }
    for (int i = 0; i < N_FILES; i++) fl_dataset_idx_close(&files[i]);
    return dataset;
}
