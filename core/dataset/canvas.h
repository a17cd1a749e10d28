/* A small grey picture that thick lines are drawn on with smooth edges; generated data sets draw their examples here.
 * Pixel centres lie at whole coordinates, x to the right and y down.
 */
#ifndef FL_DATASET_CANVAS_H
#define FL_DATASET_CANVAS_H

enum { FL_DATASET_CANVAS_SIDE = 28, FL_DATASET_CANVAS_PIXELS = FL_DATASET_CANVAS_SIDE * FL_DATASET_CANVAS_SIDE };

typedef struct fl_dataset_canvas_point {
    double x, y;
} fl_dataset_canvas_point;

typedef struct fl_dataset_pen {
    double half_width; /* in pixels */
    double ink;        /* what a fully covered pixel becomes, in (0, 1] */
} fl_dataset_pen;

typedef struct fl_dataset_canvas {
    double ink[FL_DATASET_CANVAS_PIXELS]; /* row by row; zeros are an empty canvas */
} fl_dataset_canvas;

/* Draw the line from `a` to `b` with round ends; where lines cross the darker ink stays. Parts outside are cut off. */
void fl_dataset_canvas_line(fl_dataset_canvas *canvas, fl_dataset_canvas_point a, fl_dataset_canvas_point b,
                            fl_dataset_pen pen);

#endif
