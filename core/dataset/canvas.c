/* Lines by distance: a pixel is covered by 1 up to half a pixel inside the line's edge, by 0 from half a pixel
 * outside it, and linearly between. Only the pixels around the line are visited. Additions, products and sqrt alone, so
 * the result is the same bits everywhere.
 */
#include "dataset/canvas.h"
#include "base/clones.h"

#include <math.h>

enum { AT_ONCE = 8, LAST = FL_DATASET_CANVAS_SIDE - AT_ONCE };

typedef struct rectangle {
    int left, right, top, bottom;
} rectangle;

typedef struct pen_line {
    fl_dataset_canvas_point from, along;
    double inverse_length2; /* 0: a dot */
    fl_dataset_pen pen;
} pen_line;

/* AT_ONCE pixels of a row from the place (x, y) on: each keeps the darker of what it has and the line's ink. Choices
 * and no branches, and always as many, so that whole vectors of pixels are computed. */
static inline __attribute__((always_inline)) void draw_some(double *restrict pixels, int x, int y, const pen_line *line)
{
    const double inner = line->pen.half_width - 0.5, outer = line->pen.half_width + 0.5;
    const double inner2 = inner > 0 ? inner * inner : -1, outer2 = outer * outer;
    for (int i = 0; i < AT_ONCE; i++) {
        double dx = x + i - line->from.x, dy = y - line->from.y;
        double t = (dx * line->along.x + dy * line->along.y) * line->inverse_length2;
        t = t < 0 ? 0 : t;
        t = t > 1 ? 1 : t;
        dx -= t * line->along.x;
        dy -= t * line->along.y;
        double distance2 = dx * dx + dy * dy, cover = outer - sqrt(distance2);
        cover = cover > 1 || distance2 <= inner2 ? 1 : cover;
        cover = distance2 >= outer2 ? 0 : cover;
        double ink = line->pen.ink * cover;
        pixels[i] = ink > pixels[i] ? ink : pixels[i];
    }
}

FL_CLONES static void draw_within(double *restrict pixels, rectangle within, const pen_line *line)
{
    for (int y = within.top; y < within.bottom; y++)
        for (int next = within.left; next < within.right; next += AT_ONCE) {
            int x = next < LAST ? next : LAST; /* a pixel beyond the reach stays as it is, and so does one met twice */
            draw_some(pixels + y * FL_DATASET_CANVAS_SIDE + x, x, y, line);
        }
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
    pen_line line = { .from = a, .along = { b.x - a.x, b.y - a.y }, .pen = pen };
    double length2 = line.along.x * line.along.x + line.along.y * line.along.y;
    if (length2 > 0) line.inverse_length2 = 1 / length2;
    rectangle reach;
    bounds(a.x, b.x, pen.half_width + 0.5, &reach.left, &reach.right);
    bounds(a.y, b.y, pen.half_width + 0.5, &reach.top, &reach.bottom);
    draw_within(canvas->ink, reach, &line);
}
