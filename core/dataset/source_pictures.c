/* A folder of class folders of pictures. Classes are numbered in the order of their names; the pictures are put in a
 * seeded order, because that of their names says nothing, and its last tenth tests. All have one size, and are grey
 * where every one of them is.
 */
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "dataset/own.h"
#include "dataset/picture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct picture {
    char *path;
    int32_t label;
} picture;

typedef struct folder {
    picture *pictures; /* by class, then by name */
    size_t n, capacity;
    char **classes;
    int n_classes;
} folder;

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_shown(const struct dirent *entry)
{
    return *entry->d_name != '.';
}

/* The names in a folder, sorted, in *names (free_names); -1 with a message. */
static int list(const char *path, char ***names, fl_error *error)
{
    struct dirent **entries;
    int n = scandir(path, &entries, is_shown, by_bytes);
    if (n < 0) {
        fl_file_error(error, path, "cannot be read");
        return -1;
    }
    *names = fl_memory_new((size_t)n + 1, sizeof **names);
    for (int i = 0; i < n; i++) {
        (*names)[i] = fl_memory_copy_text(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return n;
}

static void free_names(char **names, int n)
{
    for (int i = 0; i < n; i++) free(names[i]);
    free(names);
}

static void add(folder *f, const char *path, int label)
{
    if (f->n == f->capacity) {
        f->capacity = 2 * f->capacity + 64;
        f->pictures = fl_memory_grow(f->pictures, f->capacity, sizeof *f->pictures);
    }
    f->pictures[f->n++] = (picture){ fl_memory_copy_text(path), label };
}

static bool list_class(folder *f, const char *path, int label, fl_error *error)
{
    char **names, at[FL_FILE_PATH_MAX];
    int n = list(path, &names, error);
    if (n < 0) return false;
    bool good = n > 0 || fl_error_user(error, "%s: holds no picture; a class has at least one", path);
    for (int i = 0; i < n && good; i++) {
        fl_file_path_join(at, path, names[i]);
        good = fl_dataset_picture_is(names[i]) ||
               fl_error_user(error, "%s: is no picture; class folders hold .png, .ppm and .pgm files alone", at);
        if (good) add(f, at, label);
    }
    free_names(names, n);
    return good;
}

static bool list_classes(folder *f, const char *path, fl_error *error)
{
    f->n_classes = list(path, &f->classes, error);
    if (f->n_classes < 0) return false;
    if (f->n_classes < 2)
        return fl_error_user(error, "%s: holds %d class folders; at least 2 are needed, one per class", path,
                             f->n_classes);
    for (int i = 0; i < f->n_classes; i++) {
        char at[FL_FILE_PATH_MAX];
        fl_file_path_join(at, path, f->classes[i]);
        if (!fl_file_folder_exists(at))
            return fl_error_user(error, "%s: is no folder; '%s' is to hold a folder per class and nothing else", at,
                                 path);
        if (!list_class(f, at, i, error)) return false;
    }
    return true;
}

static void free_folder(folder *f)
{
    for (size_t i = 0; i < f->n; i++) free(f->pictures[i].path);
    free(f->pictures);
    if (f->n_classes > 0) free_names(f->classes, f->n_classes);
    *f = (folder){ 0 };
}

/* The size of the first, which all must have, and whether any is in colour. */
static bool measure(const folder *f, fl_tensor_shape *shape, fl_error *error)
{
    fl_dataset_picture first, now;
    if (!fl_dataset_picture_open(f->pictures[0].path, &first, error)) return false;
    *shape = (fl_tensor_shape){ 1, first.colour ? 3 : 1, first.height, first.width };
    for (size_t i = 1; i < f->n; i++) {
        if (!fl_dataset_picture_open(f->pictures[i].path, &now, error)) return false;
        if (now.height != first.height || now.width != first.width)
            return fl_error_user(error, "%s: is %zu x %zu pixels, '%s' is %zu x %zu; all are to have one size",
                                 f->pictures[i].path, now.height, now.width, f->pictures[0].path, first.height,
                                 first.width);
        if (now.colour) shape->c = 3;
    }
    return true;
}

static bool describe(fl_dataset_kind *kind, folder *f, fl_error *error)
{
    const char *path = kind->source->pictures;
    *f = (folder){ 0 };
    if (!list_classes(f, path, error) || !measure(f, &kind->shape, error)) return false;
    kind->n_classes = (size_t)f->n_classes;
    return fl_dataset_own_split(kind, f->n, path, error) &&
           fl_dataset_own_fits(path, f->n, fl_tensor_shape_size(kind->shape), error);
}

/* Of names below the folder and of bytes, by name: where the folder lies changes nothing. */
static bool identify(const folder *f, const char *path, char checksum[FL_HASH_SHA256_TEXT], fl_error *error)
{
    fl_text sums = { 0 };
    bool read = true;
    for (size_t i = 0; i < f->n && read; i++) {
        char sum[FL_HASH_SHA256_TEXT];
        read = fl_hash_sha256_file(f->pictures[i].path, sum, error);
        const char *name = f->pictures[i].path + strlen(path);
        if (read) fl_text_add(&sums, "%s %s\n", name + strspn(name, "/"), sum);
    }
    if (read) fl_hash_sha256(sums.bytes, sums.length, checksum);
    fl_text_free(&sums);
    return read;
}

static bool read_pictures(fl_dataset *dataset, const fl_dataset_kind *kind, const folder *f, fl_error *error)
{
    size_t values = fl_tensor_shape_size(kind->shape);
    uint8_t *pixels = fl_dataset_array(dataset, f->n, values);
    int32_t *labels = fl_dataset_array(dataset, f->n, sizeof *labels);
    uint32_t *order = fl_dataset_own_order(f->n);
    bool read = true;
    for (size_t i = 0; i < f->n && read; i++) {
        const picture *from = &f->pictures[order[i]];
        labels[i] = from->label;
        read = fl_dataset_picture_read(from->path, kind->shape.h, kind->shape.w, kind->shape.c == 3,
                                       pixels + i * values, error);
    }
    free(order);
    dataset->pixels = pixels;
    dataset->labels = labels;
    dataset->n_labels = 1;
    return read;
}

static bool fill(fl_dataset *dataset, const fl_dataset_kind *kind, folder *f, fl_error *error)
{
    fl_dataset_kind now = *kind;
    if (!describe(&now, f, error)) return false;
    if (f->n != kind->n_train + kind->n_test || memcmp(&now.shape, &kind->shape, sizeof now.shape))
        return fl_error_user(error, "%s: has changed since it was opened", kind->source->pictures);
    dataset->shape = kind->shape;
    dataset->n_train = kind->n_train;
    dataset->n_test = kind->n_test;
    dataset->validation = kind->n_validation;
    dataset->n_classes = kind->n_classes;
    dataset->content = kind->entry.about;
    return read_pictures(dataset, kind, f, error) && identify(f, kind->source->pictures, dataset->checksum, error);
}

static fl_dataset *load(const fl_dataset_kind *kind, const char *path, const double *options, fl_error *error)
{
    folder f;
    fl_dataset *dataset = fl_dataset_new();
    bool good = fill(dataset, kind, &f, error);
    free_folder(&f);
    if (good) return dataset;
    fl_dataset_free(dataset);
    return NULL;
}

fl_dataset_own *fl_dataset_open_pictures(const fl_dataset_source *source, fl_error *error)
{
    folder f;
    char shape[FL_TENSOR_SHAPE_TEXT];
    fl_dataset_own *own = fl_dataset_own_new(source, source->pictures, load);
    bool good = describe(&own->kind, &f, error);
    fl_tensor_shape_text(own->kind.shape, shape);
    snprintf(own->about, sizeof own->about,
             "%zu pictures of %s in %d classes; %zu of them, drawn at random, are the test set", f.n, shape,
             f.n_classes, own->kind.n_test);
    free_folder(&f);
    if (good) return own;
    free(own);
    return NULL;
}
