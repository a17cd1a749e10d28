#include "virtual/pipeline.h"

#include <math.h>

static fl_virtual_span *forward_of(fl_virtual_span *spans, size_t parts, size_t stage, size_t part)
{
    return &spans[stage * 2 * parts + part];
}

static fl_virtual_span *backward_of(fl_virtual_span *spans, size_t parts, size_t stage, size_t part)
{
    return forward_of(spans, parts, stage, parts + part);
}

/* A stage's work follows its own before, which lies before it, and another one's; NULL: none. */
static void begin(fl_virtual_span *span, const fl_virtual_span *own, const fl_virtual_span *other, double seconds)
{
    span->from = fmax(own ? own->to : 0, other ? other->to : 0);
    span->to = span->from + seconds;
}

double fl_virtual_pipeline(const fl_virtual_stage *stages, size_t n, size_t parts, fl_virtual_span *spans)
{
    for (size_t s = 0; s < n; s++)
        for (size_t m = 0; m < parts; m++) {
            fl_virtual_span *span = forward_of(spans, parts, s, m);
            begin(span, m ? span - 1 : NULL, s ? forward_of(spans, parts, s - 1, m) : NULL, stages[s].forward);
        }
    for (size_t s = n; s-- > 0;)
        for (size_t m = 0; m < parts; m++) {
            fl_virtual_span *span = backward_of(spans, parts, s, m);
            begin(span, span - 1, s + 1 < n ? backward_of(spans, parts, s + 1, m) : NULL, stages[s].backward);
        }
    return backward_of(spans, parts, 0, parts - 1)->to;
}

double fl_virtual_pipeline_bubble(const fl_virtual_span *spans, size_t n, size_t parts)
{
    double busy = 0, end = 0;
    for (size_t i = 0; i < n * 2 * parts; i++) {
        busy += spans[i].to - spans[i].from;
        end = fmax(end, spans[i].to);
    }
    return 1 - busy / (end * (double)n);
}
