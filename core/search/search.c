/* What searches share. */
#include "search/search.h"

bool fl_search_accepts(const fl_search *search, const fl_search_request *request, fl_error *error)
{
    if (request->n_axes < 1 || request->n_axes > FL_SEARCH_AXES)
        return fl_error_user(error, "a space has 1 to %d axes, not %zu", FL_SEARCH_AXES, request->n_axes);
    return !search->accepts || search->accepts(request, error);
}

uint64_t fl_search_endless(const fl_search_request *request)
{
    return FL_SEARCH_ENDLESS;
}
