/* An export is a set of callbacks. The first error is kept and reported at the end. */
#include "train/export.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/npy.h"
#include "train/batches.h"
#include "train/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fl_train_export {
    const fl_trial *trial; /* borrowed */
    const char *folder;    /* borrowed; NULL: only a trace */
    FILE *traces[2];       /* --trace and the folder's own */
    fl_train_batches *batches;
    fl_npy *path;     /* the parameters wherever the curvature is measured; NULL: it is not */
    float *canonical; /* a row of it */
    bool failed;
    fl_error error;
};

static FILE *create(const char *path, fl_error *error)
{
    FILE *file = fopen(path, "w");
    if (!file) fl_file_error(error, path, "cannot be created");
    return file;
}

static bool make_folder(const char *folder, const char *name, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_file_path_join(path, folder, name);
    return fl_file_folder_make(path, error);
}

fl_train_export *fl_train_export_new(const fl_trial *trial, const char *trace_path, const char *folder, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    fl_train_export *export = fl_memory_new(1, sizeof *export);
    *export = (fl_train_export){ .trial = trial, .folder = folder };
    bool ready = !trace_path || (export->traces[0] = create(trace_path, error));
    if (ready && folder) {
        fl_file_path_join(path, folder, "trace.jsonl");
        ready = make_folder(folder, "init", error) && make_folder(folder, "final", error) &&
                (export->traces[1] = create(path, error));
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

/* A number for each parameter, in canonical order. */
static bool write_values(const fl_train_export *export, const fl_network *network, const char *when,
                         const float *canonical, fl_error *error)
{
    const fl_tensor_layout *layout = fl_network_layout(network);
    for (size_t i = 0; i < layout->n_tensors; i++) {
        if (!write_tensor(export, &layout->tensors[i], when, canonical, error)) return false;
        canonical += layout->tensors[i].n_values;
    }
    return true;
}

static bool write_tensors(const fl_train_export *export, const fl_network *network, const char *when, fl_error *error)
{
    float *canonical = fl_memory_new(fl_network_layout(network)->n_parameters, sizeof *canonical);
    fl_network_export(network, canonical);
    bool written = write_values(export, network, when, canonical, error);
    free(canonical);
    return written;
}

static bool write_state(const fl_train_export *export, const fl_network *network, const char *when, fl_error *error)
{
    const fl_tensor_layout *layout = fl_network_state_layout(network);
    const float *state = fl_network_state((fl_network *)network); /* which is only read */
    if (layout->n_tensors && !make_folder(export->folder, when, error)) return false;
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

/* A row before the first step, one after every so many, and one after the last. */
static bool begin_path(fl_train_export *export, const fl_network *network, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    const fl_trial *trial = export->trial;
    if (!trial->curvature_every) return true;
    size_t shape[2] = { trial->steps / trial->curvature_every + 2, fl_network_layout(network)->n_parameters };
    export->canonical = fl_memory_new(shape[1], sizeof(float));
    fl_file_path_join(path, export->folder, "path.npy");
    export->path = fl_npy_new(path, FL_NPY_F32, shape, 2, error);
    return export->path;
}

static void measured(void *user, const fl_network *network, const json_t *record)
{
    fl_train_export *export = user;
    fl_error error;
    if (!export->path || export->failed) return;
    fl_network_export(network, export->canonical);
    keep(export, fl_npy_append(export->path, export->canonical, fl_network_layout(network)->n_parameters, &error),
         &error);
}

static void begun(void *user, const fl_network *network)
{
    fl_train_export *export = user;
    fl_error error;
    bool fine = write_manifest(export, network, &error) && write_tensors(export, network, "init", &error) &&
                write_state(export, network, "state/init", &error) && begin_path(export, network, &error) &&
                (export->batches = fl_train_batches_new(export->trial, network, export->folder, &error));
    keep(export, fine, &error);
}

static void trace(fl_train_export *export, const fl_train_step *step)
{
    json_t *norm = fl_json_finite(step->gradient_norm);
    json_t *line = json_pack("{s:I, s:f, s:f, s:o}", "step", (json_int_t)step->step, "loss", step->loss, "rate",
                             step->rate, "gradient_norm", norm);
    if (step->carry_starts) json_object_set_new(line, "carry_starts", json_true());
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
    if (!export->batches || export->failed) return;
    bool fine = fl_train_batches_append(export->batches, step, &error);
    keep(export, fine, &error);
}

static void ended(void *user, const fl_network *network)
{
    fl_train_export *export = user;
    fl_error error;
    if (export->failed) return;
    bool fine = write_tensors(export, network, "final", &error) &&
                write_state(export, network, "state/final", &error) &&
                (!export->path || fl_npy_end_early(export->path, &error)) &&
                fl_train_batches_end_early(export->batches, &error);
    keep(export, fine, &error);
}

static void preconditioned(void *user, const fl_network *network, const float *factors)
{
    fl_train_export *export = user;
    fl_error error;
    if (export->failed) return;
    bool fine = make_folder(export->folder, "preconditioner", &error) &&
                write_values(export, network, "preconditioner", factors, &error);
    keep(export, fine, &error);
}

fl_train_callbacks fl_train_export_callbacks(fl_train_export *export)
{
    bool folder = export->folder;
    return (fl_train_callbacks){ .user = export,
                                 .begun = folder ? begun : NULL,
                                 .stepped = stepped,
                                 .measured = folder ? measured : NULL,
                                 .ended = folder ? ended : NULL,
                                 .preconditioned = folder ? preconditioned : NULL };
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
    keep(export, fl_train_batches_free(export->batches, &why), &why);
    keep(export, fl_npy_close(export->path, &why), &why);
    free(export->canonical);
    bool fine = !export->failed;
    if (!fine && error) *error = export->error;
    free(export);
    return fine;
}
