/* A stack of sums: two neighbours of one width become one of twice the width at once, as digits carry when one counts;
 * what is left at the end is added from the right, which is the order of the definition. */
#include "train/tree.h"
#include "base/clones.h"

#include <string.h>

/* A block of neighbours may end in the middle of sums on both sides. */
size_t fl_train_tree_rows(size_t workers, size_t processes)
{
    size_t rows = 0;
    while (workers > 1 && (size_t)1 << rows < workers) rows++;
    return processes > 1 ? 2 * rows : rows;
}

fl_train_tree fl_train_tree_new(fl_arena *arena, fl_train_carriers *carriers, size_t workers, size_t most)
{
    fl_train_tree tree = { .carriers = carriers, .workers = workers };
    size_t rows = fl_train_tree_rows(workers, fl_train_carriers_size(carriers));
    if (workers > 1) tree.rows = fl_arena_floats(arena, rows * most);
    return tree;
}

static void own_block(const fl_train_tree *tree, size_t *first, size_t *end)
{
    const fl_train_carriers *c = tree->carriers;
    fl_train_carriers_block(fl_train_carriers_size(c), fl_train_carriers_rank(c), tree->workers, first, end);
}

void fl_train_tree_begin(fl_train_tree *tree, size_t count)
{
    size_t end;
    own_block(tree, &tree->at, &end);
    tree->count = count;
    tree->held = 0;
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
    return tree->rows + index * tree->count;
}

/* Do a sum of `width`, which begins at worker `at`, and its left neighbour make a whole sum of twice the width? */
static bool completes(const fl_train_tree *tree, size_t left, size_t at, size_t width)
{
    return tree->widths[left] == width && (at - width) % (2 * width) == 0;
}

/* The last two sums become one. */
static void merge(fl_train_tree *tree)
{
    size_t last = --tree->held;
    add(tree->count, row(tree, last - 1), row(tree, last));
    tree->widths[last - 1] += tree->widths[last];
}

/* The sum of the next `width` workers: added where its neighbour lies, or kept until one comes. */
static void push(fl_train_tree *tree, const float *values, size_t width)
{
    if (tree->held && completes(tree, tree->held - 1, tree->at, width)) {
        add(tree->count, row(tree, tree->held - 1), values);
        tree->widths[tree->held - 1] += width;
    } else {
        memcpy(row(tree, tree->held), values, tree->count * sizeof *values);
        tree->widths[tree->held++] = width;
    }
    tree->at += width;
    while (tree->held > 1) {
        width = tree->widths[tree->held - 1];
        if (!completes(tree, tree->held - 2, tree->at - width, width)) break;
        merge(tree);
    }
}

void fl_train_tree_add(fl_train_tree *tree, const float *values)
{
    push(tree, values, 1);
}

/* How many workers from `at` on, up to `end`, make a whole sum. */
static size_t width_at(size_t at, size_t end)
{
    size_t width = 1;
    while (at % (2 * width) == 0 && at + 2 * width <= end) width *= 2;
    return width;
}

/* The sums that a process has of its block. */
static size_t sums_of(size_t first, size_t end)
{
    size_t n = 0;
    for (; first < end; first += width_at(first, end)) n++;
    return n;
}

/* Everybody's sums in the place of one's own. */
static void join(fl_train_tree *tree)
{
    size_t first, end, size = fl_train_carriers_size(tree->carriers), bytes = tree->count * sizeof(float);
    fl_train_carriers_exchange(tree->carriers, tree->rows, tree->held * bytes);
    tree->at = tree->held = 0;
    for (size_t rank = 0; rank < size; rank++) {
        fl_train_carriers_block(size, rank, tree->workers, &first, &end);
        const float *sums = fl_train_carriers_brought(tree->carriers, rank, sums_of(first, end) * bytes);
        for (; first < end; first += width_at(first, end), sums += tree->count) push(tree, sums, width_at(first, end));
    }
}

void fl_train_tree_mean(fl_train_tree *tree, float *to)
{
    if (tree->carriers) join(tree);
    while (tree->held > 1) merge(tree);
    divide(tree->count, row(tree, 0), (float)tree->workers, to);
}

void fl_train_tree_mean_of(fl_train_tree *tree, const float *values, size_t count, float *to)
{
    size_t w, end;
    if (tree->workers == 1) {
        memmove(to, values, count * sizeof *to);
        return;
    }
    own_block(tree, &w, &end);
    fl_train_tree_begin(tree, count);
    for (; w < end; w++) fl_train_tree_add(tree, values + w * count);
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
