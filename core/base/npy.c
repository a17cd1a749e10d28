/* The format is NumPy's NEP 1: magic, version, header length, a Python dict as text, then the elements. */
#include "base/npy.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIMS = 8, PREAMBLE = 10, HEADER_ALIGNMENT = 64 };

static const char magic[] = "\x93NUMPY\x01";

static const struct {
    const char *descr;
    size_t size;
} types[] = { [FL_NPY_F32] = { "<f4", 4 }, [FL_NPY_F64] = { "<f8", 8 }, [FL_NPY_I64] = { "<i8", 8 }, [FL_NPY_I32] = { "<i4", 4 } };

struct fl_npy {
    FILE *file;
    char *path;
    fl_npy_type type;
    size_t shape[MAX_DIMS], n_dims;
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

/* Read "'shape': (2, 3)," into shape; false when it is not there, has too many dimensions or overflows. */
static bool parse_shape(const char *header, size_t shape[MAX_DIMS], size_t *n_dims, size_t *count)
{
    const char *at = strstr(header, "'shape': (");
    if (!at) return false;
    at += strlen("'shape': (");
    *n_dims = 0;
    *count = 1;
    while (*at >= '0' && *at <= '9') {
        if (*n_dims == MAX_DIMS) return false;
        char *end;
        errno = 0;
        unsigned long long size = strtoull(at, &end, 10);
        if (errno || __builtin_mul_overflow(*count, size, count)) return false;
        shape[(*n_dims)++] = size;
        at = end + strspn(end, ", ");
    }
    return *at == ')';
}

static bool parse(const char *bytes, size_t n, fl_npy_type type, size_t shape[MAX_DIMS], size_t *n_dims, size_t *start,
                  size_t *count)
{
    if (n < PREAMBLE || memcmp(bytes, magic, sizeof magic)) return false;
    *start = PREAMBLE + ((unsigned char)bytes[8] | (size_t)(unsigned char)bytes[9] << 8);
    if (*start > n) return false;
    char header[1 << 16] = "", descr[32];
    memcpy(header, bytes + PREAMBLE, *start - PREAMBLE);
    snprintf(descr, sizeof descr, "'descr': '%s'", types[type].descr);
    return strstr(header, descr) && strstr(header, "'fortran_order': False") &&
           parse_shape(header, shape, n_dims, count);
}

bool fl_npy_read(const char *path, fl_npy_type type, void **elements, size_t shape[MAX_DIMS], size_t *n_dims,
                 fl_error *error)
{
    char *bytes;
    size_t n, start, count, size;
    if (!fl_file_read(path, &bytes, &n, error)) return false;
    if (!parse(bytes, n, type, shape, n_dims, &start, &count)) {
        free(bytes);
        return fl_error_user(error, "%s: is not a .npy file, version 1.0, of type %s in C order", path,
                             types[type].descr);
    }
    if (__builtin_mul_overflow(count, types[type].size, &size) || size != n - start) {
        free(bytes);
        return fl_error_user(error, "%s: its shape promises %zu elements, the file holds %zu bytes of them", path,
                             count, n - start);
    }
    *elements = fl_memory_new(count, types[type].size);
    memcpy(*elements, bytes + start, size);
    free(bytes);
    return true;
}
