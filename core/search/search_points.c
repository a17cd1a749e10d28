/* A list of complete points, tried in its order: the space is one axis whose levels are the points. */
#include "search/search.h"

static bool accepts(const fl_search_request *request, fl_error *error)
{
    if (request->n_axes == 1 && request->n_levels[0]) return true;
    return fl_error_user(error, "search 'points' needs a list of complete points in the place of a space");
}

static uint64_t size(const fl_search_request *request)
{
    return request->n_levels[0];
}

static void point(const fl_search_request *request, double *u)
{
    u[0] = ((double)request->index + 0.5) / (double)request->n_levels[0];
}

const fl_search fl_search_points = {
    .entry = { "points", "the points of a list, in its order", "" },
    .accepts = accepts,
    .size = size,
    .point = point,
};
