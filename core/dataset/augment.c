/* Crop and flip as He et al. 2015 train on CIFAR; brightness as DeepOBS changes it (Schneider et al. 2019). */
#include "dataset/augment.h"

#include <string.h>

enum { PIECE = 256 };

/* Row y of the result is row y + down of the picture, and so for columns. */
static void shift(const float *from, float *to, size_t height, size_t width, long down, long right)
{
    for (long y = 0; y < (long)height; y++) {
        long source = y + down;
        float *row = to + (size_t)y * width;
        memset(row, 0, width * sizeof *row);
        if (source < 0 || source >= (long)height) continue;
        size_t first = right < 0 ? (size_t)-right : 0, skip = right > 0 ? (size_t)right : 0;
        if (first + skip >= width) continue;
        memcpy(row + first, from + (size_t)source * width + skip, (width - first - skip) * sizeof *row);
    }
}

void fl_dataset_augment_crop(fl_random_stream *stream, fl_tensor_shape shape, size_t most, float *values, float *room)
{
    size_t plane = shape.h * shape.w;
    long down = (long)fl_random_below(stream, 2 * most + 1) - (long)most;
    long right = (long)fl_random_below(stream, 2 * most + 1) - (long)most;
    memcpy(room, values, shape.c * plane * sizeof *room);
    for (size_t c = 0; c < shape.c; c++) shift(room + c * plane, values + c * plane, shape.h, shape.w, down, right);
}

void fl_dataset_augment_flip(fl_random_stream *stream, fl_tensor_shape shape, float *values)
{
    if (fl_random_below(stream, 2) == 0) return;
    for (size_t row = 0; row < shape.c * shape.h; row++, values += shape.w)
        for (size_t i = 0, j = shape.w - 1; i < j; i++, j--) {
            float left = values[i];
            values[i] = values[j];
            values[j] = left;
        }
}

void fl_dataset_augment_noise(fl_random_stream *stream, size_t n, double deviation, float *values)
{
    double draws[PIECE];
    for (size_t first = 0; first < n; first += PIECE) {
        size_t now = n - first < PIECE ? n - first : PIECE;
        fl_random_normals(stream, draws, now);
        for (size_t i = 0; i < now; i++) values[first + i] += (float)(deviation * draws[i]);
    }
}

void fl_dataset_augment_brightness(fl_random_stream *stream, size_t n, double most, float *values)
{
    float more = (float)(most * (2 * fl_random_uniform(stream) - 1));
    for (size_t i = 0; i < n; i++) values[i] += more;
}
