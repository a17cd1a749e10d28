/* Max-pool over planes of pixels whose channels lie side by side, in f32 or bf16, with the ReLU that may follow.
 *
 * All blocked and channels-last layouts are such planes, and so is the plain one, with a single number per pixel. The
 * library's own kernels run at a fifth of memory speed; these loops are at its limit because they go along the
 * channels, whatever the window's size. Forward keeps which place of the window won, for the usual window of two in a
 * byte; places are numbered in row order, and one that no place has means that the ReLU let nothing through. Values and
 * places are those of naive: the first of equals wins, a NaN only in the first place.
 */
#include "backend/onednn/onednn.h"
#include "backend/onednn/onednn_numbers.h"
#include "base/clones.h"

#include <string.h>

enum { LINE = 64 }; /* bytes of a cache line */

/* A row of windows: its first pixels in the layer's input and output. */
typedef struct row {
    const fl_onednn_pool *pool;
    const char *in;
    char *out, *places;
} row;

/* Fetch what the next row of windows will read or write here: a plane's rows are too short for the processor to see
 * that they go on. Past the last of them nothing is read, so nothing can go wrong. Not where pixels are of a few bytes:
 * there it would keep compilers from going along the row in vectors. */
FL_ONEDNN_ALWAYS_INLINE void fetch_next(const char *in, size_t row_bytes, size_t at, size_t n, bool written)
{
    if (n < LINE) return;
    for (size_t y = 2; y < 4; y++)
        for (size_t byte = 0; byte < n; byte += LINE)
            if (written)
                __builtin_prefetch(in + y * row_bytes + at + byte, 1);
            else
                __builtin_prefetch(in + y * row_bytes + at + byte);
}

/* --- windows of two by two, and one byte per place --- */

enum { NO_PLACE = 4 };

/* Sixteen numbers of bf16 as vectors: a loop over numbers of two and of four bytes and places of one takes the compiler
 * twice as long to put in order as to compare. */
enum { LANES = 16 };

typedef uint16_t halves __attribute__((vector_size(LANES * sizeof(uint16_t))));
typedef uint32_t singles __attribute__((vector_size(LANES * sizeof(uint32_t))));
typedef float floats __attribute__((vector_size(LANES * sizeof(float))));
typedef uint8_t octets __attribute__((vector_size(LANES)));

typedef struct winners {
    singles best, place;
} winners;

FL_ONEDNN_ALWAYS_INLINE void load_lanes(const char *in, size_t i, singles *bits)
{
    halves upper;
    memcpy(&upper, in + i * sizeof(uint16_t), sizeof upper);
    *bits = __builtin_convertvector(upper, singles) << 16;
}

FL_ONEDNN_ALWAYS_INLINE void meet_lanes(winners *w, const char *in, size_t i, uint32_t place)
{
    singles value;
    load_lanes(in, i, &value);
    singles wins = (singles)((floats)value > (floats)w->best);
    w->place = (wins & place) | (~wins & w->place);
    w->best = (wins & value) | (~wins & w->best);
}

FL_ONEDNN_ALWAYS_INLINE void forward_lanes(row r, size_t i, size_t o, size_t inner, bool relu)
{
    size_t below = r.pool->w * inner;
    winners w = { .place = { 0 } };
    load_lanes(r.in, i, &w.best);
    meet_lanes(&w, r.in, i + inner, 1);
    meet_lanes(&w, r.in, i + below, 2);
    meet_lanes(&w, r.in, i + below + inner, 3);
    if (relu) {
        floats zero = { 0 };
        singles above = (singles)((floats)w.best > zero);
        w.place = (above & w.place) | (~above & (uint32_t)NO_PLACE);
        w.best = ~(singles)((floats)w.best < zero) & w.best;
    }
    halves upper = __builtin_convertvector(w.best >> 16, halves);
    octets places = __builtin_convertvector(w.place, octets);
    memcpy(r.out + o * sizeof(uint16_t), &upper, sizeof upper);
    memcpy(r.places + o, &places, sizeof places);
}

FL_ONEDNN_ALWAYS_INLINE void forward_two(row r, size_t inner, bool bf16, bool relu)
{
    size_t below = r.pool->w * inner;
    size_t number = bf16 ? sizeof(uint16_t) : sizeof(float);
    uint8_t *places = (uint8_t *)r.places;
    for (size_t x = 0; x < r.pool->w / 2; x++) {
        fetch_next(r.in, below * number, 2 * x * inner * number, 2 * inner * number, false);
        size_t whole = bf16 ? inner / LANES * LANES : 0;
        for (size_t c = 0; c < whole; c += LANES) forward_lanes(r, 2 * x * inner + c, x * inner + c, inner, relu);
        FL_ONEDNN_INDEPENDENT
        for (size_t c = whole; c < inner; c++) {
            size_t i = 2 * x * inner + c, o = x * inner + c;
            float best = fl_onednn_load(r.in, i, bf16), right = fl_onednn_load(r.in, i + inner, bf16);
            float low = fl_onednn_load(r.in, i + below, bf16), last = fl_onednn_load(r.in, i + below + inner, bf16);
            int32_t place = right > best;
            best = right > best ? right : best;
            place = low > best ? 2 : place;
            best = low > best ? low : best;
            place = last > best ? 3 : place;
            best = last > best ? last : best;
            if (relu) {
                place = best > 0 ? place : NO_PLACE;
                best = best < 0 ? 0 : best;
            }
            fl_onednn_store(r.out, o, best, bf16);
            places[o] = (uint8_t)place;
        }
    }
}

FL_ONEDNN_ALWAYS_INLINE void backward_two(row r, char *d_in, size_t inner, bool bf16)
{
    size_t below = r.pool->w * inner;
    size_t number = bf16 ? sizeof(uint16_t) : sizeof(float);
    const uint8_t *places = (const uint8_t *)r.places;
    for (size_t x = 0; x < r.pool->w / 2; x++) {
        fetch_next(d_in, below * number, 2 * x * inner * number, 2 * inner * number, true);
        FL_ONEDNN_INDEPENDENT
        for (size_t c = 0; c < inner; c++) {
            size_t i = 2 * x * inner + c, o = x * inner + c;
            uint32_t d = fl_onednn_load_bits(r.out, o, bf16);
            int32_t place = places[o]; /* masks: with conditions the loop for f32 is not vectorised */
            fl_onednn_store_bits(d_in, i, d & (uint32_t) - (place == 0), bf16);
            fl_onednn_store_bits(d_in, i + inner, d & (uint32_t) - (place == 1), bf16);
            fl_onednn_store_bits(d_in, i + below, d & (uint32_t) - (place == 2), bf16);
            fl_onednn_store_bits(d_in, i + below + inner, d & (uint32_t) - (place == 3), bf16);
        }
    }
}

/* --- windows of any size: place by place over the whole row, and four bytes per place --- */

FL_ONEDNN_ALWAYS_INLINE void start_any(row r, size_t inner, bool bf16)
{
    int32_t *places = (int32_t *)r.places;
    size_t k = r.pool->kernel;
    for (size_t x = 0; x < r.pool->w / k; x++)
        for (size_t c = 0; c < inner; c++) {
            fl_onednn_store_bits(r.out, x * inner + c, fl_onednn_load_bits(r.in, x * k * inner + c, bf16), bf16);
            places[x * inner + c] = 0;
        }
}

FL_ONEDNN_ALWAYS_INLINE void meet_any(row r, size_t place, size_t inner, bool bf16)
{
    int32_t *places = (int32_t *)r.places;
    size_t k = r.pool->kernel, first = (place / k * r.pool->w + place % k) * inner;
    for (size_t x = 0; x < r.pool->w / k; x++) {
        FL_ONEDNN_INDEPENDENT
        for (size_t c = 0; c < inner; c++) {
            size_t o = x * inner + c;
            float best = fl_onednn_load(r.out, o, bf16), value = fl_onednn_load(r.in, first + x * k * inner + c, bf16);
            places[o] = value > best ? (int32_t)place : places[o];
            fl_onednn_store(r.out, o, value > best ? value : best, bf16);
        }
    }
}

FL_ONEDNN_ALWAYS_INLINE void rectify_any(row r, size_t inner, bool bf16)
{
    int32_t *places = (int32_t *)r.places;
    FL_ONEDNN_INDEPENDENT
    for (size_t o = 0; o < r.pool->w / r.pool->kernel * inner; o++) {
        float best = fl_onednn_load(r.out, o, bf16);
        places[o] = best > 0 ? places[o] : -1;
        fl_onednn_store(r.out, o, best < 0 ? 0 : best, bf16);
    }
}

FL_ONEDNN_ALWAYS_INLINE void forward_any(row r, size_t inner, bool bf16, bool relu)
{
    size_t k = r.pool->kernel;
    start_any(r, inner, bf16);
    for (size_t place = 1; place < k * k; place++) meet_any(r, place, inner, bf16);
    if (relu) rectify_any(r, inner, bf16);
}

FL_ONEDNN_ALWAYS_INLINE void backward_any(row r, char *d_in, size_t inner, bool bf16)
{
    const int32_t *places = (const int32_t *)r.places;
    size_t k = r.pool->kernel;
    for (size_t place = 0; place < k * k; place++) {
        size_t first = (place / k * r.pool->w + place % k) * inner;
        for (size_t x = 0; x < r.pool->w / k; x++) {
            FL_ONEDNN_INDEPENDENT
            for (size_t c = 0; c < inner; c++) {
                size_t o = x * inner + c;
                uint32_t d = fl_onednn_load_bits(r.out, o, bf16);
                fl_onednn_store_bits(d_in, first + x * k * inner + c, d & (uint32_t) - (places[o] == (int32_t)place),
                                     bf16);
            }
        }
    }
}

/* --- a loop for each kind of row: short ones along the channels are fast where their number is known when compiling
 * --- */

FL_ONEDNN_ALWAYS_INLINE void forward_typed(row r, size_t inner, bool bf16, bool relu)
{
    if (r.pool->kernel == 2)
        forward_two(r, inner, bf16, relu);
    else
        forward_any(r, inner, bf16, relu);
}

FL_ONEDNN_ALWAYS_INLINE void forward_inner(row r, size_t inner, bool bf16)
{
    if (r.pool->relu)
        forward_typed(r, inner, bf16, true);
    else
        forward_typed(r, inner, bf16, false);
}

FL_ONEDNN_ALWAYS_INLINE void forward_row(row r, bool bf16)
{
    switch (r.pool->inner) {
    case 1:
        forward_inner(r, 1, bf16);
        break;
    case 8:
        forward_inner(r, 8, bf16);
        break;
    case 16:
        forward_inner(r, 16, bf16);
        break;
    case 32:
        forward_inner(r, 32, bf16);
        break;
    default:
        forward_inner(r, r.pool->inner, bf16);
    }
}

FL_ONEDNN_ALWAYS_INLINE void backward_inner(row r, char *d_in, size_t inner, bool bf16)
{
    if (r.pool->kernel == 2)
        backward_two(r, d_in, inner, bf16);
    else
        backward_any(r, d_in, inner, bf16);
}

FL_ONEDNN_ALWAYS_INLINE void backward_row(row r, char *d_in, bool bf16)
{
    switch (r.pool->inner) {
    case 1:
        backward_inner(r, d_in, 1, bf16);
        break;
    case 8:
        backward_inner(r, d_in, 8, bf16);
        break;
    case 16:
        backward_inner(r, d_in, 16, bf16);
        break;
    case 32:
        backward_inner(r, d_in, 32, bf16);
        break;
    default:
        backward_inner(r, d_in, r.pool->inner, bf16);
    }
}

/* --- all rows --- */

static size_t bytes_of(const fl_onednn_pool *pool)
{
    return pool->bf16 ? sizeof(uint16_t) : sizeof(float);
}

static size_t place_bytes(const fl_onednn_pool *pool)
{
    return pool->kernel == 2 ? sizeof(uint8_t) : sizeof(int32_t);
}

static size_t rows_of(const fl_onednn_pool *pool)
{
    return pool->planes * (pool->h / pool->kernel);
}

size_t fl_onednn_pool_places(const fl_onednn_pool *pool)
{
    return rows_of(pool) * (pool->w / pool->kernel) * pool->inner * place_bytes(pool);
}

/* What fills no window gets no gradient: zeros for a row of windows, and for what is below the last of a plane. */
static void clear(const fl_onednn_pool *pool, size_t i, char *d_in)
{
    size_t k = pool->kernel, per_plane = pool->h / k, row_bytes = pool->w * pool->inner * bytes_of(pool);
    bool last = i % per_plane == per_plane - 1;
    if (pool->h % k || pool->w % k) memset(d_in, 0, (last ? k + pool->h % k : k) * row_bytes);
}

/* Numbers from the beginning of the input to the first pixel of a row of windows. */
FL_ONEDNN_ALWAYS_INLINE size_t begin(const fl_onednn_pool *pool, size_t i)
{
    size_t per_plane = pool->h / pool->kernel;
    return (i / per_plane * pool->h + i % per_plane * pool->kernel) * pool->w * pool->inner;
}

FL_CLONES static void forward_rows(const fl_onednn_pool *pool, const char *in, char *out, char *places)
{
    size_t row_out = pool->w / pool->kernel * pool->inner, bytes = bytes_of(pool);
    for (size_t i = 0; i < rows_of(pool); i++) {
        row r = { pool, in + begin(pool, i) * bytes, out + i * row_out * bytes,
                  places + i * row_out * place_bytes(pool) };
        if (pool->bf16)
            forward_row(r, true);
        else
            forward_row(r, false);
    }
}

FL_CLONES static void backward_rows(const fl_onednn_pool *pool, char *d_out, char *places, char *d_in)
{
    size_t row_out = pool->w / pool->kernel * pool->inner, bytes = bytes_of(pool);
    for (size_t i = 0; i < rows_of(pool); i++) {
        row r = { pool, NULL, d_out + i * row_out * bytes, places + i * row_out * place_bytes(pool) };
        char *to = d_in + begin(pool, i) * bytes;
        clear(pool, i, to);
        if (pool->bf16)
            backward_row(r, to, true);
        else
            backward_row(r, to, false);
    }
}

void fl_onednn_pool_forward(const void *what, void *const memories[])
{
    forward_rows(what, memories[0], memories[1], memories[2]);
}

void fl_onednn_pool_backward(const void *what, void *const memories[])
{
    backward_rows(what, memories[0], memories[1], memories[2]);
}
