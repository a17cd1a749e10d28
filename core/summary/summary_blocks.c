/* Which workloads can be compared over. */
#include "summary/summary_blocks.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The labels of the first study: its arms of one combination. */
static size_t take_labels(const fl_study *study, const char **labels)
{
    size_t n = 0;
    for (size_t i = 0; i < study->n_arms; i++)
        if (fl_summary_comparable(&study->arms[0], &study->arms[i])) labels[n++] = study->arms[i].label;
    return n;
}

static const fl_summary_arm *find(const fl_summary *summary, size_t first, const char *label)
{
    for (size_t i = 0; i < summary->n_arms; i++)
        if (fl_summary_comparable(summary->arms[first].arm, summary->arms[i].arm) &&
            !strcmp(summary->arms[i].arm->label, label))
            return &summary->arms[i];
    return NULL;
}

static const fl_workload *workload_of(const fl_summary_block *b)
{
    return b->arms[0]->arm->base.owners.workload;
}

/* All arms there and able to be ranked, and a workload that no block has yet. */
static bool is_usable(const fl_summary_blocks *all, const fl_summary_block *b)
{
    for (size_t i = 0; i < all->n_arms; i++)
        if (!b->arms[i] || !b->arms[i]->results->filled || !b->arms[i]->selected) return false;
    for (size_t i = 0; i < all->n; i++)
        if (workload_of(&all->of[i]) == workload_of(b)) return false;
    return true;
}

/* The block of the arms that can be compared with arm `first`. */
static void add_block(fl_summary_blocks *all, const fl_summary *summary, size_t first)
{
    fl_summary_block b = { summary->results, fl_memory_new(all->n_arms, sizeof *b.arms) };
    for (size_t i = 0; i < all->n_arms; i++) b.arms[i] = find(summary, first, all->labels[i]);
    if (!is_usable(all, &b)) {
        free(b.arms);
        all->n_left_out++;
        return;
    }
    for (size_t i = 0; i < all->n_arms; i++)
        if (b.arms[i]->k < all->k) all->k = b.arms[i]->k;
    all->of = fl_memory_grow(all->of, all->n + 1, sizeof *all->of);
    all->of[all->n++] = b;
}

static bool begins_block(const fl_summary *summary, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (fl_summary_comparable(summary->arms[before].arm, summary->arms[i].arm)) return false;
    return true;
}

fl_summary_blocks fl_summary_blocks_of(fl_summary *const *members, size_t n)
{
    fl_summary_blocks all = { .k = SIZE_MAX };
    all.labels = fl_memory_new(members[0]->n_arms, sizeof *all.labels);
    all.n_arms = take_labels(members[0]->results->study, all.labels);
    for (size_t m = 0; m < n; m++)
        for (size_t i = 0; i < members[m]->n_arms; i++)
            if (begins_block(members[m], i)) add_block(&all, members[m], i);
    return all;
}

void fl_summary_blocks_free(fl_summary_blocks *all)
{
    for (size_t i = 0; i < all->n; i++) free(all->of[i].arms);
    free(all->of);
}
