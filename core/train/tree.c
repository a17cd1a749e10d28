/* A stack of sums: two neighbours of one width become one of twice the width at once, as digits carry when one counts;
 * what is left at the end is added from the right, which is the order of the definition. */
#include "train/tree.h"
#include "base/clones.h"

#include <string.h>

size_t fl_train_tree_rows(size_t workers)
{
    size_t rows = 0;
    while (workers > 1 && (size_t)1 << rows < workers) rows++;
    return rows;
}

fl_train_tree fl_train_tree_new(fl_arena *arena, size_t workers, size_t most)
{
    fl_train_tree tree = { .stride = most };
    if (workers > 1) tree.rows = fl_arena_floats(arena, fl_train_tree_rows(workers) * most);
    return tree;
}

void fl_train_tree_begin(fl_train_tree *tree, size_t count)
{
    tree->count = count;
    tree->n = tree->held = 0;
}

FL_CLONES static void add(size_t n, float *restrict left, const float *restrict right)
{
    for (size_t i = 0; i < n; i++) left[i] += right[i];
}

FL_CLONES static void divide(size_t n, const float *restrict sum, float by, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] = sum[i] / by;
}

static float *row(const fl_train_tree *tree, size_t index)
{
    return tree->rows + index * tree->stride;
}

/* The last two sums become one. */
static void merge(fl_train_tree *tree)
{
    size_t last = --tree->held;
    add(tree->count, row(tree, last - 1), row(tree, last));
    tree->widths[last - 1] += tree->widths[last];
}

/* A second of two is added where the first lies; a first lies for itself until its neighbour comes. */
void fl_train_tree_add(fl_train_tree *tree, const float *values)
{
    if (tree->n++ % 2) {
        add(tree->count, row(tree, tree->held - 1), values);
        tree->widths[tree->held - 1]++;
    } else {
        memcpy(row(tree, tree->held), values, tree->count * sizeof *values);
        tree->widths[tree->held++] = 1;
    }
    while (tree->held > 1 && tree->widths[tree->held - 2] == tree->widths[tree->held - 1]) merge(tree);
}

void fl_train_tree_mean(fl_train_tree *tree, float *to)
{
    while (tree->held > 1) merge(tree);
    divide(tree->count, row(tree, 0), (float)tree->n, to);
}

void fl_train_tree_mean_of(fl_train_tree *tree, const float *values, size_t workers, size_t count, float *to)
{
    if (workers == 1) {
        memmove(to, values, count * sizeof *to);
        return;
    }
    fl_train_tree_begin(tree, count);
    for (size_t w = 0; w < workers; w++) fl_train_tree_add(tree, values + w * count);
    fl_train_tree_mean(tree, to);
}

static double sum(const double *values, size_t n)
{
    size_t left = 1;
    if (n == 1) return *values;
    while (2 * left < n) left *= 2;
    return sum(values, left) + sum(values + left, n - left);
}

double fl_train_tree_mean_number(const double *values, size_t workers)
{
    return workers == 1 ? *values : sum(values, workers) / (double)workers;
}
