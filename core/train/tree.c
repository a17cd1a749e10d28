/* A stack of sums: two neighbours of one width become one of twice the width at once, as digits carry when one counts;
 * what is left at the end is added from the right, which is the order of the definition. */
#include "train/tree.h"
#include "base/clones.h"

#include <string.h>

enum { BUCKET = 1 << 14 }; /* floats */

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
    own_block(tree, &tree->sums.at, &end);
    tree->count = tree->sent = count;
    tree->sums.held = tree->n_buckets = 0;
}

FL_CLONES static void add(size_t n, float *restrict left, const float *restrict right)
{
    for (size_t i = 0; i < n; i++) left[i] += right[i];
}

FL_CLONES static void divide(size_t n, const float *restrict sum, float by, float *restrict to)
{
    for (size_t i = 0; i < n; i++) to[i] = sum[i] / by;
}

/* --- some of the numbers, or all: the order of a sum is the same for each --- */

typedef struct range {
    float *rows;
    size_t stride, count;
    fl_train_sums sums;
} range;

static range range_of(const fl_train_tree *tree, size_t first, size_t count)
{
    return (range){ tree->rows + first, tree->count, count, tree->sums };
}

static float *row(const range *r, size_t index)
{
    return r->rows + index * r->stride;
}

/* Do a sum of `width`, which begins at worker `at`, and its left neighbour make a whole sum of twice the width? */
static bool completes(const fl_train_sums *sums, size_t left, size_t at, size_t width)
{
    return sums->widths[left] == width && (at - width) % (2 * width) == 0;
}

/* The last two sums become one. */
static void merge(range *r)
{
    size_t last = --r->sums.held;
    add(r->count, row(r, last - 1), row(r, last));
    r->sums.widths[last - 1] += r->sums.widths[last];
}

/* The sum of the next `width` workers: added where its neighbour lies, or kept until one comes. */
static void push(range *r, const float *values, size_t width)
{
    fl_train_sums *sums = &r->sums;
    if (sums->held && completes(sums, sums->held - 1, sums->at, width)) {
        add(r->count, row(r, sums->held - 1), values);
        sums->widths[sums->held - 1] += width;
    } else {
        memcpy(row(r, sums->held), values, r->count * sizeof *values);
        sums->widths[sums->held++] = width;
    }
    sums->at += width;
    while (sums->held > 1) {
        width = sums->widths[sums->held - 1];
        if (!completes(sums, sums->held - 2, sums->at - width, width)) break;
        merge(r);
    }
}

/* The sum of all, divided. */
static void finish(range *r, size_t workers, float *to)
{
    while (r->sums.held > 1) merge(r);
    divide(r->count, row(r, 0), (float)workers, to);
}

/* --- what others have --- */

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

/* Send this process's sums of a range, which ends where the last bucket begins. */
static void send_bucket(fl_train_tree *tree, const range *r, size_t first)
{
    size_t bytes = r->count * sizeof(float);
    char *to = fl_train_carriers_begin(tree->carriers, r->sums.held * bytes);
    for (size_t i = 0; i < r->sums.held; i++) memcpy(to + i * bytes, row(r, i), bytes);
    tree->buckets[tree->n_buckets++] = (fl_train_bucket){ first, r->count, fl_train_carriers_send(tree->carriers) };
    tree->sent = first;
}

/* Everybody's sums in the place of one's own. */
static void join(const fl_train_tree *tree, range *r, uint64_t number)
{
    size_t first, end, size = fl_train_carriers_size(tree->carriers), bytes = r->count * sizeof(float);
    fl_train_carriers_await(tree->carriers, number);
    r->sums.at = r->sums.held = 0;
    for (size_t rank = 0; rank < size; rank++) {
        fl_train_carriers_block(size, rank, tree->workers, &first, &end);
        const float *sums = fl_train_carriers_brought(tree->carriers, rank, sums_of(first, end) * bytes);
        for (; first < end; first += width_at(first, end), sums += r->count) push(r, sums, width_at(first, end));
    }
}

/* Large enough that a message's fixed costs do not count, and few enough for their table. */
static bool is_bucket(const fl_train_tree *tree, size_t first)
{
    size_t least = tree->count / (FL_TRAIN_BUCKETS / 2);
    return !first || tree->sent - first >= (least > BUCKET ? least : BUCKET);
}

/* --- sums --- */

void fl_train_tree_add(fl_train_tree *tree, const float *values)
{
    range r = range_of(tree, 0, tree->count);
    push(&r, values, 1);
    tree->sums = r.sums;
}

void fl_train_tree_add_range(fl_train_tree *tree, const float *values, size_t first, size_t count)
{
    range r = range_of(tree, first, count);
    push(&r, values + first, 1);
    if (tree->carriers && is_bucket(tree, first)) {
        r.rows = tree->rows + first;
        r.count = tree->sent - first;
        send_bucket(tree, &r, first);
    }
    if (!first) tree->sums = r.sums;
}

void fl_train_tree_mean(fl_train_tree *tree, float *to)
{
    range r = range_of(tree, 0, tree->sent);
    if (tree->carriers && tree->sent) send_bucket(tree, &r, 0);
    if (!tree->carriers) finish(&r, tree->workers, to);
    for (size_t i = 0; i < tree->n_buckets; i++) {
        const fl_train_bucket *b = &tree->buckets[i];
        r = range_of(tree, b->first, b->count);
        join(tree, &r, b->number);
        finish(&r, tree->workers, to + b->first);
    }
}

void fl_train_tree_drop(fl_train_tree *tree)
{
    for (size_t i = 0; i < tree->n_buckets; i++) fl_train_carriers_await(tree->carriers, tree->buckets[i].number);
    tree->n_buckets = 0;
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
