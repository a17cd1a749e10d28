/* The format is NumPy's NEP 1: magic, version, header length, a Python dict as text, then the elements. */
#include "base/npy.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC_BYTES = 6, PREAMBLE = 10, HEADER_ALIGNMENT = 64 };

static const char magic[] = "\x93NUMPY\x01";

static const struct {
    const char *descr;
    size_t size;
} types[] = {
    [FL_NPY_F32] = { "<f4", 4 }, [FL_NPY_F64] = { "<f8", 8 }, [FL_NPY_I64] = { "<i8", 8 }, [FL_NPY_I32] = { "<i4", 4 }
};

struct fl_npy {
    FILE *file;
    char *path;
    fl_npy_type type;
    size_t shape[FL_NPY_DIMS], n_dims;
    size_t missing;      /* elements still to come */
    size_t header_bytes; /* of the dict as text */
};

/* Write everything before the elements, with at least `least` bytes of dict. Returns its bytes. */
static size_t write_header(FILE *file, fl_npy_type type, const size_t *shape, size_t n_dims, size_t least)
{
    fl_text header = { 0 };
    fl_text_add(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (", types[type].descr);
    for (size_t i = 0; i < n_dims; i++) fl_text_add(&header, "%zu%s", shape[i], i + 1 < n_dims ? ", " : "");
    fl_text_add(&header, "%s), }", n_dims == 1 ? "," : "");
    while ((PREAMBLE + header.length + 1) % HEADER_ALIGNMENT || header.length + 1 < least) fl_text_add(&header, " ");
    fl_text_add(&header, "\n");
    unsigned char length[2] = { (unsigned char)header.length, (unsigned char)(header.length >> 8) };
    fwrite(magic, 1, sizeof magic, file); /* the NUL at its end is the minor version */
    fwrite(length, 1, sizeof length, file);
    fwrite(header.bytes, 1, header.length, file);
    size_t n = header.length;
    fl_text_free(&header);
    return n;
}

fl_npy *fl_npy_new(const char *path, fl_npy_type type, const size_t *shape, size_t n_dims, fl_error *error)
{
    FILE *file = fopen(path, "wb");
    if (!file) {
        fl_file_error(error, path, "cannot be created");
        return NULL;
    }
    fl_npy *npy = fl_memory_new(1, sizeof *npy);
    *npy = (fl_npy){ .file = file, .path = fl_memory_copy_text(path), .type = type, .n_dims = n_dims, .missing = 1 };
    for (size_t i = 0; i < n_dims; i++) npy->missing *= npy->shape[i] = shape[i];
    npy->header_bytes = write_header(file, type, shape, n_dims, 0);
    return npy;
}

bool fl_npy_append(fl_npy *file, const void *elements, size_t count, fl_error *error)
{
    if (count > file->missing) fl_error_die("%s: more elements than its shape holds", file->path);
    file->missing -= count;
    if (fwrite(elements, types[file->type].size, count, file->file) == count) return true;
    return fl_error_machine(error, "%s: writing failed: %s", file->path, strerror(errno));
}

bool fl_npy_end_early(fl_npy *file, fl_error *error)
{
    size_t row = 1;
    for (size_t i = 1; i < file->n_dims; i++) row *= file->shape[i];
    if (file->missing % row) fl_error_die("%s: ended in the middle of a row", file->path);
    file->shape[0] -= file->missing / row;
    file->missing = 0;
    rewind(file->file);
    write_header(file->file, file->type, file->shape, file->n_dims, file->header_bytes);
    return !ferror(file->file) || fl_error_machine(error, "%s: writing failed: %s", file->path, strerror(errno));
}

bool fl_npy_close(fl_npy *file, fl_error *error)
{
    if (!file) return true;
    bool closed = fclose(file->file) == 0;
    bool good = closed && file->missing == 0;
    if (!closed)
        fl_error_machine(error, "%s: writing failed: %s", file->path, strerror(errno));
    else if (!good)
        fl_error_machine(error, "%s: %zu elements were never written", file->path, file->missing);
    free(file->path);
    free(file);
    return good;
}

bool fl_npy_write(const char *path, fl_npy_type type, const size_t *shape, size_t n_dims, const void *elements,
                  fl_error *error)
{
    fl_npy *file = fl_npy_new(path, type, shape, n_dims, error);
    if (!file) return false;
    bool written = fl_npy_append(file, elements, file->missing, error);
    return fl_npy_close(file, written ? error : NULL) && written;
}

static bool is_wrong(fl_npy_header *header, size_t at, const char *wrong)
{
    header->wrong = wrong;
    header->wrong_at = at;
    return false;
}

/* The header's dict, of which `at` is read next. */
typedef struct reader {
    const char *dict, *at;
    fl_npy_header *header;
} reader;

static bool is_wrong_here(reader *r, const char *wrong)
{
    return is_wrong(r->header, r->header->start + (size_t)(r->at - r->dict), wrong);
}

/* After spaces: is the next character `c`? Then it is behind us. */
static bool passes(reader *r, char c)
{
    r->at += strspn(r->at, " ");
    if (*r->at != c) return false;
    r->at++;
    return true;
}

static bool read_descr(reader *r)
{
    size_t n = *r->at == '\'' ? strcspn(r->at + 1, "'") : FL_NPY_DESCR;
    if (n >= FL_NPY_DESCR || !r->at[1 + n])
        return is_wrong_here(r, "'descr' is to name one type of numbers, such as '<f4'; structured arrays are none");
    memcpy(r->header->descr, r->at + 1, n);
    r->at += n + 2;
    return true;
}

static bool read_order(reader *r)
{
    r->header->fortran_order = !strncmp(r->at, "True", 4);
    if (!r->header->fortran_order && strncmp(r->at, "False", 5) != 0)
        return is_wrong_here(r, "'fortran_order' is to be True or False");
    r->at += r->header->fortran_order ? 4 : 5;
    return true;
}

/* "(2, 3)", "(5,)" or "()". */
static bool read_shape(reader *r)
{
    fl_npy_header *header = r->header;
    static const char numbers[] = "'shape' is to be whole numbers in brackets, with commas between";
    if (!passes(r, '(')) return is_wrong_here(r, numbers);
    header->count = 1;
    for (bool more = true; !passes(r, ')'); more = passes(r, ',')) {
        if (!more || *r->at < '0' || *r->at > '9') return is_wrong_here(r, numbers);
        if (header->n_dims == FL_NPY_DIMS) return is_wrong_here(r, "'shape' has up to 8 dimensions");
        char *end;
        errno = 0;
        unsigned long long size = strtoull(r->at, &end, 10);
        if (errno || __builtin_mul_overflow(header->count, size, &header->count))
            return is_wrong_here(r, "'shape' has more elements than can be counted");
        header->shape[header->n_dims++] = size;
        r->at = end;
    }
    return true;
}

static const struct {
    const char *name;
    bool (*read)(reader *r);
} keys[] = { { "'descr'", read_descr }, { "'fortran_order'", read_order }, { "'shape'", read_shape } };
enum { KEYS = sizeof keys / sizeof *keys };

static size_t find_key(const char *at)
{
    size_t k = 0;
    while (k < KEYS && strncmp(at, keys[k].name, strlen(keys[k].name)) != 0) k++;
    return k;
}

/* Every key once, in any order, and nothing behind the dict. */
static bool read_dict(reader *r)
{
    static const char wrong[] = "its header is to hold 'descr', 'fortran_order' and 'shape', each once, and no more";
    bool there[KEYS] = { 0 };
    size_t n = 0;
    if (!passes(r, '{')) return is_wrong_here(r, wrong);
    for (bool more = true; !passes(r, '}'); more = passes(r, ','), n++) {
        size_t k = find_key(r->at);
        if (!more || k == KEYS || there[k]) return is_wrong_here(r, wrong);
        there[k] = true;
        r->at += strlen(keys[k].name);
        if (!passes(r, ':')) return is_wrong_here(r, wrong);
        r->at += strspn(r->at, " ");
        if (!keys[k].read(r)) return false;
    }
    r->at += strspn(r->at, " \n");
    return (n == KEYS && !*r->at) || is_wrong_here(r, wrong);
}

/* Version 1 has two bytes for the length of its dict, later ones four (NumPy's lib/format.py). */
bool fl_npy_header_read(const char *bytes, size_t n, fl_npy_header *header)
{
    *header = (fl_npy_header){ .start = PREAMBLE };
    const unsigned char *b = (const unsigned char *)bytes;
    if (n < PREAMBLE + 2 || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return is_wrong(header, 0, "does not begin as a .npy file, which numpy.save writes");
    if (b[MAGIC_BYTES] < 1 || b[MAGIC_BYTES] > 3) return is_wrong(header, MAGIC_BYTES, "versions 1 to 3 are known");
    size_t length = b[8] | (size_t)b[9] << 8;
    if (b[MAGIC_BYTES] > 1) {
        length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
        header->start += 2;
    }
    if (length > n - header->start) return is_wrong(header, 8, "its header is longer than the file, or than any is");
    fl_text dict = { 0 };
    fl_text_add_bytes(&dict, bytes + header->start, length);
    bool text = length && strlen(dict.bytes) == length;
    bool good = text ? read_dict(&(reader){ dict.bytes, dict.bytes, header })
                     : is_wrong(header, header->start, "its header is no text");
    fl_text_free(&dict);
    header->start += length;
    return good;
}

bool fl_npy_read(const char *path, fl_npy_type type, void **elements, size_t shape[FL_NPY_DIMS], size_t *n_dims,
                 fl_error *error)
{
    char *bytes;
    size_t n, size;
    fl_npy_header header;
    if (!fl_file_read(path, &bytes, &n, error)) return false;
    if (!fl_npy_header_read(bytes, n, &header) || strcmp(header.descr, types[type].descr) || header.fortran_order) {
        free(bytes);
        return fl_error_user(error, "%s: is not a .npy file of type %s in C order", path, types[type].descr);
    }
    if (__builtin_mul_overflow(header.count, types[type].size, &size) || size != n - header.start) {
        free(bytes);
        return fl_error_user(error, "%s: its shape promises %zu elements, the file holds %zu bytes of them", path,
                             header.count, n - header.start);
    }
    *elements = fl_memory_new(header.count, types[type].size);
    memcpy(*elements, bytes + header.start, size);
    memcpy(shape, header.shape, sizeof header.shape);
    *n_dims = header.n_dims;
    free(bytes);
    return true;
}
