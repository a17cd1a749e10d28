/* The fastest matrix product. No size is best everywhere: small ones live in the cache, large ones pay their fixed
 * costs, so a few of them are tried with every library. */
#include "speed/roofline/roofline.h"
#include "base/clock.h"
#include "speed/roofline/product.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_RUNS = 5 };
static const double least_seconds = 0.05;

static const product_library *const libraries[] = {
#ifdef FL_HAVE_ONEDNN
    &product_onednn,
#endif
#ifdef FL_HAVE_OPENBLAS
    &product_openblas,
#endif
    NULL,
};

static const size_t sizes[] = { 256, 512, 1024, 2048 };
enum { N_SIZES = sizeof sizes / sizeof *sizes };

/* A peak once measured. */
typedef struct peak {
    bool measured;
    double flops_per_second;
    char winner[60];
} peak;

double roofline_seconds(void (*run)(void *what), void *what)
{
    double least = HUGE_VAL, total = 0;
    for (size_t i = 0; i < LEAST_RUNS || total < least_seconds; i++) {
        double begun = fl_clock_seconds();
        run(what);
        double seconds = fl_clock_seconds() - begun;
        total += seconds;
        least = fmin(least, seconds);
    }
    return least;
}

static void try_product(const product_library *library, size_t n, fl_backend_precision precision, peak *best)
{
    product *planned = library->plan(n, precision);
    double operations = 2.0 * (double)n * (double)n * (double)n;
    double rate = operations / roofline_seconds(library->run, planned);
    library->free(planned);
    if (rate <= best->flops_per_second) return;
    best->flops_per_second = rate;
    snprintf(best->winner, sizeof best->winner, "%s, %zu x %zu", library->backend, n, n);
}

static void measure(fl_backend_precision precision, peak *best)
{
    for (const product_library *const *library = libraries; *library; library++) {
        const fl_backend *backend = fl_backend_find((*library)->backend, NULL);
        if (!backend->usable(precision, NULL) || !backend->start(1, NULL)) continue;
        for (size_t i = 0; i < N_SIZES; i++) try_product(*library, sizes[i], precision, best);
    }
    best->measured = true;
}

double roofline_product(fl_backend_precision precision, char winner[60])
{
    static peak peaks[FL_BACKEND_PRECISIONS];
    peak *best = &peaks[precision];
    if (!best->measured) measure(precision, best);
    if (winner) strcpy(winner, best->winner);
    return best->flops_per_second;
}
