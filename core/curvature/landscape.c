/* Directions are orthonormal, so a distance on the plane is one between parameters. */
#include "curvature/landscape.h"
#include "base/memory.h"
#include "curvature/basis.h"

#include <math.h>
#include <stdlib.h>

/* Of a direction so little is left that rounding decides where it points. */
static const double negligible = 1e-5;

bool fl_curvature_plane_orthonormalize(size_t n, float *rows)
{
    for (size_t k = 0; k < 2; k++) {
        float *row = rows + k * n;
        double before = sqrt(fl_curvature_dot(n, row, row)), length = fl_curvature_project_out(n, k, rows, row);
        if (!(length > negligible * before)) return false;
        fl_curvature_scale(n, 1 / length, row);
    }
    return true;
}

void fl_curvature_plane_project(const fl_curvature_plane *plane, const float *parameters, double place[2])
{
    for (size_t k = 0; k < 2; k++) {
        place[k] = 0;
        for (size_t i = 0; i < plane->n; i++)
            place[k] += ((double)parameters[i] - plane->origin[i]) * plane->axes[k][i];
    }
}

void fl_curvature_plane_frame(fl_curvature_plane *plane, const double *places, size_t n, double room)
{
    double span[2];
    for (size_t k = 0; k < 2; k++) {
        plane->low[k] = plane->high[k] = 0;
        for (size_t i = 0; i < n; i++) {
            plane->low[k] = fmin(plane->low[k], places[2 * i + k]);
            plane->high[k] = fmax(plane->high[k], places[2 * i + k]);
        }
        span[k] = plane->high[k] - plane->low[k];
    }
    double least = fmax(span[0], span[1]) > 0 ? fmax(span[0], span[1]) / 5 : 2 * room; /* no sliver of a plane */
    for (size_t k = 0; k < 2; k++) {
        double around = fmax(0.2 * span[k], (least - span[k]) / 2);
        plane->low[k] -= around;
        plane->high[k] += around;
    }
}

void fl_curvature_plane_losses(const fl_curvature_plane *plane, fl_curvature_model *model, size_t side, double *losses)
{
    float *at = fl_memory_new(plane->n, sizeof *at);
    for (size_t p = 0; p < side * side; p++) {
        const size_t of[2] = { p % side, p / side };
        double place[2];
        for (size_t k = 0; k < 2; k++)
            place[k] = plane->low[k] + (plane->high[k] - plane->low[k]) * (double)of[k] / (double)(side - 1);
        for (size_t i = 0; i < plane->n; i++)
            at[i] = (float)(plane->origin[i] + place[0] * plane->axes[0][i] + place[1] * plane->axes[1][i]);
        losses[p] = fl_curvature_model_loss(model, at);
    }
    free(at);
}
