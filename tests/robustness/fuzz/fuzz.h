/* What every fuzz target includes. A target is one function over any bytes: it may refuse them, but must not crash,
 * leak or break a promise. libFuzzer calls it in a build with FAIRLEAD_FUZZ, replay.c in every other. */
#ifndef FL_TESTS_FUZZ_H
#define FL_TESTS_FUZZ_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Die where the code under test says one thing and does another. */
#define PROMISE(holds)                                                                                                 \
    do {                                                                                                               \
        if (!(holds)) fl_error_die("%s:%d: broken promise: %s", __FILE__, __LINE__, #holds);                           \
    } while (0)

/* The bytes as a file in memory, with a path for those who want one. */
typedef struct fuzz_file {
    int handle;
    char path[40];
} fuzz_file;

fuzz_file fuzz_file_open(const void *bytes, size_t n);
void fuzz_file_close(fuzz_file *file);

/* A refusal is one sentence: not empty, and of a fault that has an exit code. */
void promise_sentence(const fl_error *error);

#endif
