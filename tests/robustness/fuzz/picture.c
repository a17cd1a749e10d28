/* A picture file, PNG or PPM: its header, then its pixels as the header promises them. */
#include "dataset/picture.h"
#include "fuzz.h"

#include <stdlib.h>

enum { MOST = 1 << 16 };

static bool read_whole(const char *path, fl_error *error)
{
    fl_dataset_picture picture;
    if (!fl_dataset_picture_open(path, &picture, error)) return false;
    PROMISE(picture.height && picture.width);
    if (picture.height * picture.width > MOST) return fl_error_user(error, "too large for a fuzzer");
    uint8_t *planes = malloc(3 * picture.height * picture.width);
    bool read = fl_dataset_picture_read(path, picture.height, picture.width, true, planes, error);
    free(planes);
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fl_error error = { .text = "" };
    fuzz_file file = fuzz_file_open(bytes, n);
    if (!read_whole(file.path, &error)) promise_sentence(&error);
    fuzz_file_close(&file);
    return 0;
}
