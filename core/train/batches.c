/* One .npy file per array, a step appended at a time; where batches grow, a folder with a file per step. A mask is
 * drawn again rather than fetched from a backend, which may keep it as it likes: it depends on step, layer and row
 * alone. */
#include "train/batches.h"
#include "backend/dropout.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS, LABELS, TARGETS, MASKS }; /* arrays; a mask per dropout from MASKS on */

typedef struct array {
    char name[FL_TENSOR_NAME + 16]; /* "inputs", "masks/dropout1"; "": not wanted */
    fl_npy_type type;
    size_t shape[5], n_dims; /* steps, batch, ... */
    size_t n;                /* numbers of one example */
    fl_npy *file;            /* NULL: a file per step */
    double rate;             /* of a mask, and its layer */
    size_t layer;
} array;

struct fl_train_batches {
    const fl_trial *trial; /* borrowed */
    const char *folder;    /* borrowed */
    array *arrays;
    size_t n_arrays;
    int64_t *wide;  /* labels as .npy wants them */
    float *drawn;   /* a mask of one step, */
    size_t n_drawn; /* which has so many numbers per example at most */
    size_t most;    /* examples that both have room for */
};

/* (steps, batch, ...): channels, height and width; positions and values of sequences; numbers of vectors and tokens. */
static array array_of(const char *name, fl_npy_type type, size_t steps, fl_tensor_shape of)
{
    array a = { .type = type, .shape = { steps, of.n, of.c, of.h, of.w }, .n = fl_tensor_shape_size(of) / of.n };
    a.n_dims = of.form == FL_TENSOR_SEQUENCE ? 4 : of.h * of.w == 1 ? 3 : 5;
    snprintf(a.name, sizeof a.name, "%s", name);
    return a;
}

/* `n` numbers per example; one is a dimension of its own only where `always`. */
static array row_of(const char *name, fl_npy_type type, const fl_trial *trial, size_t n, bool always)
{
    array a = {
        .type = type, .shape = { trial->steps, trial->batch_size, n }, .n_dims = n > 1 || always ? 3 : 2, .n = n
    };
    snprintf(a.name, sizeof a.name, "%s", name);
    return a;
}

static void list_masks(fl_train_batches *b, fl_tensor_shape in)
{
    char name[FL_TENSOR_NAME + 16];
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_tensor_shape out[FL_WORKLOAD_LAYERS];
    size_t n = fl_trial_layers(b->trial, layers);
    fl_workload_shapes(b->trial->owners.workload, b->trial->values.of[FL_TRIAL_OF_WORKLOAD], in, out);
    b->arrays = fl_memory_grow(b->arrays, MASKS + n, sizeof *b->arrays);
    for (size_t i = 0; i < n; i++) {
        if (layers[i].kind != FL_LAYER_DROPOUT) continue;
        snprintf(name, sizeof name, "masks/%s", layers[i].name);
        array *mask = &b->arrays[b->n_arrays++];
        *mask = array_of(name, FL_NPY_F32, b->trial->steps, out[i]);
        mask->rate = layers[i].rate;
        mask->layer = i;
        if (mask->n > b->n_drawn) b->n_drawn = mask->n;
    }
}

static void list_arrays(fl_train_batches *b, const fl_network *network)
{
    const fl_trial *trial = b->trial;
    fl_tensor_shape in = fl_network_in(network);
    size_t planned = in.n, rows = fl_network_n_losses(network) / planned;
    size_t targets = fl_network_n_targets(network) / planned;
    in.n = trial->batch_size; /* the network may see it in parts */
    b->arrays = fl_memory_new(MASKS, sizeof *b->arrays);
    b->n_arrays = MASKS;
    b->arrays[INPUTS] = array_of("inputs", in.form == FL_TENSOR_TOKENS ? FL_NPY_I32 : FL_NPY_F32, trial->steps, in);
    b->arrays[LABELS] = row_of("labels", FL_NPY_I64, trial, rows, false);
    if (targets) b->arrays[TARGETS] = row_of("targets", FL_NPY_F32, trial, targets, true);
    list_masks(b, in);
}

/* What an array's numbers are written to: a file that steps are appended to, or a folder. */
static bool begin(const fl_train_batches *b, array *a, fl_error *error)
{
    char path[FL_FILE_PATH_MAX], name[sizeof a->name + 8];
    if (!*a->name) return true;
    if (a >= b->arrays + MASKS) {
        fl_file_path_join(path, b->folder, "masks");
        if (!fl_file_folder_make(path, error)) return false;
    }
    bool grows = fl_trial_grows(b->trial) || fl_trial_multiple(b->trial, 0, SIZE_MAX) > 1;
    snprintf(name, sizeof name, "%s%s", a->name, grows ? "" : ".npy");
    fl_file_path_join(path, b->folder, name);
    if (grows) return fl_file_folder_make(path, error);
    a->file = fl_npy_new(path, a->type, a->shape, a->n_dims, error);
    return a->file;
}

static bool put(const fl_train_batches *b, const array *a, const fl_train_step *step, const void *values,
                fl_error *error)
{
    char path[FL_FILE_PATH_MAX], name[sizeof a->name + 32];
    size_t shape[5];
    if (!*a->name) return true;
    if (a->file) return fl_npy_append(a->file, values, step->examples * a->n, error);
    memcpy(shape, a->shape, sizeof shape);
    shape[1] = step->examples;
    snprintf(name, sizeof name, "%s/%zu.npy", a->name, step->step);
    fl_file_path_join(path, b->folder, name);
    return fl_npy_write(path, a->type, shape + 1, a->n_dims - 1, values, error);
}

fl_train_batches *fl_train_batches_new(const fl_trial *trial, const fl_network *network, const char *folder,
                                       fl_error *error)
{
    fl_train_batches *b = fl_memory_new(1, sizeof *b);
    b->trial = trial;
    b->folder = folder;
    list_arrays(b, network);
    for (size_t i = 0; i < b->n_arrays; i++)
        if (!begin(b, &b->arrays[i], error)) {
            fl_train_batches_free(b, NULL);
            return NULL;
        }
    return b;
}

static bool put_mask(fl_train_batches *b, const array *mask, const fl_train_step *step, fl_error *error)
{
    const fl_backend_moment moment = { b->trial->seed, step->step - 1, 0 };
    fl_backend_dropout_mask(mask->rate, mask->layer, &moment, mask->n, 0, step->examples * mask->n, b->drawn);
    return put(b, mask, step, b->drawn, error);
}

static void make_room(fl_train_batches *b, size_t examples)
{
    if (examples <= b->most) return;
    b->most = examples;
    b->wide = fl_memory_grow(b->wide, examples * b->arrays[LABELS].n, sizeof *b->wide);
    b->drawn = fl_memory_grow(b->drawn, examples * b->n_drawn, sizeof *b->drawn);
}

bool fl_train_batches_append(fl_train_batches *b, const fl_train_step *step, fl_error *error)
{
    const array *labels = &b->arrays[LABELS];
    make_room(b, step->examples);
    for (size_t i = 0; i < step->examples * labels->n; i++) b->wide[i] = step->labels[i];
    bool fine = put(b, &b->arrays[INPUTS], step, step->input, error) && put(b, labels, step, b->wide, error) &&
                put(b, &b->arrays[TARGETS], step, step->targets, error);
    for (size_t i = MASKS; i < b->n_arrays && fine; i++) fine = put_mask(b, &b->arrays[i], step, error);
    return fine;
}

bool fl_train_batches_end_early(fl_train_batches *b, fl_error *error)
{
    for (size_t i = 0; i < b->n_arrays; i++)
        if (b->arrays[i].file && !fl_npy_end_early(b->arrays[i].file, error)) return false;
    return true;
}

/* The first message is kept. */
bool fl_train_batches_free(fl_train_batches *b, fl_error *error)
{
    bool fine = true;
    if (!b) return true;
    for (size_t i = 0; i < b->n_arrays; i++) fine &= fl_npy_close(b->arrays[i].file, fine ? error : NULL);
    free(b->arrays);
    free(b->drawn);
    free(b->wide);
    free(b);
    return fine;
}
