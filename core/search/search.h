/* Searches: how a trial's number becomes a point of the unit cube, one coordinate per axis of the search space.
 *
 * A point is a pure function of seed, index and the layout of the axes: it depends on no other trial, on no number of
 * trials and on no machine. The caller turns coordinates into values. On a continuous axis 0 is the lower end and 1 the
 * upper end (only grid gets there); on an axis that lists n levels, level i owns [i/n, (i+1)/n).
 */
#ifndef FL_SEARCH_SEARCH_H
#define FL_SEARCH_SEARCH_H

#include "base/entry.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_SEARCH_AXES = 64 };        /* axes of one space, at most */
#define FL_SEARCH_ENDLESS UINT64_MAX /* the size of a search that never runs out of points */

typedef struct fl_search_request {
    uint64_t seed;
    uint64_t index;         /* the trial's number, from 0 and below the search's size */
    size_t n_axes;          /* 1..FL_SEARCH_AXES */
    const size_t *n_levels; /* per axis: how many values it lists, 0 where it is continuous */
    size_t points_per_axis; /* of grid, on continuous axes; others ignore it */
} fl_search_request;

typedef struct fl_search {
    fl_entry entry;
    /* False, with a message without a place, when these axes cannot be searched this way; NULL: all can. */
    bool (*accepts)(const fl_search_request *request, fl_error *error);
    /* How many distinct points there are; the request's index is ignored. */
    uint64_t (*size)(const fl_search_request *request);
    /* Fill u[0..n_axes-1] with the point of an accepted request. */
    void (*point)(const fl_search_request *request, double *u);
} fl_search;

/* True when a space of this layout can be searched by `search`; else a message without a place. */
bool fl_search_accepts(const fl_search *search, const fl_search_request *request, fl_error *error);

/* Every search, NULL-ended, in the order of search_list.h. */
const fl_search *const *fl_searches(void);
const fl_search *fl_search_find(const char *name, fl_error *error);

/* The size of searches that draw. */
uint64_t fl_search_endless(const fl_search_request *request);

#endif
