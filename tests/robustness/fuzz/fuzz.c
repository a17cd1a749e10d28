#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

fuzz_file fuzz_file_open(const void *bytes, size_t n)
{
    fuzz_file file = { .handle = memfd_create("fuzz", MFD_CLOEXEC) };
    PROMISE(file.handle >= 0 && write(file.handle, bytes, n) == (ssize_t)n);
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.handle);
    return file;
}

void fuzz_file_close(fuzz_file *file)
{
    close(file->handle);
}

void promise_sentence(const fl_error *error)
{
    PROMISE(error->fault == FL_ERROR_USER || error->fault == FL_ERROR_MACHINE);
    PROMISE(*error->text && strlen(error->text) < sizeof error->text);
}
