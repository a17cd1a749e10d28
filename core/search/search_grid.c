/* Every combination of levels, as digits of the trial's number: the last axis moves fastest. A continuous axis gets
 * `points_per_axis` evenly spaced levels, its ends included. */
#include "search/search.h"

static size_t levels(const fl_search_request *request, size_t axis)
{
    return request->n_levels[axis] ? request->n_levels[axis] : request->points_per_axis;
}

static bool accepts(const fl_search_request *request, fl_error *error)
{
    for (size_t axis = 0; axis < request->n_axes; axis++)
        if (!levels(request, axis))
            return fl_error_user(error, "search 'grid' needs 'points_per_axis' in 'search' where an axis is a range");
    return true;
}

static uint64_t size(const fl_search_request *request)
{
    uint64_t product = 1;
    for (size_t axis = 0; axis < request->n_axes; axis++)
        if (__builtin_mul_overflow(product, levels(request, axis), &product)) return FL_SEARCH_ENDLESS;
    return product;
}

/* A single level of a range lies in its middle. */
static double along_range(size_t level, size_t n)
{
    return n == 1 ? 0.5 : (double)level / (double)(n - 1);
}

static void point(const fl_search_request *request, double *u)
{
    uint64_t rest = request->index;
    for (size_t axis = request->n_axes; axis-- > 0;) {
        size_t n = levels(request, axis), level = rest % n;
        u[axis] = request->n_levels[axis] ? ((double)level + 0.5) / (double)n : along_range(level, n);
        rest /= n;
    }
}

const fl_search fl_search_grid = {
    .entry = { "grid", "every combination of levels, the last axis fastest", "" },
    .accepts = accepts,
    .size = size,
    .point = point,
};
