/* Independent uniform points (Bergstra and Bengio 2012). The axes draw in turn from the trial's own stream, so an axis
 * added at the end leaves the others where they were. */
#include "search/search.h"
#include "base/random.h"

static void point(const fl_search_request *request, double *u)
{
    fl_random_stream stream = fl_random_stream_start(request->seed, "search", request->index);
    for (size_t axis = 0; axis < request->n_axes; axis++) u[axis] = fl_random_uniform(&stream);
}

const fl_search fl_search_random = {
    .entry = { "random", "independent uniform points", "Bergstra and Bengio 2012" },
    .size = fl_search_endless,
    .point = point,
};
