/* The covariance by blocks of examples, its eigenvectors by LAPACK's divide and conquer, both in double; rows are then
 * turned by one product per block. What was found is stored with a checksum, under a name that says what it belongs to.
 */
#include "dataset/whiten.h"

#ifndef FL_HAVE_LAPACK

bool fl_dataset_whiten(float *rows, size_t count, size_t n, const fl_dataset_examples *training, bool zca,
                       double epsilon, const char *key, fl_error *error)
{
    return fl_error_user(error, "inputs: 'whiten' needs LAPACK: this build was made without OpenBLAS (Debian package "
                                "libopenblas-dev)");
}

#else

#include "base/memory.h"
#include "dataset/cache.h"
#include "math/lapack.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256, VALUES_MOST = 16384 };

/* m and W, one after the other: what is stored. */
typedef struct statistics {
    size_t n;
    float *mean, *turn; /* turn is mean + n */
} statistics;

static size_t n_floats(size_t n)
{
    return n * (n + 1);
}

static void find_mean(const float *rows, size_t n, const fl_dataset_examples *training, double *mean)
{
    memset(mean, 0, n * sizeof *mean);
    for (size_t i = 0; i < training->count; i++)
        for (size_t j = 0; j < n; j++) mean[j] += (double)rows[training->index[i] * n + j];
    for (size_t j = 0; j < n; j++) mean[j] /= (double)training->count;
}

/* The lower triangle as columns see it, which is the upper one of rows. */
static void find_covariance(const float *rows, size_t n, const fl_dataset_examples *training, const double *mean,
                            double *covariance)
{
    double *block = fl_memory_new(BLOCK * n, sizeof *block);
    for (size_t first = 0; first < training->count; first += BLOCK) {
        size_t now = training->count - first < BLOCK ? training->count - first : BLOCK;
        for (size_t i = 0; i < now; i++)
            for (size_t j = 0; j < n; j++)
                block[i * n + j] = (double)rows[training->index[first + i] * n + j] - mean[j];
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)n, (int)now, 1 / (double)training->count, block, (int)n,
                    1, covariance, (int)n);
    }
    free(block);
}

/* Eigenvectors as rows, the least eigenvalue first. */
static bool find_eigenvectors(size_t n, double *matrix, double *values, fl_error *error)
{
    int order = (int)n, n_work = -1, n_whole = -1, whole_size, info;
    double work_size;
    dsyevd_("V", "L", &order, matrix, &order, values, &work_size, &n_work, &whole_size, &n_whole, &info, 1, 1);
    n_work = (int)work_size;
    n_whole = whole_size;
    double *work = fl_memory_new((size_t)n_work, sizeof *work);
    int *whole = fl_memory_new((size_t)n_whole, sizeof *whole);
    dsyevd_("V", "L", &order, matrix, &order, values, work, &n_work, whole, &n_whole, &info, 1, 1);
    free(whole);
    free(work);
    return info == 0 || fl_error_user(error, "inputs: 'whiten': LAPACK finds no eigenvectors of the covariance");
}

static void make_positive(double *vector, size_t n)
{
    size_t largest = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(vector[i]) > fabs(vector[largest])) largest = i;
    if (vector[largest] < 0) cblas_dscal((int)n, -1, vector, 1);
}

/* What an eigenvalue's direction is multiplied by. Rounding leaves a zero one slightly beside zero: such a direction
 * holds nothing but rounding, and is dropped. */
static double factor_of(double value, double mean, double epsilon)
{
    const double nothing = 1e-12;
    double sum = fmax(value, 0) + epsilon * mean;
    return sum > nothing * mean ? 1 / sqrt(sum) : 0;
}

static void make_turn(statistics *s, double *vectors, const double *values, bool zca, double epsilon)
{
    size_t n = s->n;
    double mean = 0, *scaled = fl_memory_new(n * n, sizeof *scaled), *turn = scaled; /* the largest first */
    for (size_t k = 0; k < n; k++) mean += fmax(values[k], 0) / (double)n;
    for (size_t k = 0; k < n; k++) {
        make_positive(vectors + k * n, n);
        double factor = factor_of(values[k], mean, epsilon);
        for (size_t j = 0; j < n; j++) scaled[(n - 1 - k) * n + j] = factor * vectors[k * n + j];
    }
    if (zca) {
        turn = fl_memory_new(n * n, sizeof *turn);
        for (size_t k = 0; k < n / 2; k++) cblas_dswap((int)n, vectors + k * n, 1, vectors + (n - 1 - k) * n, 1);
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)n, (int)n, (int)n, 1, vectors, (int)n, scaled, (int)n,
                    0, turn, (int)n);
        free(scaled);
    }
    for (size_t i = 0; i < n * n; i++) s->turn[i] = (float)turn[i];
    free(turn);
}

static bool find(statistics *s, const float *rows, const fl_dataset_examples *training, bool zca, double epsilon,
                 fl_error *error)
{
    size_t n = s->n;
    double *mean = fl_memory_new(n, sizeof *mean), *values = fl_memory_new(n, sizeof *values);
    double *matrix = fl_memory_new(n * n, sizeof *matrix);
    find_mean(rows, n, training, mean);
    find_covariance(rows, n, training, mean, matrix);
    bool found = find_eigenvectors(n, matrix, values, error);
    if (found) make_turn(s, matrix, values, zca, epsilon);
    for (size_t j = 0; j < n; j++) s->mean[j] = (float)mean[j];
    free(matrix);
    free(values);
    free(mean);
    return found;
}

static void apply(const statistics *s, float *rows, size_t count)
{
    size_t n = s->n;
    float *block = fl_memory_new(BLOCK * n, sizeof *block);
    for (size_t first = 0; first < count; first += BLOCK) {
        size_t now = count - first < BLOCK ? count - first : BLOCK;
        float *to = rows + first * n;
        for (size_t i = 0; i < now; i++)
            for (size_t j = 0; j < n; j++) block[i * n + j] = to[i * n + j] - s->mean[j];
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)now, (int)n, (int)n, 1, block, (int)n, s->turn,
                    (int)n, 0, to, (int)n);
    }
    free(block);
}

bool fl_dataset_whiten(float *rows, size_t count, size_t n, const fl_dataset_examples *training, bool zca,
                       double epsilon, const char *key, fl_error *error)
{
    if (n > VALUES_MOST)
        return fl_error_user(error, "inputs: 'whiten' takes up to %d values per example; there are %zu", VALUES_MOST,
                             n);
    statistics s = { n, fl_memory_new(n_floats(n), sizeof(float)), NULL };
    s.turn = s.mean + n;
    bool good = fl_dataset_cache_read(key, s.mean, n_floats(n) * sizeof(float));
    if (!good && (good = find(&s, rows, training, zca, epsilon, error)))
        fl_dataset_cache_write(key, s.mean, n_floats(n) * sizeof(float));
    if (good) apply(&s, rows, count);
    free(s.mean);
    return good;
}

#endif
