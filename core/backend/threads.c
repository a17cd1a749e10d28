/* A parallel region by hand: what a compiler makes of `#pragma omp parallel`, without a second OpenMP beside the
 * libraries' own. */
#include "backend/threads.h"
#include "base/denormals.h"

#include <dlfcn.h>
#include <stddef.h>

static void flush_here(void *nothing)
{
    fl_denormals_flush();
}

void fl_backend_threads_flush(unsigned threads)
{
    void (*parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
    *(void **)&parallel = dlsym(RTLD_DEFAULT, "GOMP_parallel");
    unsigned before = fl_denormals_flush();
    if (parallel) parallel(flush_here, NULL, threads, 0);
    fl_denormals_restore(before);
}
