/* The plane holds the final parameters and two directions; a path is seen along its normal. */
#include "command/landscape.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/npy.h"
#include "curvature/basis.h"
#include "curvature/landscape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 31 };

/* Towards both exports, into the rows (2 x n). */
static bool read_directions(const words *through, const fl_tensor_layout *layout, const float *parameters, float *rows,
                            fl_error *error)
{
    size_t n = layout->n_parameters;
    for (size_t k = 0; k < 2; k++) {
        if (!fl_train_curvature_parameters(through->items[k], layout, rows + k * n, error)) return false;
        for (size_t i = 0; i < n; i++) rows[k * n + i] -= parameters[i];
    }
    return true;
}

/* The places of path.npy on the plane (count x 2), to be freed; none where the export has no path. */
static bool read_path(const char *kit, const fl_curvature_plane *plane, double **places, size_t *count, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    size_t shape[FL_NPY_DIMS], n_dims;
    void *rows;
    *places = NULL;
    *count = 0;
    fl_file_path_join(path, kit, "path.npy");
    if (!fl_file_exists(path)) return true;
    if (!fl_npy_read(path, FL_NPY_F32, &rows, shape, &n_dims, error)) return false;
    bool fits = n_dims == 2 && shape[1] == plane->n;
    *count = fits ? shape[0] : 0;
    *places = fl_memory_new(2 * *count + 6, sizeof **places);
    for (size_t i = 0; i < *count; i++)
        fl_curvature_plane_project(plane, (const float *)rows + i * plane->n, *places + 2 * i);
    free(rows);
    return fits || fl_error_user(error, "%s: is no path of a model with %zu parameters", path, plane->n);
}

static json_t *numbers(const double *values, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, fl_json_finite(values[i]));
    return list;
}

static json_t *pairs(const double *places, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, numbers(places + 2 * i, 2));
    return list;
}

static json_t *axes_json(const words *through)
{
    if (!through->n) return json_pack("[s, s]", "eigenvector 1", "eigenvector 2");
    return json_pack("[o, o]", fl_json_any_text(through->items[0]), fl_json_any_text(through->items[1]));
}

static json_t *plane_json(const fl_curvature_plane *plane, const double *path, size_t n_path, const double *through,
                          size_t n_through, fl_curvature_model *model, const words *names)
{
    double *losses = fl_memory_new(SIDE * SIDE, sizeof *losses);
    fl_curvature_plane_losses(plane, model, SIDE, losses);
    json_t *object =
        json_pack("{s:o, s:i, s:o, s:o, s:o, s:o, s:o}", "axes", axes_json(names), "side", SIDE, "low",
                  numbers(plane->low, 2), "high", numbers(plane->high, 2), "losses", numbers(losses, SIDE * SIDE),
                  "path", pairs(path, n_path), "through", pairs(through, n_through));
    free(losses);
    return object;
}

bool landscape_add(json_t *record, fl_train_curvature *curvature, const char *kit, const float *parameters,
                   const float *vectors, const words *through, fl_error *error)
{
    const fl_tensor_layout *layout = fl_network_layout(fl_train_curvature_network(curvature));
    size_t n = layout->n_parameters, n_path = 0;
    float *rows = fl_memory_new(2 * n, sizeof *rows), *ends = fl_memory_new(2 * n, sizeof *ends);
    double *path = NULL, places[4];
    fl_curvature_plane plane = { .n = n, .origin = parameters, .axes = { rows, rows + n } };
    bool fine = !through->n || read_directions(through, layout, parameters, rows, error);
    if (!through->n) memcpy(rows, vectors, 2 * n * sizeof *rows);
    for (size_t i = 0; i < 2 * n; i++) ends[i] = rows[i] + parameters[i % n];
    fine = fine && (fl_curvature_plane_orthonormalize(n, rows) ||
                    fl_error_user(error, "the directions of the plane are one and the same"));
    fine = fine && read_path(kit, &plane, &path, &n_path, error);
    if (fine) {
        size_t n_ends = through->n;
        double room = 0.1 * sqrt(fl_curvature_dot(n, parameters, parameters));
        for (size_t k = 0; k < n_ends; k++) fl_curvature_plane_project(&plane, ends + k * n, places + 2 * k);
        path = fl_memory_grow(path, 2 * n_path + 4, sizeof *path);
        memcpy(path + 2 * n_path, places, 2 * n_ends * sizeof *places);
        fl_curvature_plane_frame(&plane, path, n_path + n_ends, room);
        json_object_set_new(
            record, "landscape",
            plane_json(&plane, path, n_path, places, n_ends, fl_train_curvature_model(curvature), through));
    }
    free(path);
    free(rows);
    free(ends);
    return fine;
}
