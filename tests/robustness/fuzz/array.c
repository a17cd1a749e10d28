/* A user's .npy file. The first byte of the input chooses what it is read as. */
#include "dataset/npy_values.h"
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 1 << 20, LARGEST = 1000 };

static bool read_whole(fl_dataset_npy *npy, const char *path, bool whole, fl_error *error)
{
    if (!fl_dataset_npy_open(npy, path, error)) return false;
    size_t n = npy->header.count;
    PROMISE(n && npy->header.n_dims);
    if (n > MOST) return fl_error_user(error, "too large for a fuzzer");
    float *floats = malloc(n * sizeof *floats);
    int32_t *wholes = malloc(n * sizeof *wholes);
    bool read = whole && fl_dataset_npy_is_whole(npy) ? fl_dataset_npy_read_wholes(npy, wholes, LARGEST, error)
                                                      : fl_dataset_npy_read_floats(npy, floats, error);
    for (size_t i = 0; i < n && read; i++)
        if (whole && fl_dataset_npy_is_whole(npy))
            PROMISE(wholes[i] >= 0 && wholes[i] <= LARGEST);
        else
            PROMISE(isfinite(floats[i]));
    free(floats);
    free(wholes);
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_dataset_npy npy;
    fl_error error = { .text = "" };
    if (!n) return 0;
    fuzz_file file = fuzz_file_open(bytes + 1, n - 1);
    if (!read_whole(&npy, file.path, bytes[0] & 1, &error)) promise_sentence(&error);
    fl_dataset_npy_close(&npy);
    fuzz_file_close(&file);
    return 0;
}
