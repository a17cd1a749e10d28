#include "backend/dropout.h"
#include "base/random.h"

enum { LAYERS = 1 << 16, AT_ONCE = 256 };

static void draw(const fl_random_stream *stream, uint64_t first, size_t n, uint32_t below, float kept, float *mask)
{
    uint32_t draws[AT_ONCE];
    fl_random_u32s(stream, first, draws, n);
    for (size_t i = 0; i < n; i++) mask[i] = draws[i] < below ? 0 : kept;
}

void fl_backend_dropout_mask(double rate, size_t index, const fl_backend_moment *moment, size_t columns, size_t first,
                             size_t n, float *mask)
{
    fl_random_stream stream = fl_random_stream_start(moment->seed, "dropout", moment->step * LAYERS + index);
    uint64_t from = (uint64_t)moment->row * columns + first;
    uint32_t below = (uint32_t)(rate * 0x1p32);
    float kept = (float)(1 / (1 - rate));
    for (size_t i = 0; i < n; i += AT_ONCE)
        draw(&stream, from + i, n - i < AT_ONCE ? n - i : AT_ONCE, below, kept, mask + i);
}
