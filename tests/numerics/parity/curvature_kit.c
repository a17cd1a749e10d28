/* The curvature of an exported trial at its first step, for curvature.py to compare with PyTorch's.
 *
 *     curvature_kit FOLDER WORKLOAD BACKEND SEED
 *
 * reads init/, inputs.npy, labels.npy and targets.npy of the export and writes to FOLDER/curvature: a vector `v`, each
 * matrix times it by the matrix's name, in canonical order, and `..._evaluation` of the loss in evaluation; `drawn`,
 * the gradients at the outputs by what was drawn; and for block I `a_I`, `g_I` (by true targets), `a_drawn_I`,
 * `g_drawn_I`, which blocks.txt names: I, tensor, first row, out, in.
 */
#include "base/arena.h"
#include "base/denormals.h"
#include "base/file.h"
#include "base/npy.h"
#include "network/curvature.h"
#include "workload/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct kit {
    const char *folder;
    fl_network *network;
    fl_network_curvature *curvature;
    const fl_tensor_layout *layout;
    float *canonical, *v, *out; /* n_parameters, count, count */
} kit;

static void ensure(bool done, const fl_error *error)
{
    if (done) return;
    fprintf(stderr, "%s\n", error->text);
    exit(2);
}

static void write_array(const kit *k, const char *name, const float *values, size_t n)
{
    fl_error error;
    char path[FL_FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/curvature/%s.npy", k->folder, name);
    ensure(fl_npy_write(path, FL_NPY_F32, &n, 1, values, &error), &error);
}

/* Elements of the file, free()d by the caller; NULL where there is none. */
static void *read_array(const kit *k, const char *name, fl_npy_type type, size_t shape[FL_NPY_DIMS])
{
    fl_error error;
    void *elements;
    size_t n_dims;
    char path[FL_FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.npy", k->folder, name);
    struct stat status;
    if (stat(path, &status)) return NULL;
    ensure(fl_npy_read(path, type, &elements, shape, &n_dims, &error), &error);
    return elements;
}

static void read_parameters(kit *k)
{
    size_t shape[FL_NPY_DIMS];
    float *to = k->canonical;
    for (size_t t = 0; t < k->layout->n_tensors; t++) {
        char name[FL_TENSOR_NAME + 8];
        snprintf(name, sizeof name, "init/%s", k->layout->tensors[t].name);
        float *values = read_array(k, name, FL_NPY_F32, shape);
        memcpy(to, values, k->layout->tensors[t].n_values * sizeof *to);
        to += k->layout->tensors[t].n_values;
        free(values);
    }
    fl_network_import(k->network, k->canonical);
    fl_network_clear_state(k->network);
}

/* The first step's. */
static void read_batch(kit *k, bool tokens)
{
    size_t shape[FL_NPY_DIMS], n = fl_tensor_shape_size(fl_network_in(k->network));
    void *inputs = read_array(k, "inputs", tokens ? FL_NPY_I32 : FL_NPY_F32, shape);
    int64_t *labels = read_array(k, "labels", FL_NPY_I64, shape);
    float *targets = read_array(k, "targets", FL_NPY_F32, shape);
    if (inputs) memcpy(fl_network_input(k->network), inputs, n * sizeof(float));
    for (size_t i = 0; labels && i < fl_network_n_losses(k->network); i++)
        fl_network_labels(k->network)[i] = (int32_t)labels[i];
    if (targets) memcpy(fl_network_targets(k->network), targets, fl_network_n_targets(k->network) * sizeof(float));
    free(inputs);
    free(labels);
    free(targets);
}

static void write_products(kit *k, fl_network_curvature *curvature, const char *mode)
{
    char name[64];
    for (int m = 0; m < FL_NETWORK_MATRICES; m++) {
        fl_network_matrix matrix = (fl_network_matrix)m;
        if (!fl_network_curvature_offers(curvature, matrix, NULL)) continue;
        fl_network_curvature_product(curvature, matrix, k->v, k->out);
        fl_network_export_of(k->network, k->out, k->canonical);
        snprintf(name, sizeof name, "%s%s", fl_network_matrix_name(matrix), mode);
        write_array(k, name, k->canonical, k->layout->n_parameters);
    }
}

static void make_direction(kit *k)
{
    fl_random_stream stream = fl_random_stream_start(1, "direction", 0);
    for (size_t i = 0; i < k->layout->n_parameters; i++) k->canonical[i] = (float)fl_random_normal(&stream);
    write_array(k, "v", k->canonical, k->layout->n_parameters);
    fl_network_import_of(k->network, k->canonical, k->v);
}

static void write_blocks(const kit *k)
{
    char path[FL_FILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/curvature/blocks.txt", k->folder);
    FILE *file = fopen(path, "w");
    for (size_t i = 0; i < fl_network_curvature_n_factors(k->curvature); i++) {
        const fl_network_factor *f = fl_network_curvature_factor(k->curvature, i);
        fprintf(file, "%zu %s %zu %zu %zu\n", i, k->layout->tensors[f->weight].name, f->row, f->out,
                f->in + f->has_bias);
    }
    fclose(file);
}

static void write_factors(const kit *k, fl_network_matrix fisher, const char *drawn)
{
    size_t n = fl_network_curvature_n_factors(k->curvature);
    fl_arena *arena = fl_arena_new();
    float **a = fl_arena_bytes(arena, n * sizeof *a), **g = fl_arena_bytes(arena, n * sizeof *g);
    char name[64];
    for (size_t i = 0; i < n; i++) {
        const fl_network_factor *f = fl_network_curvature_factor(k->curvature, i);
        a[i] = fl_arena_floats(arena, (f->in + f->has_bias) * (f->in + f->has_bias));
        g[i] = fl_arena_floats(arena, f->out * f->out);
    }
    fl_network_curvature_factors(k->curvature, fisher, a, g);
    for (size_t i = 0; i < n; i++) {
        const fl_network_factor *f = fl_network_curvature_factor(k->curvature, i);
        snprintf(name, sizeof name, "a_%s%zu", drawn, i);
        write_array(k, name, a[i], (f->in + f->has_bias) * (f->in + f->has_bias));
        snprintf(name, sizeof name, "g_%s%zu", drawn, i);
        write_array(k, name, g[i], f->out * f->out);
    }
    fl_arena_free(arena);
}

/* The batch's shape is what the export holds, behind the dimension of the steps. */
static fl_tensor_shape batch_shape(const kit *k, const fl_workload *workload)
{
    fl_error error;
    size_t shape[FL_NPY_DIMS] = { 0 };
    double options[FL_HYPER_MAX];
    for (size_t i = 0; i < workload->n_options; i++) options[i] = workload->options[i].default_value;
    fl_dataset *data = fl_workload_load(workload, options, &error);
    ensure(data, &error);
    fl_tensor_shape in = data->shape;
    fl_dataset_free(data);
    free(read_array(k, "inputs", in.form == FL_TENSOR_TOKENS ? FL_NPY_I32 : FL_NPY_F32, shape));
    in.n = shape[1] ? shape[1] : 1;
    return in;
}

int main(int n, char **arguments)
{
    fl_error error;
    if (n != 5) return 2;
    fl_denormals_flush();
    kit k = { .folder = arguments[1] };
    const fl_workload *workload = fl_workload_named(arguments[2], &error);
    ensure(workload, &error);
    const fl_backend *backend = fl_backend_find(arguments[3], &error);
    ensure(backend && backend->usable(FL_BACKEND_F32, &error) && backend->start(1, &error), &error);
    static fl_layer layers[FL_WORKLOAD_LAYERS];
    double options[FL_HYPER_MAX];
    for (size_t i = 0; i < workload->n_options; i++) options[i] = workload->options[i].default_value;
    size_t n_layers = fl_workload_layers(workload, options, layers);
    fl_tensor_shape in = batch_shape(&k, workload);
    k.network = fl_network_new(backend, layers, n_layers, in, FL_BACKEND_F32, true, &error);
    k.layout = fl_network_layout(k.network);
    k.canonical = calloc(k.layout->n_parameters, sizeof(float));
    k.v = calloc(k.layout->count, sizeof(float));
    k.out = calloc(k.layout->count, sizeof(float));
    fl_network_set_moment(k.network, (fl_backend_moment){ strtoull(arguments[4], NULL, 10), 0, 0 });
    read_parameters(&k);
    read_batch(&k, in.form == FL_TENSOR_TOKENS);
    k.curvature = fl_network_curvature_new(k.network, backend, layers, n_layers, true, &error);
    double loss = fl_network_curvature_at(k.curvature, k.network, NULL);
    make_direction(&k);
    write_products(&k, k.curvature, "");
    if (fl_network_curvature_offers(k.curvature, FL_NETWORK_FISHER_SAMPLED, NULL)) {
        write_array(&k, "drawn", fl_network_curvature_drawn(k.curvature),
                    fl_network_n_losses(k.network) * fl_network_output(k.network, NULL));
        write_blocks(&k);
        write_factors(&k, FL_NETWORK_FISHER_EMPIRICAL, "");
        write_factors(&k, FL_NETWORK_FISHER_SAMPLED, "drawn_");
    }
    fl_network_curvature *evaluation = fl_network_curvature_new(k.network, backend, layers, n_layers, false, &error);
    fl_network_curvature_at(evaluation, k.network, NULL);
    write_products(&k, evaluation, "_evaluation");
    fl_network_curvature_free(evaluation);
    printf("%.9g %zu\n", loss, fl_network_curvature_bytes(k.curvature));
    free(k.canonical);
    free(k.v);
    free(k.out);
    fl_network_curvature_free(k.curvature);
    fl_network_free(k.network);
    return 0;
}
