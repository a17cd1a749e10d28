/* A tar archive with two members of known size, as CIFAR's is read. */
#include "fuzz.h"
#include "dataset/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static uint8_t first[3], second[700];
    const fl_dataset_member members[] = { { "set/b.bin", sizeof first, first },
                                          { "set/a.bin", sizeof second, second } };
    fl_error error = { .text = "" };
    fuzz_file file = fuzz_file_open(bytes, n);
    if (!fl_dataset_archive_read(file.path, members, 2, &error)) promise_sentence(&error);
    fuzz_file_close(&file);
    return 0;
}
