/* The loss on a plane through a model's parameters. */
#ifndef FL_CURVATURE_LANDSCAPE_H
#define FL_CURVATURE_LANDSCAPE_H

#include "curvature/model.h"

typedef struct fl_curvature_plane {
    size_t n;
    const float *origin;    /* n, borrowed */
    const float *axes[2];   /* n each, orthonormal, borrowed */
    double low[2], high[2]; /* what is shown of it, the origin at (0, 0) */
} fl_curvature_plane;

/* Make two rows (2 x n) orthonormal, the first in its direction; false where they are parallel or zero. */
bool fl_curvature_plane_orthonormalize(size_t n, float *rows);

/* Where parameters lie, seen along the plane's normal. */
void fl_curvature_plane_project(const fl_curvature_plane *plane, const float *parameters, double place[2]);

/* Show these places (n x 2) and the origin, with room around; where they are one, so much around it. */
void fl_curvature_plane_frame(fl_curvature_plane *plane, const double *places, size_t n, double room);

/* The model's loss at side x side places, row by row from the lowest. */
void fl_curvature_plane_losses(const fl_curvature_plane *plane, fl_curvature_model *model, size_t side, double *losses);

#endif
