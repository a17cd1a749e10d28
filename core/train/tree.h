/* Sums over workers, in an order that depends on how many there are and on nothing else, so that every way to place the
 * workers on processes gives the same bits: those send each other sums of whole subtrees, which all put together.
 *
 *   S[a,b) = S[a,m) + S[m,b),  m = a + the largest power of two below b - a;  S[a,a+1) is worker a's value itself
 *
 * The mean is S / V by one division; of one worker it is the value, neither added nor divided. For this folder only.
 */
#ifndef FL_TRAIN_TREE_H
#define FL_TRAIN_TREE_H

#include "base/arena.h"
#include "train/carriers.h"

enum { FL_TRAIN_BUCKETS = 32 };

/* Sums of neighbours, each of as many as a power of two, that wait for theirs. */
typedef struct fl_train_sums {
    size_t at; /* whose array comes next */
    size_t held, widths[64];
} fl_train_sums;

/* Numbers first..first+count-1, sent to all in exchange `number`. */
typedef struct fl_train_bucket {
    size_t first, count;
    uint64_t number;
} fl_train_bucket;

/* Arrays come one after the other, those of worker 0 first; what is kept of them are sums, so that no more rows are
 * needed than the number of workers has digits. */
typedef struct fl_train_tree {
    fl_train_carriers *carriers; /* borrowed; NULL: all workers are in this process */
    size_t workers;
    float *rows;  /* a sum each, one behind the other; NULL: of one worker */
    size_t count; /* floats of each now */
    fl_train_sums sums;
    fl_train_bucket buckets[FL_TRAIN_BUCKETS]; /* what has been sent: all from `sent` on */
    size_t n_buckets, sent;
} fl_train_tree;

/* For the arrays of `workers` workers, up to `most` floats each. */
fl_train_tree fl_train_tree_new(fl_arena *arena, fl_train_carriers *carriers, size_t workers, size_t most);
size_t fl_train_tree_rows(size_t workers, size_t processes); /* so many rows it takes */

/* Begin a sum of arrays of `count` floats; the next of the workers that this process carries; the mean of everybody's,
 * for which every process calls it. */
void fl_train_tree_begin(fl_train_tree *tree, size_t count);
void fl_train_tree_add(fl_train_tree *tree, const float *values);
void fl_train_tree_mean(fl_train_tree *tree, float *to);

/* The last of this process's arrays may come in ranges instead, from its end to its beginning, as backward makes them:
 * values[first..first+count) now. What it completes is sent in buckets while the rest is still computed. Which numbers
 * are in which bucket depends on the ranges alone, and the order of sums on nothing of this. */
void fl_train_tree_add_range(fl_train_tree *tree, const float *values, size_t first, size_t count);

/* The mean is not wanted any more; the others' buckets are awaited all the same. */
void fl_train_tree_drop(fl_train_tree *tree);

/* The mean of arrays of `count` floats, worker 0's first and one behind the other; `to` may be one of them. */
void fl_train_tree_mean_of(fl_train_tree *tree, const float *values, size_t count, float *to);

/* The same of numbers, in double. */
double fl_train_tree_mean_number(const double *values, size_t workers);

#endif
