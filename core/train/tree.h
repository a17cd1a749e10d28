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

/* Arrays come one after the other, those of worker 0 first; what is kept of them are sums of as many as a power of two,
 * so that no more rows are needed than the number of workers has digits. */
typedef struct fl_train_tree {
    fl_train_carriers *carriers; /* borrowed; NULL: all workers are in this process */
    size_t workers;
    float *rows;  /* sums, one behind the other; NULL: of one worker */
    size_t count; /* floats of each now */
    size_t at;    /* whose array comes next */
    size_t held, widths[64];
} fl_train_tree;

/* For the arrays of `workers` workers, up to `most` floats each. */
fl_train_tree fl_train_tree_new(fl_arena *arena, fl_train_carriers *carriers, size_t workers, size_t most);
size_t fl_train_tree_rows(size_t workers, size_t processes); /* so many rows it takes */

/* Begin a sum of arrays of `count` floats; the next of the workers that this process carries; the mean of everybody's,
 * for which every process calls it. */
void fl_train_tree_begin(fl_train_tree *tree, size_t count);
void fl_train_tree_add(fl_train_tree *tree, const float *values);
void fl_train_tree_mean(fl_train_tree *tree, float *to);

/* The mean of arrays of `count` floats, worker 0's first and one behind the other; `to` may be one of them. */
void fl_train_tree_mean_of(fl_train_tree *tree, const float *values, size_t count, float *to);

/* The same of numbers, in double. */
double fl_train_tree_mean_number(const double *values, size_t workers);

#endif
