/* An export is a set of callbacks. The first error is kept and reported at the end. */
#include "train/export.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/npy.h"
#include "train/manifest.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fl_train_export {
    const fl_trial *trial; /* borrowed */
    const char *folder;    /* borrowed; NULL: only a trace */
    FILE *traces[2];       /* --trace and the folder's own */
    fl_npy *inputs, *labels, *targets;
    const fl_network *network;                /* borrowed; its targets are the step's */
    int64_t *wide;                            /* a batch of labels as .npy wants them */
    size_t batch_values, n_labels, n_targets; /* of one batch */
    bool failed;
    fl_error error;
};

static FILE *create(const char *path, fl_error *error)
{
    FILE *file = fopen(path, "w");
    if (!file) fl_file_error(error, path, "cannot be created");
    return file;
}

/* With `state`, the folders of what training moves beside the parameters too. */
static bool make_folders(const char *folder, bool state, fl_error *error)
{
    static const char *const names[] = { "init", "final", "state/init", "state/final" };
    char path[FL_FILE_PATH_MAX];
    for (size_t i = 0; i < (state ? 4 : 2); i++) {
        fl_file_path_join(path, folder, names[i]);
        if (!fl_file_folder_make(path, error)) return false;
    }
    return true;
}

fl_train_export *fl_train_export_new(const fl_trial *trial, const char *trace_path, const char *folder, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_train_export *export = fl_memory_new(1, sizeof *export);
    *export = (fl_train_export){ .trial = trial, .folder = folder };
    bool ready = !trace_path || (export->traces[0] = create(trace_path, error));
    if (ready && folder) {
        fl_file_path_join(path, folder, "trace.jsonl");
        ready = make_folders(folder, false, error) && (export->traces[1] = create(path, error));
    }
    if (ready) return export;
    if (export->traces[0] && fl_file_exists(trace_path))
        remove(trace_path); /* a refused export leaves no file behind */
    fl_train_export_close(export, NULL);
    return NULL;
}

/* Remember the first thing that fails. */
static void keep(fl_train_export *export, bool fine, const fl_error *error)
{
    if (fine || export->failed) return;
    export->failed = true;
    export->error = *error;
}

static bool write_tensor(const fl_train_export *export, const fl_tensor *tensor, const char *when, const float *values,
                         fl_error *error)
{
    char path[FL_FILE_PATH_MAX], name[FL_TENSOR_NAME + 24];
    snprintf(name, sizeof name, "%s/%s.npy", when, tensor->name);
    fl_file_path_join(path, export->folder, name);
    return fl_npy_write(path, FL_NPY_F32, tensor->shape, tensor->n_dims, values, error);
}

static bool write_tensors(const fl_train_export *export, const fl_network *network, const char *when, fl_error *error)
{
    const fl_tensor_layout *layout = fl_network_layout(network);
    float *canonical = fl_memory_new(layout->n_parameters, sizeof *canonical), *at = canonical;
    fl_network_export(network, canonical);
    bool written = true;
    for (size_t i = 0; i < layout->n_tensors && written; i++) {
        written = write_tensor(export, &layout->tensors[i], when, at, error);
        at += layout->tensors[i].n_values;
    }
    free(canonical);
    return written;
}

static bool write_state(const fl_train_export *export, const fl_network *network, const char *when, fl_error *error)
{
    const fl_tensor_layout *layout = fl_network_state_layout(network);
    const float *state = fl_network_state((fl_network *)network); /* which is only read */
    if (layout->n_tensors && !make_folders(export->folder, true, error)) return false;
    for (size_t i = 0; i < layout->n_tensors; i++)
        if (!write_tensor(export, &layout->tensors[i], when, state + layout->tensors[i].offset, error)) return false;
    return true;
}

static bool write_manifest(const fl_train_export *export, const fl_network *network, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    json_t *manifest = fl_train_manifest(export->trial, network);
    char *text = json_dumps(manifest, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    fl_file_path_join(path, export->folder, "manifest.json");
    bool written = fl_file_write(path, text, strlen(text), error);
    free(text);
    json_decref(manifest);
    return written;
}

/* inputs.npy is (steps, batch, channels, height, width), (steps, batch, positions, values) of sequences, (steps, batch,
 * numbers) of vectors and of tokens, which are int32. */
static fl_npy *open_inputs(const char *folder, size_t steps, fl_tensor_shape in, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    size_t shape[5] = { steps, in.n, in.c, in.h, in.w }, n_dims = in.h * in.w == 1 ? 3 : 5;
    if (in.form == FL_TENSOR_SEQUENCE) n_dims = 4;
    fl_file_path_join(path, folder, "inputs.npy");
    return fl_npy_new(path, in.form == FL_TENSOR_TOKENS ? FL_NPY_I32 : FL_NPY_F32, shape, n_dims, error);
}

/* labels.npy is (steps, batch), of a sequence whose positions are classified (steps, batch, positions); targets.npy,
 * where the loss wants numbers, (steps, batch, numbers). */
static bool open_answers(fl_train_export *export, const fl_network *network, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    size_t n = fl_network_in(network).n, rows = export->n_labels / n;
    size_t shape[] = { export->trial->steps, n, rows }, numbers[] = { shape[0], n, export->n_targets / n };
    fl_file_path_join(path, export->folder, "labels.npy");
    export->labels = fl_npy_new(path, FL_NPY_I64, shape, rows > 1 ? 3 : 2, error);
    if (!export->labels || !export->n_targets) return export->labels;
    fl_file_path_join(path, export->folder, "targets.npy");
    export->targets = fl_npy_new(path, FL_NPY_F32, numbers, 3, error);
    return export->targets;
}

static bool open_batches(fl_train_export *export, const fl_network *network, fl_error *error)
{
    fl_tensor_shape in = fl_network_in(network);
    export->batch_values = fl_tensor_shape_size(in);
    export->n_labels = fl_network_n_losses(network);
    export->n_targets = fl_network_n_targets(network);
    export->network = network;
    export->wide = fl_memory_new(export->n_labels, sizeof *export->wide);
    export->inputs = open_inputs(export->folder, export->trial->steps, in, error);
    return export->inputs && open_answers(export, network, error);
}

static void begun(void *user, const fl_network *network)
{
    fl_train_export *export = user;
    fl_error error;
    bool fine = write_manifest(export, network, &error) && write_tensors(export, network, "init", &error) &&
                write_state(export, network, "state/init", &error) && open_batches(export, network, &error);
    keep(export, fine, &error);
}

static void trace(fl_train_export *export, const fl_train_step *step)
{
    json_t *norm = isfinite(step->gradient_norm) ? json_real(step->gradient_norm) : json_null();
    json_t *line = json_pack("{s:I, s:f, s:f, s:o}", "step", (json_int_t)step->step, "loss", step->loss, "rate",
                             step->rate, "gradient_norm", norm);
    char *text = fl_json_line(line);
    for (size_t i = 0; i < 2; i++)
        if (export->traces[i]) fprintf(export->traces[i], "%s\n", text);
    free(text);
    json_decref(line);
}

static void stepped(void *user, const fl_train_step *step)
{
    fl_train_export *export = user;
    fl_error error;
    trace(export, step);
    if (!export->labels || export->failed) return;
    for (size_t i = 0; i < export->n_labels; i++) export->wide[i] = step->labels[i];
    bool fine = fl_npy_append(export->inputs, step->input, export->batch_values, &error) &&
                fl_npy_append(export->labels, export->wide, export->n_labels, &error);
    if (fine && export->targets)
        fine = fl_npy_append(export->targets, fl_network_targets((fl_network *)export->network), export->n_targets,
                             &error);
    keep(export, fine, &error);
}

static void ended(void *user, const fl_network *network)
{
    fl_train_export *export = user;
    fl_error error;
    if (export->failed) return;
    bool fine = write_tensors(export, network, "final", &error) &&
                write_state(export, network, "state/final", &error) && fl_npy_end_early(export->inputs, &error) &&
                fl_npy_end_early(export->labels, &error) &&
                (!export->targets || fl_npy_end_early(export->targets, &error));
    keep(export, fine, &error);
}

fl_train_callbacks fl_train_export_callbacks(fl_train_export *export)
{
    bool folder = export->folder;
    return (fl_train_callbacks){
        .user = export, .begun = folder ? begun : NULL, .stepped = stepped, .ended = folder ? ended : NULL
    };
}

bool fl_train_export_close(fl_train_export *export, fl_error *error)
{
    if (!export) return true;
    fl_error why;
    for (size_t i = 0; i < 2; i++) {
        if (!export->traces[i]) continue;
        bool fine = !ferror(export->traces[i]) & (fclose(export->traces[i]) == 0);
        keep(export, fine || fl_error_machine(&why, "a trace cannot be written: %s", strerror(errno)), &why);
    }
    keep(export, fl_npy_close(export->inputs, &why), &why);
    keep(export, fl_npy_close(export->labels, &why), &why);
    keep(export, fl_npy_close(export->targets, &why), &why);
    bool fine = !export->failed;
    if (!fine && error) *error = export->error;
    free(export->wide);
    free(export);
    return fine;
}
