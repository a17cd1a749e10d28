/* Measurements of one trial: for each place the last one. */
#include "results/curvature.h"

#include <string.h>

/* Of the same step, matrix and data, and both a landscape or neither. */
static bool same_place(const json_t *a, const json_t *b)
{
    return json_equal(json_object_get(a, "step"), json_object_get(b, "step")) &&
           !strcmp(fl_results_text_of(a, "matrix"), fl_results_text_of(b, "matrix")) &&
           !strcmp(fl_results_text_of(a, "data"), fl_results_text_of(b, "data")) &&
           !json_object_get(a, "landscape") == !json_object_get(b, "landscape");
}

/* In the order of steps; the last of several for one place counts. */
static void insert(json_t *list, json_t *object)
{
    size_t at = json_array_size(list);
    json_int_t step = json_integer_value(json_object_get(object, "step"));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (same_place(json_array_get(list, i), object)) {
            json_array_set(list, i, object);
            return;
        }
    while (at && json_integer_value(json_object_get(json_array_get(list, at - 1), "step")) > step) at--;
    json_array_insert(list, at, object);
}

static bool is_curvature(const json_t *line)
{
    return json_is_string(json_object_get(line, "matrix")) && json_is_array(json_object_get(line, "largest"));
}

const fl_results_kind fl_results_curvatures = { "curvature", is_curvature, "is no curvature" };

json_t *fl_results_curvature(const fl_results *results, const char *trial)
{
    json_t *written = fl_results_lines(results, &fl_results_curvatures, trial), *list = json_array(), *line;
    size_t i;
    json_array_foreach(written, i, line) insert(list, line);
    json_decref(written);
    return list;
}
