/* Products, and OpenBLAS itself: its threads, its name. */
#include "math/dense.h"

/* By squares that stay in the cache. */
void fl_math_mirror(size_t n, float *matrix)
{
    enum { SIDE = 32 };
    for (size_t top = 0; top < n; top += SIDE)
        for (size_t left = 0; left <= top; left += SIDE)
            for (size_t i = top; i < n && i < top + SIDE; i++)
                for (size_t j = left; j < i && j < left + SIDE; j++) matrix[j * n + i] = matrix[i * n + j];
}

#ifdef FL_HAVE_OPENBLAS

#include "base/denormals.h"

#include <cblas.h>
#include <dlfcn.h>
#include <stdlib.h>

/* The pthread flavour starts its threads when it is loaded. Started anew they inherit this thread's modes
 * (base/denormals.h). */
void fl_math_start(unsigned threads)
{
    int (*end_threads)(void);
    *(void **)&end_threads = dlsym(RTLD_DEFAULT, "blas_thread_shutdown_");
    unsigned before = fl_denormals_flush();
    if (end_threads) end_threads();
    openblas_set_num_threads((int)threads);
    fl_denormals_restore(before);
}

/* The file is named, links followed, because Debian's alternatives can swap the library behind the same name. */
void fl_math_describe(fl_text *text)
{
    Dl_info library;
    fl_text_add(text, "%s, %s kernels", openblas_get_config(), openblas_get_corename());
    char *file = dladdr((void *)openblas_get_config, &library) ? realpath(library.dli_fname, NULL) : NULL;
    if (file) fl_text_add(text, ", %s", file);
    free(file);
}

void fl_math_product(float alpha, fl_math_operand a, fl_math_operand b, float beta, float *c)
{
    size_t m = a.transposed ? a.columns : a.rows, n = b.transposed ? b.rows : b.columns;
    size_t k = a.transposed ? a.rows : a.columns;
    cblas_sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
                (int)m, (int)n, (int)k, alpha, a.values, (int)a.columns, b.values, (int)b.columns, beta, c, (int)n);
}

#else

void fl_math_start(unsigned threads) {}

void fl_math_describe(fl_text *text) {}

void fl_math_product(float alpha, fl_math_operand a, fl_math_operand b, float beta, float *c)
{
    fl_error_die("fl_math_product without OpenBLAS");
}

#endif
