/* Elements are read in pieces and turned into doubles or 64-bit numbers one by one, by a table of types. */
#include "dataset/npy_values.h"
#include "base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PIECE = 4096, ITEM_MOST = 8, HEADER_MOST = 1 << 17, RANGE_PARTS = 1000 };
#define FLOAT64_ROUNDING 0x1p-48

static double half(const void *at)
{
    uint16_t bits;
    memcpy(&bits, at, sizeof bits);
    int exponent = bits >> 10 & 31;
    double fraction = bits & 1023;
    double value = exponent == 31 ? (fraction ? NAN : HUGE_VAL)
                   : exponent     ? ldexp(1024 + fraction, exponent - 25)
                                  : ldexp(fraction, -24);
    return bits >> 15 ? -value : value;
}

#define READER(name, type, result)                                                                                     \
    static result name(const void *at)                                                                                 \
    {                                                                                                                  \
        type value;                                                                                                    \
        memcpy(&value, at, sizeof value);                                                                              \
        return (result)value;                                                                                          \
    }
READER(single, float, double)
READER(exact, double, double)
READER(byte, uint8_t, int64_t)
READER(word, int32_t, int64_t)
READER(wide, int64_t, int64_t)

typedef struct fl_dataset_npy_type {
    const char *descr;
    size_t size;
    double (*number)(const void *at);
    int64_t (*whole)(const void *at); /* NULL: it is no type of whole numbers */
} type;

static const type types[] = { { "<f2", 2, half, NULL }, { "<f4", 4, single, NULL }, { "<f8", 8, exact, NULL },
                              { "|u1", 1, NULL, byte }, { "<i4", 4, NULL, word },   { "<i8", 8, NULL, wide } };

static const type *type_of(const char *descr)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(descr, types[i].descr)) return &types[i];
    return NULL;
}

static bool understands(fl_dataset_npy *npy, fl_error *error)
{
    const fl_npy_header *header = &npy->header;
    npy->type = type_of(header->descr);
    if (!npy->type)
        return fl_error_user(error,
                             "%s: byte 10: its type is '%s'; it is to be float16, float32, float64, uint8, int32 or "
                             "int64, as NumPy's astype makes it",
                             npy->path, header->descr);
    if (header->fortran_order)
        return fl_error_user(error, "%s: byte 10: is in Fortran order; numpy.ascontiguousarray turns it into C order",
                             npy->path);
    if (!header->n_dims || !header->count) return fl_error_user(error, "%s: byte 10: holds no examples", npy->path);
    return true;
}

static bool size_agrees(const fl_dataset_npy *npy, fl_error *error)
{
    struct stat facts;
    size_t bytes;
    if (fstat(fileno(npy->file), &facts) != 0) return fl_file_error(error, npy->path, "cannot be read");
    if (!S_ISREG(facts.st_mode)) return fl_error_user(error, "%s: is no regular file", npy->path);
    size_t there = (size_t)facts.st_size - npy->header.start;
    if (!__builtin_mul_overflow(npy->header.count, npy->type->size, &bytes) && bytes == there) return true;
    return fl_error_user(error, "%s: byte %zu: its header promises %zu elements of %zu bytes, %zu bytes follow",
                         npy->path, npy->header.start, npy->header.count, npy->type->size, there);
}

bool fl_dataset_npy_open(fl_dataset_npy *npy, const char *path, fl_error *error)
{
    static char bytes[HEADER_MOST];
    *npy = (fl_dataset_npy){ .path = path, .file = fl_file_stream(path, error) };
    if (!npy->file) return false;
    size_t n = fread(bytes, 1, sizeof bytes, npy->file);
    if (ferror(npy->file)) return fl_file_error(error, path, "cannot be read");
    if (!fl_npy_header_read(bytes, n, &npy->header))
        return fl_error_user(error, "%s: byte %zu: %s", path, npy->header.wrong_at, npy->header.wrong);
    if (!understands(npy, error) || !size_agrees(npy, error)) return false;
    return fseek(npy->file, (long)npy->header.start, SEEK_SET) == 0 || fl_file_error(error, path, "cannot be read");
}

void fl_dataset_npy_close(fl_dataset_npy *npy)
{
    if (npy->file) fclose(npy->file);
    npy->file = NULL;
}

bool fl_dataset_npy_is_whole(const fl_dataset_npy *npy)
{
    return npy->type->whole;
}

bool fl_dataset_npy_is_bytes(const fl_dataset_npy *npy)
{
    return npy->type->whole == byte;
}

/* Elements first..first+n-1, as they lie in the file. */
static bool read_piece(fl_dataset_npy *npy, void *to, size_t first, size_t n, fl_error *error)
{
    if (fread(to, npy->type->size, n, npy->file) == n) return true;
    if (ferror(npy->file)) return fl_error_machine(error, "%s: reading failed: %s", npy->path, strerror(errno));
    return fl_error_user(error, "%s: byte %zu: ends within its elements", npy->path,
                         npy->header.start + first * npy->type->size);
}

/* An element that may not be: which byte, which example, and what it is. */
static bool refuse(const fl_dataset_npy *npy, size_t element, double value, const char *right, fl_error *error)
{
    size_t row = npy->header.count / npy->header.shape[0];
    return fl_error_user(error, "%s: byte %zu: value %zu of example %zu is %g; %s", npy->path,
                         npy->header.start + element * npy->type->size, element % row, element / row, value, right);
}

bool fl_dataset_npy_read_bytes(fl_dataset_npy *npy, uint8_t *to, fl_error *error)
{
    return read_piece(npy, to, 0, npy->header.count, error);
}

/* The range of one value over the examples, and how far float32 is from it at most. */
typedef struct range {
    double least, most, off;
} range;

/* Times in seconds since 1970, say, differ by less than float32 shows: they would train as a constant. What differs by
 * float64's own rounding counts as one. */
static bool ranges_survive(const fl_dataset_npy *npy, const range *ranges, fl_error *error)
{
    size_t row = npy->header.count / npy->header.shape[0];
    for (size_t i = 0; i < row; i++) {
        const range *r = &ranges[i];
        double width = r->most - r->least, size = fmax(fabs(r->least), fabs(r->most));
        if (width <= FLOAT64_ROUNDING * size || r->off <= width / RANGE_PARTS) continue;
        return fl_error_user(error,
                             "%s: value %zu of the examples lies from %.17g to %.17g, and float32 numbers, of which "
                             "models are made, are off by up to %.2g there; subtract an offset before",
                             npy->path, i, r->least, r->most, r->off);
    }
    return true;
}

static void widen(range *r, bool first, double value, float kept)
{
    r->least = first ? value : fmin(r->least, value);
    r->most = first ? value : fmax(r->most, value);
    r->off = fmax(r->off, fabs(value - (double)kept));
}

static bool read_floats(fl_dataset_npy *npy, float *to, range *ranges, fl_error *error)
{
    char piece[PIECE * ITEM_MOST];
    const type *t = npy->type;
    size_t row = npy->header.count / npy->header.shape[0];
    for (size_t first = 0; first < npy->header.count; first += PIECE) {
        size_t n = npy->header.count - first < PIECE ? npy->header.count - first : PIECE;
        if (!read_piece(npy, piece, first, n, error)) return false;
        for (size_t i = 0; i < n; i++) {
            double value = t->number ? t->number(piece + i * t->size) : (double)t->whole(piece + i * t->size);
            to[first + i] = (float)value;
            if (!isfinite(to[first + i])) return refuse(npy, first + i, value, "float32 numbers are wanted", error);
            widen(&ranges[(first + i) % row], first + i < row, value, to[first + i]);
        }
    }
    return ranges_survive(npy, ranges, error);
}

bool fl_dataset_npy_read_floats(fl_dataset_npy *npy, float *to, fl_error *error)
{
    range *ranges = fl_memory_new(npy->header.count / npy->header.shape[0], sizeof *ranges);
    bool good = read_floats(npy, to, ranges, error);
    free(ranges);
    return good;
}

bool fl_dataset_npy_read_wholes(fl_dataset_npy *npy, int32_t *to, int32_t most, fl_error *error)
{
    char piece[PIECE * ITEM_MOST], right[80];
    snprintf(right, sizeof right, "numbers from 0 to %d are wanted", most);
    for (size_t first = 0; first < npy->header.count; first += PIECE) {
        size_t n = npy->header.count - first < PIECE ? npy->header.count - first : PIECE;
        if (!read_piece(npy, piece, first, n, error)) return false;
        for (size_t i = 0; i < n; i++) {
            int64_t value = npy->type->whole(piece + i * npy->type->size);
            if (value < 0 || value > most) return refuse(npy, first + i, (double)value, right, error);
            to[first + i] = (int32_t)value;
        }
    }
    return true;
}
