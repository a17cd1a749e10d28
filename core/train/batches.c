/* One .npy file each, a step appended at a time. A mask is drawn again rather than fetched from a backend, which may
 * keep it as it likes: it depends on step, layer and row alone. */
#include "train/batches.h"
#include "backend/dropout.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct mask {
    fl_npy *file;
    double rate;
    size_t layer, columns;
} mask;

struct fl_train_batches {
    const fl_trial *trial; /* borrowed */
    fl_npy *inputs, *labels, *targets;
    size_t n_inputs, n_labels, n_targets; /* numbers of one batch */
    int64_t *wide;                        /* labels as .npy wants them */
    mask *masks;
    size_t n_masks;
    float *drawn; /* a mask of one step */
    size_t n_drawn;
};

static fl_npy *begin(const char *folder, const char *name, fl_npy_type type, const size_t *shape, size_t n_dims,
                     fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    return fl_npy_new(path, type, shape, n_dims, error);
}

/* (steps, batch, ...): channels, height and width; positions and values of sequences; numbers of vectors and tokens. */
static size_t shape_of(size_t steps, fl_tensor_shape of, size_t shape[5])
{
    const size_t all[] = { steps, of.n, of.c, of.h, of.w };
    memcpy(shape, all, sizeof all);
    if (of.form == FL_TENSOR_SEQUENCE) return 4;
    return of.h * of.w == 1 ? 3 : 5;
}

static bool begin_inputs(fl_train_batches *b, fl_tensor_shape in, const char *folder, fl_error *error)
{
    size_t shape[5], n_dims = shape_of(b->trial->steps, in, shape);
    fl_npy_type type = in.form == FL_TENSOR_TOKENS ? FL_NPY_I32 : FL_NPY_F32;
    b->n_inputs = fl_tensor_shape_size(in);
    b->inputs = begin(folder, "inputs.npy", type, shape, n_dims, error);
    return b->inputs;
}

/* A class per example, or per position; where the loss wants numbers, those. */
static bool begin_answers(fl_train_batches *b, const fl_network *network, const char *folder, fl_error *error)
{
    size_t steps = b->trial->steps, batch = b->trial->batch_size, planned = fl_network_in(network).n;
    size_t labels[] = { steps, batch, fl_network_n_losses(network) / planned };
    size_t targets[] = { steps, batch, fl_network_n_targets(network) / planned };
    b->n_labels = batch * labels[2];
    b->n_targets = batch * targets[2];
    b->wide = fl_memory_new(b->n_labels, sizeof *b->wide);
    b->labels = begin(folder, "labels.npy", FL_NPY_I64, labels, labels[2] > 1 ? 3 : 2, error);
    if (!b->labels || !b->n_targets) return b->labels;
    b->targets = begin(folder, "targets.npy", FL_NPY_F32, targets, 3, error);
    return b->targets;
}

static bool begin_mask(fl_train_batches *b, const fl_layer *layer, size_t index, fl_tensor_shape out,
                       const char *folder, fl_error *error)
{
    char name[FL_TENSOR_NAME + 16], masks[FL_FILE_PATH_MAX];
    size_t shape[5], n_dims = shape_of(b->trial->steps, out, shape), n = fl_tensor_shape_size(out);
    fl_file_path_join(masks, folder, "masks");
    snprintf(name, sizeof name, "masks/%s.npy", layer->name);
    if (!fl_file_folder_make(masks, error)) return false;
    mask *m = &b->masks[b->n_masks++];
    *m = (mask){ begin(folder, name, FL_NPY_F32, shape, n_dims, error), layer->rate, index, n / out.n };
    if (n > b->n_drawn) b->drawn = fl_memory_grow(b->drawn, b->n_drawn = n, sizeof *b->drawn);
    return m->file;
}

static bool begin_masks(fl_train_batches *b, fl_tensor_shape in, const char *folder, fl_error *error)
{
    fl_layer layers[FL_WORKLOAD_LAYERS];
    fl_tensor_shape out[FL_WORKLOAD_LAYERS];
    const double *options = b->trial->values.of[FL_TRIAL_OF_WORKLOAD];
    size_t n = fl_workload_layers(b->trial->owners.workload, options, layers);
    fl_workload_shapes(b->trial->owners.workload, options, in, out);
    b->masks = fl_memory_new(n, sizeof *b->masks);
    for (size_t i = 0; i < n; i++)
        if (layers[i].kind == FL_LAYER_DROPOUT && !begin_mask(b, &layers[i], i, out[i], folder, error)) return false;
    return true;
}

fl_train_batches *fl_train_batches_new(const fl_trial *trial, const fl_network *network, const char *folder,
                                       fl_error *error)
{
    fl_train_batches *b = fl_memory_new(1, sizeof *b);
    fl_tensor_shape in = fl_network_in(network);
    b->trial = trial;
    in.n = trial->batch_size; /* the network may see it in parts */
    if (begin_inputs(b, in, folder, error) && begin_answers(b, network, folder, error) &&
        begin_masks(b, in, folder, error))
        return b;
    fl_train_batches_free(b, NULL);
    return NULL;
}

static bool append_mask(fl_train_batches *b, const mask *m, size_t step, fl_error *error)
{
    size_t n = b->trial->batch_size * m->columns;
    const fl_backend_moment moment = { b->trial->seed, step, 0 };
    fl_backend_dropout_mask(m->rate, m->layer, &moment, m->columns, 0, n, b->drawn);
    return fl_npy_append(m->file, b->drawn, n, error);
}

bool fl_train_batches_append(fl_train_batches *b, const fl_train_step *step, fl_error *error)
{
    for (size_t i = 0; i < b->n_labels; i++) b->wide[i] = step->labels[i];
    bool fine = fl_npy_append(b->inputs, step->input, b->n_inputs, error) &&
                fl_npy_append(b->labels, b->wide, b->n_labels, error) &&
                (!b->targets || fl_npy_append(b->targets, step->targets, b->n_targets, error));
    for (size_t i = 0; i < b->n_masks && fine; i++) fine = append_mask(b, &b->masks[i], step->step - 1, error);
    return fine;
}

bool fl_train_batches_end_early(fl_train_batches *b, fl_error *error)
{
    bool fine = fl_npy_end_early(b->inputs, error) && fl_npy_end_early(b->labels, error) &&
                (!b->targets || fl_npy_end_early(b->targets, error));
    for (size_t i = 0; i < b->n_masks && fine; i++) fine = fl_npy_end_early(b->masks[i].file, error);
    return fine;
}

/* Keep the first message. */
static void close_file(fl_npy *file, bool *fine, fl_error *error)
{
    *fine &= fl_npy_close(file, *fine ? error : NULL);
}

bool fl_train_batches_free(fl_train_batches *b, fl_error *error)
{
    bool fine = true;
    if (!b) return true;
    close_file(b->inputs, &fine, error);
    close_file(b->labels, &fine, error);
    close_file(b->targets, &fine, error);
    for (size_t i = 0; i < b->n_masks; i++) close_file(b->masks[i].file, &fine, error);
    free(b->masks);
    free(b->drawn);
    free(b->wide);
    free(b);
    return fine;
}
