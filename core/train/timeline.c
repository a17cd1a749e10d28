#include "train/timeline.h"

bool fl_train_timeline_wants(const fl_train_run *run)
{
    return run->step < run->timeline;
}

void fl_train_timeline_add(fl_train_run *run, size_t worker, const char *clock, const fl_train_span *spans, size_t n)
{
    json_t *list = json_array(), *line;
    for (size_t i = 0; i < n; i++)
        if (spans[i].to > spans[i].from)
            json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:s*}", "what", spans[i].what, "from", spans[i].from,
                                                  "to", spans[i].to, "of", spans[i].of));
    line = json_pack("{s:I, s:I, s:s, s:o}", "step", (json_int_t)run->step + 1, "worker", (json_int_t)worker, "clock",
                     clock, "spans", list);
    if (!run->outcome->timeline) run->outcome->timeline = json_array();
    json_array_append_new(run->outcome->timeline, line);
}
