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

/* "(2, 3)", "(5,)" or "()", which begin at byte `place` of the file, into the header. */
static bool parse_shape(const char *text, size_t place, fl_npy_header *header)
{
    const char *at = text;
    static const char numbers[] = "'shape' is to be whole numbers in brackets";
    if (*at++ != '(') return is_wrong(header, place, numbers);
    header->count = 1;
    while (*at >= '0' && *at <= '9') {
        size_t here = place + (size_t)(at - text);
        if (header->n_dims == FL_NPY_DIMS) return is_wrong(header, here, "'shape' has up to 8 dimensions");
        char *end;
        errno = 0;
        unsigned long long size = strtoull(at, &end, 10);
        if (errno || __builtin_mul_overflow(header->count, size, &header->count))
            return is_wrong(header, here, "'shape' has more elements than can be counted");
        header->shape[header->n_dims++] = size;
        at = end + strspn(end, ", ");
    }
    return *at == ')' || is_wrong(header, place + (size_t)(at - text), numbers);
}

/* Where the value of `key` begins; the dict itself when the key is not there. */
static const char *value_of(const char *dict, const char *key)
{
    const char *at = strstr(dict, key);
    return at ? at + strlen(key) + strspn(at + strlen(key), ": ") : dict;
}

static bool parse_dict(const char *dict, fl_npy_header *header)
{
    const char *descr = value_of(dict, "'descr'"), *order = value_of(dict, "'fortran_order'");
    const char *shape = value_of(dict, "'shape'");
    size_t n = *descr == '\'' ? strcspn(descr + 1, "'") : FL_NPY_DESCR;
    if (n >= FL_NPY_DESCR)
        return is_wrong(header, header->start + (size_t)(descr - dict),
                        "'descr' is to name one type of numbers, such as '<f4'; structured arrays are none");
    memcpy(header->descr, descr + 1, n);
    header->fortran_order = !strncmp(order, "True", 4);
    if (!header->fortran_order && strncmp(order, "False", 5) != 0)
        return is_wrong(header, header->start + (size_t)(order - dict), "'fortran_order' is to be True or False");
    return parse_shape(shape, header->start + (size_t)(shape - dict), header);
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
    bool good = text ? parse_dict(dict.bytes, header) : is_wrong(header, header->start, "its header is no text");
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
