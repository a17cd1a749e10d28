/* Lines by distance: a pixel is covered by 1 up to half a pixel inside the line's edge, by 0 from half a pixel
 * outside it, and linearly between. Only the pixels around the line are visited, and only those on its rim need a
 * square root. Additions, products and sqrt alone, so the result is the same bits everywhere.
 */
#include "dataset/canvas.h"

#include <math.h>

static double squared_distance(fl_dataset_canvas_point p, fl_dataset_canvas_point a, fl_dataset_canvas_point along,
                               double inverse_length2)
{
    double x = p.x - a.x, y = p.y - a.y;
    double t = (x * along.x + y * along.y) * inverse_length2;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    x -= t * along.x;
    y -= t * along.y;
    return x * x + y * y;
}

static double coverage(double distance2, double half_width)
{
    double inner = half_width - 0.5, outer = half_width + 0.5;
    if (distance2 >= outer * outer) return 0;
    if (inner > 0 && distance2 <= inner * inner) return 1;
    double cover = outer - sqrt(distance2);
    return cover < 1 ? cover : 1;
}

/* The first and one past the last whole coordinate within `reach` of the stretch between `a` and `b`, on the canvas. */
static void bounds(double a, double b, double reach, int *first, int *end)
{
    double low = ceil((a < b ? a : b) - reach), high = floor((a < b ? b : a) + reach) + 1;
    *first = low > 0 ? low < FL_DATASET_CANVAS_SIDE ? (int)low : FL_DATASET_CANVAS_SIDE : 0;
    *end = high < FL_DATASET_CANVAS_SIDE ? high > 0 ? (int)high : 0 : FL_DATASET_CANVAS_SIDE;
}

void fl_dataset_canvas_line(fl_dataset_canvas *canvas, fl_dataset_canvas_point a, fl_dataset_canvas_point b,
                            fl_dataset_pen pen)
{
    fl_dataset_canvas_point along = { b.x - a.x, b.y - a.y };
    double length2 = along.x * along.x + along.y * along.y;
    double inverse_length2 = length2 > 0 ? 1 / length2 : 0;
    int left, right, top, bottom;
    bounds(a.x, b.x, pen.half_width + 0.5, &left, &right);
    bounds(a.y, b.y, pen.half_width + 0.5, &top, &bottom);
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            double distance2 = squared_distance((fl_dataset_canvas_point){ x, y }, a, along, inverse_length2);
            double ink = pen.ink * coverage(distance2, pen.half_width);
            double *pixel = &canvas->ink[y * FL_DATASET_CANVAS_SIDE + x];
            if (ink > *pixel) *pixel = ink;
        }
}
