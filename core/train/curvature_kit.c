/* An export's arrays may be larger than memory, so a chunk is read at a time. */
#include "train/curvature_kit.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/npy.h"
#include "train/curvature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 4096 };

/* An array of numbers for each example. */
typedef struct array {
    FILE *file; /* NULL: there is none */
    char path[FL_FILE_PATH_MAX];
    fl_npy_header header;
    size_t element, each; /* bytes of a number; numbers of an example */
} array;

struct fl_train_curvature_kit {
    array inputs, labels, targets;
    size_t chunk, n_chunks;
    void *bytes; /* of a chunk */
};

static bool open_array(array *a, const char *folder, const char *name, size_t batch, fl_error *error)
{
    char bytes[HEADER];
    fl_file_path_join(a->path, folder, name);
    a->file = fl_file_stream(a->path, NULL);
    if (!a->file)
        return fl_error_user(error, "%s: cannot be read; an export by 'fairlead trial --export' has it", a->path);
    size_t n = fread(bytes, 1, sizeof bytes, a->file);
    if (!fl_npy_header_read(bytes, n, &a->header) || a->header.n_dims < 2 || a->header.shape[1] != batch)
        return fl_error_user(error, "%s: is no array of batches of %zu examples", a->path, batch);
    a->element = (size_t)(a->header.descr[2] - '0');
    a->each = a->header.shape[0] ? a->header.count / a->header.shape[0] / batch : 0;
    return true;
}

fl_train_curvature_kit *fl_train_curvature_kit_open(const char *folder, size_t batch, size_t chunk, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_train_curvature_kit *kit = fl_memory_new(1, sizeof *kit);
    fl_file_path_join(path, folder, "targets.npy");
    bool opened = open_array(&kit->inputs, folder, "inputs.npy", batch, error) &&
                  open_array(&kit->labels, folder, "labels.npy", batch, error) &&
                  (!fl_file_exists(path) || open_array(&kit->targets, folder, "targets.npy", batch, error));
    kit->chunk = chunk;
    kit->n_chunks = opened ? kit->inputs.header.shape[0] * (batch / chunk) : 0;
    if (opened && !kit->n_chunks) opened = fl_error_user(error, "%s: holds no batch", kit->inputs.path);
    if (opened) return kit;
    fl_train_curvature_kit_close(kit);
    return NULL;
}

void fl_train_curvature_kit_close(fl_train_curvature_kit *kit)
{
    if (!kit) return;
    array *const all[] = { &kit->inputs, &kit->labels, &kit->targets };
    for (size_t i = 0; i < 3; i++)
        if (all[i]->file) fclose(all[i]->file);
    free(kit->bytes);
    free(kit);
}

size_t fl_train_curvature_kit_chunks(const fl_train_curvature_kit *kit)
{
    return kit->n_chunks;
}

bool fl_train_curvature_kit_fits(const fl_train_curvature_kit *kit, const fl_network *network, fl_error *error)
{
    size_t inputs = fl_tensor_shape_size(fl_network_in(network)), targets = fl_network_n_targets(network);
    if (kit->inputs.each * kit->chunk == inputs && kit->labels.each * kit->chunk == fl_network_n_losses(network) &&
        (!targets || kit->targets.each * kit->chunk == targets))
        return true;
    return fl_error_user(error, "%s: its arrays do not have the model's shapes", kit->inputs.path);
}

/* Chunk `chunk` of an array, in the kit's memory. */
static const void *read_chunk(fl_train_curvature_kit *kit, array *a, size_t chunk)
{
    size_t n = kit->chunk * a->each * a->element;
    kit->bytes = fl_memory_grow(kit->bytes, n + 1, 1);
    if (fseek(a->file, (long)(a->header.start + chunk * n), SEEK_SET) != 0 || fread(kit->bytes, 1, n, a->file) != n)
        fl_error_give_up("%s: ends too early", a->path);
    return kit->bytes;
}

void fl_train_curvature_kit_load(fl_train_curvature_kit *kit, size_t chunk, fl_network *network)
{
    size_t n_labels = fl_network_n_losses(network), n_targets = fl_network_n_targets(network);
    const void *inputs = read_chunk(kit, &kit->inputs, chunk);
    if (fl_network_in(network).form == FL_TENSOR_TOKENS)
        memcpy(fl_network_input(network), inputs, kit->chunk * kit->inputs.each * sizeof(int32_t));
    else
        fl_network_set_input(network, inputs);
    const int64_t *labels = read_chunk(kit, &kit->labels, chunk);
    for (size_t i = 0; i < n_labels; i++) fl_network_labels(network)[i] = (int32_t)labels[i];
    if (n_targets)
        memcpy(fl_network_targets(network), read_chunk(kit, &kit->targets, chunk), n_targets * sizeof(float));
}

/* A tensor's file, of `n` numbers unless it may have others. */
static bool read_tensor(const char *folder, const char *when, const fl_tensor *tensor, float *values, bool others,
                        fl_error *error)
{
    char path[FL_FILE_PATH_MAX], name[FL_TENSOR_NAME + 24];
    size_t shape[FL_NPY_DIMS], n_dims, count = 1;
    void *read;
    snprintf(name, sizeof name, "%s/%s.npy", when, tensor->name);
    fl_file_path_join(path, folder, name);
    if (!fl_npy_read(path, FL_NPY_F32, &read, shape, &n_dims, error)) return false;
    for (size_t i = 0; i < n_dims; i++) count *= shape[i];
    if (count == tensor->n_values) memcpy(values, read, count * sizeof *values);
    free(read);
    return count == tensor->n_values || others ||
           fl_error_user(error, "%s: has %zu numbers, the model's tensor %zu", path, count, tensor->n_values);
}

static bool read_values(const char *kit, const char *when, const fl_tensor_layout *layout, float *values,
                        fl_error *error)
{
    for (size_t i = 0; i < layout->n_tensors; i++) {
        if (!read_tensor(kit, when, &layout->tensors[i], values, false, error)) return false;
        values += layout->tensors[i].n_values;
    }
    return true;
}

bool fl_train_curvature_parameters(const char *kit, const fl_tensor_layout *layout, float *parameters, fl_error *error)
{
    return read_values(kit, "final", layout, parameters, error);
}

bool fl_train_curvature_preconditioner(const char *kit, const fl_tensor_layout *layout, float **factors,
                                       fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, kit, "preconditioner");
    *factors = NULL;
    if (!fl_file_folder_exists(path)) return true;
    *factors = fl_memory_new(layout->n_parameters, sizeof **factors);
    return read_values(kit, "preconditioner", layout, *factors, error);
}

bool fl_train_curvature_kit_state(const char *folder, fl_network *network, fl_error *error)
{
    const fl_tensor_layout *layout = fl_network_state_layout(network);
    for (size_t i = 0; i < layout->n_tensors; i++)
        if (!read_tensor(folder, "state/final", &layout->tensors[i],
                         fl_network_state(network) + layout->tensors[i].offset, true, error))
            return false;
    return true;
}
