/* The allocators, which AddressSanitizer needs for itself: a build with it leaves this file out. */
#include "fault.h"

#include <errno.h>
#include <stdlib.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t n)
{
    return fails("memory") ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return fails("memory") ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return fails("memory") ? NULL : __libc_realloc(old, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return fails("memory") ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **memory, size_t alignment, size_t n)
{
    *memory = fails("memory") ? NULL : __libc_memalign(alignment, n);
    return *memory ? 0 : ENOMEM;
}
