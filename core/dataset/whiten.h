/* Whitening: y = W (x - m), with m and the covariance's eigenvectors v_k and eigenvalues l_k from the training split.
 *
 *     PCA:  row k of W is v_k / sqrt(l_k + E mean(l)), the largest eigenvalue first
 *     ZCA:  W = sum_k v_k v_k' / sqrt(l_k + E mean(l))
 *
 * The eigenvectors' largest component is positive. By OpenBLAS and its LAPACK, whose last bits depend on the machine;
 * what they found is therefore kept in the user's cache folder, and read from there by all later processes.
 */
#ifndef FL_DATASET_WHITEN_H
#define FL_DATASET_WHITEN_H

#include "dataset/pipeline.h"

/* Turn `count` rows of `n` values in place; the first `n_training` of `rows` named by `training` give the statistics.
 * `key` names the statistics among all others. False with a message, above all where there is no LAPACK. */
bool fl_dataset_whiten(float *rows, size_t count, size_t n, const fl_dataset_examples *training, bool zca,
                       double epsilon, const char *key, fl_error *error);

#endif
