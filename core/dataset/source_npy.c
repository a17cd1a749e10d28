/* A user's arrays: inputs and what is to be predicted of them, in .npy files.
 *
 * Whole numbers as targets are classes, one per example or one per position; floats are numbers. With test files of
 * their own the examples keep the order of their files; without, they are put in a seeded order whose last tenth tests.
 */
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "dataset/npy_values.h"
#include "dataset/own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS, TARGETS, TEST_INPUTS, TEST_TARGETS, FILES };
enum { CLASSES_MOST = 1 << 24 };

typedef struct arrays {
    fl_dataset_npy of[FILES];
    bool there[FILES];
} arrays;

static void close_all(arrays *a)
{
    for (int i = 0; i < FILES; i++) fl_dataset_npy_close(&a->of[i]);
}

static bool open_all(arrays *a, const fl_dataset_source *source, fl_error *error)
{
    const char *paths[FILES] = { source->inputs, source->targets, source->test_inputs, source->test_targets };
    *a = (arrays){ 0 };
    for (int i = 0; i < FILES; i++) {
        a->there[i] = paths[i];
        if (paths[i] && !fl_dataset_npy_open(&a->of[i], paths[i], error)) return false;
    }
    bool whole = a->there[TEST_TARGETS] == (a->there[TEST_INPUTS] && a->there[TARGETS]);
    return whole ||
           fl_error_user(error, "%s: is given without %s", paths[a->there[TEST_INPUTS] ? TEST_INPUTS : TEST_TARGETS],
                         a->there[TEST_INPUTS] ? "test_targets" : "test_inputs");
}

/* What rank and form make of an array. */
static bool shape_of(const fl_dataset_npy *npy, fl_tensor_form form, fl_tensor_shape *shape, fl_error *error)
{
    const size_t *s = npy->header.shape, rank = npy->header.n_dims;
    if (form == FL_TENSOR_TOKENS && rank == 2 && fl_dataset_npy_is_whole(npy))
        *shape = (fl_tensor_shape){ 1, s[1], 1, 1, form };
    else if (form == FL_TENSOR_SEQUENCE && rank == 3)
        *shape = (fl_tensor_shape){ 1, s[1], s[2], 1, form };
    else if (form == FL_TENSOR_IMAGE && rank == 2)
        *shape = (fl_tensor_shape){ 1, s[1], 1, 1, form };
    else if (form == FL_TENSOR_IMAGE && rank == 3)
        *shape = (fl_tensor_shape){ 1, 1, s[1], s[2], form };
    else if (form == FL_TENSOR_IMAGE && rank == 4)
        *shape = (fl_tensor_shape){ 1, s[1], s[2], s[3], form };
    else {
        static const char *const wanted[] = { "N,F, N,H,W or N,C,H,W", "N,T,D", "N,T of whole numbers" };
        return fl_error_user(error, "%s: byte 10: has %zu dimensions of type %s; the first layer reads %s", npy->path,
                             rank, npy->header.descr, wanted[form]);
    }
    return true;
}

static bool rows_agree(const fl_dataset_npy *a, const fl_dataset_npy *b, fl_error *error)
{
    if (a->header.shape[0] == b->header.shape[0]) return true;
    return fl_error_user(error, "%s: byte 10: holds %zu examples, %s holds %zu", b->path, b->header.shape[0], a->path,
                         a->header.shape[0]);
}

/* A test file is like its training file in all but the number of examples. */
static bool alike(const fl_dataset_npy *train, const fl_dataset_npy *test, fl_error *error)
{
    const fl_npy_header *a = &train->header, *b = &test->header;
    bool same = a->n_dims == b->n_dims && train->type == test->type &&
                !memcmp(a->shape + 1, b->shape + 1, (a->n_dims - 1) * sizeof *a->shape);
    return same || fl_error_user(error, "%s: byte 10: differs from %s in type or in the shape of an example",
                                 test->path, train->path);
}

static bool agree(const arrays *a, fl_error *error)
{
    const fl_dataset_npy *of = a->of;
    if (a->there[TARGETS] && !rows_agree(&of[INPUTS], &of[TARGETS], error)) return false;
    if (!a->there[TEST_INPUTS]) return true;
    if (!alike(&of[INPUTS], &of[TEST_INPUTS], error)) return false;
    return !a->there[TARGETS] ||
           (alike(&of[TARGETS], &of[TEST_TARGETS], error) && rows_agree(&of[TEST_INPUTS], &of[TEST_TARGETS], error));
}

static size_t per_example(const fl_dataset_npy *npy)
{
    return npy->header.count / npy->header.shape[0];
}

/* Classes: one per example, or one per position. */
static bool targets_fit(const arrays *a, fl_tensor_shape shape, fl_error *error)
{
    const fl_dataset_npy *targets = &a->of[TARGETS];
    if (!a->there[TARGETS] || !fl_dataset_npy_is_whole(targets)) return true;
    size_t n = per_example(targets);
    bool positions = shape.form != FL_TENSOR_IMAGE && n == shape.c;
    return n == 1 || positions ||
           fl_error_user(error, "%s: byte 10: has %zu classes per example; one is wanted, or one per position",
                         targets->path, n);
}

static bool count_examples(fl_dataset_kind *kind, const arrays *a, fl_error *error)
{
    size_t n = a->of[INPUTS].header.shape[0];
    if (!a->there[TEST_INPUTS]) return fl_dataset_own_split(kind, n, a->of[INPUTS].path, error);
    if (n < 2) return fl_error_user(error, "%s: has 1 example; at least 2 are needed", a->of[INPUTS].path);
    kind->n_train = n;
    kind->n_validation = fl_dataset_own_tenth(n);
    kind->n_test = a->of[TEST_INPUTS].header.shape[0];
    return true;
}

/* How a column of the data set is kept. */
typedef enum kept { BYTES, FLOATS, WHOLES } kept;
static const size_t sizes[] = { [BYTES] = 1, [FLOATS] = sizeof(float), [WHOLES] = sizeof(int32_t) };

static bool read_file(fl_dataset_npy *npy, kept as, void *to, fl_error *error)
{
    return as == BYTES    ? fl_dataset_npy_read_bytes(npy, to, error)
           : as == FLOATS ? fl_dataset_npy_read_floats(npy, to, error)
                          : fl_dataset_npy_read_wholes(npy, to, CLASSES_MOST - 1, error);
}

/* A training file and its test file, in `order` (NULL: as they stand); NULL with a message. */
static void *read_column(fl_dataset *dataset, arrays *a, int train, kept as, const uint32_t *order, fl_error *error)
{
    fl_dataset_npy *file = &a->of[train], *test = a->there[TEST_INPUTS] ? &a->of[train + TEST_INPUTS] : NULL;
    size_t n = file->header.count, more = test ? test->header.count : 0;
    if (n + more < n || !fl_dataset_own_fits(file->path, n + more, sizes[as], error)) return NULL;
    char *rows = fl_dataset_array(dataset, n + more, sizes[as]);
    if (!read_file(file, as, rows, error)) return NULL;
    if (test && !read_file(test, as, rows + n * sizes[as], error)) return NULL;
    if (order) fl_dataset_own_permute(rows, per_example(file) * sizes[as], order, file->header.shape[0]);
    return rows;
}

static kept kept_as(const fl_dataset_npy *inputs, fl_tensor_form form)
{
    return form == FL_TENSOR_TOKENS ? WHOLES : fl_dataset_npy_is_bytes(inputs) ? BYTES : FLOATS;
}

static size_t one_past_largest(const int32_t *values, size_t n)
{
    int32_t most = -1;
    for (size_t i = 0; i < n; i++) most = values[i] > most ? values[i] : most;
    return (size_t)(most + 1);
}

static bool read_inputs(fl_dataset *dataset, arrays *a, const uint32_t *order, fl_error *error)
{
    kept as = kept_as(&a->of[INPUTS], dataset->shape.form);
    void *rows = read_column(dataset, a, INPUTS, as, order, error);
    if (as == BYTES) dataset->pixels = rows;
    if (as == FLOATS) dataset->values = rows;
    if (as == WHOLES) dataset->tokens = rows;
    size_t n = (dataset->n_train + dataset->n_test) * fl_tensor_shape_size(dataset->shape);
    if (rows && as == WHOLES) dataset->vocabulary = one_past_largest(rows, n);
    return rows;
}

static bool read_targets(fl_dataset *dataset, arrays *a, const uint32_t *order, fl_error *error)
{
    if (!a->there[TARGETS]) return true;
    bool classes = fl_dataset_npy_is_whole(&a->of[TARGETS]);
    void *rows = read_column(dataset, a, TARGETS, classes ? WHOLES : FLOATS, order, error);
    if (!rows) return false;
    size_t each = per_example(&a->of[TARGETS]);
    if (classes) {
        dataset->labels = rows;
        dataset->n_labels = each;
        dataset->n_classes = one_past_largest(rows, (dataset->n_train + dataset->n_test) * each);
    } else {
        dataset->targets = rows;
        dataset->n_targets = each;
    }
    return true;
}

/* Shapes and counts, from the headers alone. */
static bool describe(fl_dataset_kind *kind, const arrays *a, fl_error *error)
{
    return shape_of(&a->of[INPUTS], kind->source->form, &kind->shape, error) && agree(a, error) &&
           targets_fit(a, kind->shape, error) && count_examples(kind, a, error);
}

static fl_dataset *read_all(const fl_dataset_kind *kind, arrays *a, bool inputs, fl_error *error)
{
    size_t n = kind->n_train + kind->n_test;
    uint32_t *order = a->there[TEST_INPUTS] ? NULL : fl_dataset_own_order(n);
    fl_dataset *dataset = fl_dataset_new();
    dataset->shape = kind->shape;
    dataset->n_train = kind->n_train;
    dataset->n_test = kind->n_test;
    dataset->validation = kind->n_validation;
    dataset->content = kind->entry.about;
    bool read = (!inputs || read_inputs(dataset, a, order, error)) && read_targets(dataset, a, order, error);
    free(order);
    if (read) return dataset;
    fl_dataset_free(dataset);
    return NULL;
}

static bool identify(const fl_dataset_source *source, char checksum[FL_HASH_SHA256_TEXT], fl_error *error)
{
    const char *paths[FILES] = { source->inputs, source->targets, source->test_inputs, source->test_targets };
    fl_text sums = { 0 };
    bool read = true;
    for (int i = 0; i < FILES && read; i++) {
        char sum[FL_HASH_SHA256_TEXT];
        if (!paths[i]) continue;
        read = fl_hash_sha256_file(paths[i], sum, error);
        if (read) fl_text_add(&sums, "%s", sum);
    }
    if (read) fl_hash_sha256(sums.bytes, sums.length, checksum);
    fl_text_free(&sums);
    return read;
}

/* The files may have changed since their headers were read. */
static bool unchanged(const fl_dataset_kind *kind, const arrays *a, fl_error *error)
{
    fl_dataset_kind now = *kind;
    if (!describe(&now, a, error)) return false;
    bool same = now.n_train == kind->n_train && now.n_test == kind->n_test &&
                !memcmp(&now.shape, &kind->shape, sizeof now.shape);
    return same || fl_error_user(error, "%s: has changed since it was opened", kind->source->inputs);
}

static fl_dataset *load(const fl_dataset_kind *kind, const char *folder, const double *options, fl_error *error)
{
    arrays a;
    fl_dataset *dataset = NULL;
    if (open_all(&a, kind->source, error) && unchanged(kind, &a, error)) dataset = read_all(kind, &a, true, error);
    close_all(&a);
    if (!dataset || identify(kind->source, dataset->checksum, error)) return dataset;
    fl_dataset_free(dataset);
    return NULL;
}

static void count_absent(fl_dataset_own *own, const fl_dataset *targets)
{
    size_t classes = targets->n_classes;
    if (!classes) return;
    bool *there = fl_memory_new(classes, sizeof *there);
    for (size_t i = 0; i < (targets->n_train + targets->n_test) * targets->n_labels; i++)
        there[targets->labels[i]] = true;
    for (size_t k = classes; k-- > 0;) {
        if (there[k]) continue;
        own->n_absent++;
        own->first_absent = k;
    }
    free(there);
}

/* Classes are counted, which needs the targets themselves. */
static bool count_classes(fl_dataset_own *own, arrays *a, fl_error *error)
{
    fl_dataset *targets = read_all(&own->kind, a, false, error);
    if (!targets) return false;
    own->kind.n_classes = targets->n_classes;
    count_absent(own, targets);
    fl_dataset_free(targets);
    return true;
}

/* A class may lack examples, but often its number is one that nobody meant: of classes counted from 1 it is 0. */
static int say_classes(const fl_dataset_own *own, char *to, size_t room)
{
    size_t classes = own->kind.n_classes;
    if (!own->n_absent) return snprintf(to, room, ", %zu classes", classes);
    return snprintf(to, room, ", %zu classes (%zu without an example, the first of them %zu)", classes, own->n_absent,
                    own->first_absent);
}

static void say(fl_dataset_own *own, const arrays *a)
{
    char shape[FL_TENSOR_SHAPE_TEXT];
    fl_tensor_shape_text(own->kind.shape, shape);
    int n = snprintf(own->about, sizeof own->about, "%zu examples of %s in .npy files",
                     own->kind.n_train + own->kind.n_test, shape);
    if (own->kind.n_classes) n += say_classes(own, own->about + n, sizeof own->about - (size_t)n);
    if (!a->there[TEST_INPUTS])
        snprintf(own->about + n, sizeof own->about - (size_t)n, "; %zu of them, drawn at random, are the test set",
                 own->kind.n_test);
}

fl_dataset_own *fl_dataset_open_npy(const fl_dataset_source *source, fl_error *error)
{
    arrays a;
    fl_dataset_own *own = fl_dataset_own_new(source, source->inputs, load);
    bool good = open_all(&a, source, error) && describe(&own->kind, &a, error) && count_classes(own, &a, error);
    if (good) say(own, &a);
    close_all(&a);
    if (good) return own;
    free(own);
    return NULL;
}
