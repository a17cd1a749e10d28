/* IDX through zlib's gzread, which unpacks gzip and passes other files through.
 *
 * A header can promise 2^96 bytes. What a file can hold is bounded by its own size: deflate packs 1032 bytes into one
 * at best (zlib's technical details), so a promise beyond that is refused before anything is allocated for it.
 *
 * Format: http://yann.lecun.com/exdb/mnist/ (LeCun, Cortes, Burges).
 */
#include "dataset/idx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum { DEFLATE_RATIO = 1032, MOST_BYTES = 1 << 30, MOST_DIMS = 3 };

/* Magic: two zero bytes, 8 for unsigned bytes, the number of dimensions. */
static const struct {
    const char *name;
    uint32_t magic;
    size_t n_dims;
} contents[] = { [FL_DATASET_IDX_LABELS] = { "labels", 0x801, 1 }, [FL_DATASET_IDX_IMAGES] = { "images", 0x803, 3 } };

/* What to say when fewer bytes came than were asked for. */
static bool short_read(fl_dataset_idx *idx, const char *where, fl_error *error)
{
    int code;
    const char *reason = gzerror(idx->file, &code);
    if (code == Z_ERRNO) return fl_error_machine(error, "%s: reading failed: %s", idx->path, strerror(errno));
    if (code == Z_OK || code == Z_BUF_ERROR) return fl_error_user(error, "%s: ends within its %s", idx->path, where);
    return fl_error_user(error, "%s: its gzip data is damaged: %s", idx->path, reason);
}

static bool read_word(fl_dataset_idx *idx, uint32_t *word, fl_error *error)
{
    uint8_t b[4];
    if (gzread(idx->file, b, sizeof b) != sizeof b) return short_read(idx, "header", error);
    *word = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return true;
}

/* The most bytes that the file can unpack to, as far as they can be read at once. */
static size_t most_bytes(const fl_dataset_idx *idx)
{
    struct stat facts;
    if (stat(idx->path, &facts) != 0) return 0;
    return facts.st_size < MOST_BYTES / DEFLATE_RATIO ? (size_t)facts.st_size * DEFLATE_RATIO : MOST_BYTES;
}

static bool read_header(fl_dataset_idx *idx, fl_dataset_idx_content content, fl_error *error)
{
    uint32_t magic = 0, dims[MOST_DIMS] = { 1, 1, 1 };
    if (!read_word(idx, &magic, error)) return false;
    if (magic != contents[content].magic)
        return fl_error_user(error, "%s: its magic number is %u, that of IDX %s is %u", idx->path, magic,
                             contents[content].name, contents[content].magic);
    size_t left = most_bytes(idx);
    for (size_t i = 0; i < contents[content].n_dims; i++) {
        if (!read_word(idx, &dims[i], error)) return false;
        if (dims[i] == 0)
            return fl_error_user(error, "%s: its header promises no %s", idx->path, contents[content].name);
        left /= dims[i];
    }
    if (left == 0)
        return fl_error_user(error, "%s: its header promises %u x %u x %u bytes, more than the file can hold",
                             idx->path, dims[0], dims[1], dims[2]);
    idx->count = dims[0];
    idx->height = dims[1];
    idx->width = dims[2];
    return true;
}

bool fl_dataset_idx_open(fl_dataset_idx *idx, const char *path, fl_dataset_idx_content content, fl_error *error)
{
    *idx = (fl_dataset_idx){ 0 };
    snprintf(idx->path, sizeof idx->path, "%s", path);
    idx->file = gzopen(path, "rbe");
    if (!idx->file) return fl_error_user(error, "%s: %s", path, strerror(errno));
    return read_header(idx, content, error);
}

size_t fl_dataset_idx_bytes(const fl_dataset_idx *idx)
{
    return idx->count * idx->height * idx->width;
}

bool fl_dataset_idx_read(fl_dataset_idx *idx, uint8_t *bytes, fl_error *error)
{
    size_t n = fl_dataset_idx_bytes(idx);
    if (gzread(idx->file, bytes, (unsigned)n) != (int)n) return short_read(idx, "body", error);
    uint8_t more;
    int got = gzread(idx->file, &more, 1), code;
    if (got > 0) return fl_error_user(error, "%s: goes on after the %zu bytes its header promises", idx->path, n);
    gzerror(idx->file, &code); /* the end of gzip data holds its checksum, so this read can fail as well */
    return code == Z_OK || short_read(idx, "gzip checksum", error);
}

bool fl_dataset_idx_check_labels(const fl_dataset_idx *idx, const uint8_t *labels, size_t n_classes, fl_error *error)
{
    for (size_t i = 0; i < idx->count; i++)
        if (labels[i] >= n_classes)
            return fl_error_user(error, "%s: label %zu is %u, outside 0..%zu", idx->path, i, labels[i], n_classes - 1);
    return true;
}

void fl_dataset_idx_close(fl_dataset_idx *idx)
{
    if (idx->file) gzclose(idx->file);
    idx->file = NULL;
}
