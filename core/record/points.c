/* Points sorted by (trial, step): a trial's are one run of the array, found by bisection. */
#include "record/points.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct keyed {
    char trial[17];
    size_t line; /* the order of the lines */
    fl_point point;
} keyed;

struct fl_points {
    keyed *items;
    size_t n, capacity;
    fl_point *sorted; /* the points alone, in the order of `items` */
};

fl_points *fl_points_new(void)
{
    return fl_new(1, sizeof(fl_points));
}

void fl_points_free(fl_points *points)
{
    if (!points) return;
    free(points->items);
    free(points->sorted);
    free(points);
}

bool fl_points_add(fl_points *points, const json_t *object)
{
    const char *trial = json_string_value(json_object_get(object, "trial"));
    keyed item = { .line = points->n };
    if (!trial || !fl_point_read(object, &item.point)) return false;
    snprintf(item.trial, sizeof item.trial, "%s", trial);
    if (points->n == points->capacity) {
        points->capacity = points->capacity ? 2 * points->capacity : 1024;
        points->items = fl_grow(points->items, points->capacity, sizeof *points->items);
    }
    points->items[points->n++] = item;
    return true;
}

static int by_trial_and_step(const void *left, const void *right)
{
    const keyed *a = left, *b = right;
    int order = strcmp(a->trial, b->trial);
    if (order) return order;
    if (a->point.step != b->point.step) return a->point.step < b->point.step ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

void fl_points_settle(fl_points *points)
{
    size_t kept = 0;
    if (points->n) qsort(points->items, points->n, sizeof *points->items, by_trial_and_step);
    for (size_t i = 0; i < points->n; i++) {
        bool again = kept && !strcmp(points->items[kept - 1].trial, points->items[i].trial) &&
                     points->items[kept - 1].point.step == points->items[i].point.step;
        points->items[again ? kept - 1 : kept++] = points->items[i];
    }
    points->n = kept;
    points->sorted = fl_new(kept, sizeof *points->sorted);
    for (size_t i = 0; i < kept; i++) points->sorted[i] = points->items[i].point;
}

const fl_point *fl_points_of(const fl_points *points, const char *trial, size_t *n)
{
    size_t low = 0, high = points->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(points->items[middle].trial, trial) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*n = 0; low + *n < points->n && !strcmp(points->items[low + *n].trial, trial);) ++*n;
    return points->sorted + low;
}
