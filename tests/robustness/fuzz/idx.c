/* An IDX file, plain or packed. The first byte of the input chooses what it should hold. */
#include "dataset/idx.h"
#include "fuzz.h"

#include <stdlib.h>

enum { N_CLASSES = 10, MOST_BYTES = 1 << 24 }; /* larger promises cost time, and lie by the same rule */

static bool read_whole(fl_dataset_idx *idx, const char *path, fl_dataset_idx_content content, fl_error *error)
{
    if (!fl_dataset_idx_open(idx, path, content, error)) return false;
    if (fl_dataset_idx_bytes(idx) > MOST_BYTES) return fl_error_user(error, "too large for a fuzzer");
    uint8_t *body = malloc(fl_dataset_idx_bytes(idx));
    bool read = fl_dataset_idx_read(idx, body, error);
    if (read && content == FL_DATASET_IDX_LABELS && fl_dataset_idx_check_labels(idx, body, N_CLASSES, error))
        for (size_t i = 0; i < idx->count; i++) PROMISE(body[i] < N_CLASSES);
    free(body);
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_dataset_idx idx;
    fl_error error = { .text = "" };
    if (!n) return 0;
    fuzz_file file = fuzz_file_open(bytes + 1, n - 1);
    if (!read_whole(&idx, file.path, bytes[0] & 1 ? FL_DATASET_IDX_IMAGES : FL_DATASET_IDX_LABELS, &error))
        promise_sentence(&error);
    fl_dataset_idx_close(&idx);
    fuzz_file_close(&file);
    return 0;
}
