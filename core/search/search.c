/* What searches share. */
#include "search/search.h"

bool fl_search_accepts(const fl_search *search, const fl_search_request *question, fl_error *error)
{
    if (question->n_axes < 1 || question->n_axes > FL_SEARCH_AXES)
        return fl_error_user(error, "a space has 1 to %d axes, not %zu", FL_SEARCH_AXES, question->n_axes);
    return !search->accepts || search->accepts(question, error);
}

uint64_t fl_search_endless(const fl_search_request *question)
{
    return FL_SEARCH_ENDLESS;
}
