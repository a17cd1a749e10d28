/* A parallel region by hand: what a compiler makes of `#pragma omp parallel`, without a second OpenMP beside the
 * libraries' own. */
#include "backend/threads.h"
#include "base/denormals.h"

#include <dlfcn.h>
#include <stddef.h>

typedef void parallel_call(void (*body)(void *), void *data, unsigned threads, unsigned flags);

static parallel_call *find_parallel(void)
{
    parallel_call *parallel;
    *(void **)&parallel = dlsym(RTLD_DEFAULT, "GOMP_parallel");
    return parallel;
}

/* What one of OpenMP's functions without arguments says; `otherwise` without OpenMP. */
static unsigned ask(const char *name, unsigned otherwise)
{
    int (*function)(void);
    *(void **)&function = dlsym(RTLD_DEFAULT, name);
    return function ? (unsigned)function() : otherwise;
}

static void flush_here(void *nothing)
{
    fl_denormals_flush();
}

void fl_backend_threads_flush(unsigned threads)
{
    parallel_call *parallel = find_parallel();
    unsigned before = fl_denormals_flush();
    if (parallel) parallel(flush_here, NULL, threads, 0);
    fl_denormals_restore(before);
}

unsigned fl_backend_threads(void)
{
    return ask("omp_get_max_threads", 1);
}

typedef struct work {
    fl_backend_threads_body *body;
    const void *data;
} work;

/* OpenMP may give fewer threads than were asked for. */
static void do_part(void *of)
{
    const work *w = of;
    w->body(w->data, ask("omp_get_thread_num", 0), ask("omp_get_num_threads", 1));
}

void fl_backend_threads_each(unsigned threads, fl_backend_threads_body *body, const void *data)
{
    work w = { body, data };
    parallel_call *parallel = threads > 1 ? find_parallel() : NULL;
    if (parallel)
        parallel(do_part, &w, threads, 0);
    else
        body(data, 0, 1);
}
