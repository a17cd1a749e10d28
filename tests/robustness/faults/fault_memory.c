/* The allocators, which AddressSanitizer needs for itself: a build with it leaves this file out. */
#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

static _Thread_local bool exempt;

static bool memory_fails(void)
{
    return !exempt && fails("memory");
}

/* hwloc 2.9 and OpenSSL 3.0 crash when they find no memory (seen), which is not ours to repair: within these calls there
 * always is some. */
static void *exempted(const char *name)
{
    exempt = true;
    return dlsym(RTLD_NEXT, name);
}

int hwloc_topology_load(void *topology)
{
    __typeof__(hwloc_topology_load) *real = (__typeof__(real))exempted("hwloc_topology_load");
    int code = real(topology);
    exempt = false;
    return code;
}

int EVP_Digest(const void *bytes, size_t n, unsigned char *sum, unsigned *size, const void *kind, void *engine)
{
    __typeof__(EVP_Digest) *real = (__typeof__(real))exempted("EVP_Digest");
    int code = real(bytes, n, sum, size, kind, engine);
    exempt = false;
    return code;
}

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t n)
{
    return memory_fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return memory_fails() ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return memory_fails() ? NULL : __libc_realloc(old, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return memory_fails() ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **memory, size_t alignment, size_t n)
{
    *memory = memory_fails() ? NULL : __libc_memalign(alignment, n);
    return *memory ? 0 : ENOMEM;
}
