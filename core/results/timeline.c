#include "results/timeline.h"

static bool is_timeline(const json_t *line)
{
    return json_is_integer(json_object_get(line, "worker")) && json_is_array(json_object_get(line, "spans"));
}

const fl_results_kind fl_results_timelines = { "timeline", is_timeline, "is no timeline" };
