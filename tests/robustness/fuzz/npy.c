/* A .npy file. The first byte of the input chooses the type that is asked for. */
#include "base/npy.h"
#include "fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    void *elements;
    size_t shape[8], n_dims, count = 1;
    fl_error error = { .text = "" };
    if (!n) return 0;
    fuzz_file file = fuzz_file_open(bytes + 1, n - 1);
    fl_npy_type type = bytes[0] % 3;
    if (fl_npy_read(file.path, type, &elements, shape, &n_dims, &error)) {
        PROMISE(n_dims <= 8);
        for (size_t i = 0; i < n_dims; i++) count *= shape[i];
        PROMISE(count * (type == FL_NPY_F32 ? 4 : 8) < n); /* no more than the file held */
        free(elements);
    } else {
        promise_sentence(&error);
    }
    fuzz_file_close(&file);
    return 0;
}
