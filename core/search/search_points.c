/* A list of complete points, tried in its order: the space is one axis whose levels are the points. */
#include "search/search.h"

static bool accepts(const fl_search_request *question, fl_error *error)
{
    if (question->n_axes == 1 && question->n_levels[0]) return true;
    return fl_error_user(error, "search 'points' needs a list of complete points in the place of a space");
}

static uint64_t size(const fl_search_request *question)
{
    return question->n_levels[0];
}

static void point(const fl_search_request *question, double *u)
{
    u[0] = ((double)question->index + 0.5) / (double)question->n_levels[0];
}

const fl_search fl_search_points = {
    .entry = { "points", "the points of a list, in its order", "" },
    .accepts = accepts,
    .size = size,
    .point = point,
};
