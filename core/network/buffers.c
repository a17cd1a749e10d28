/* A value lives until the last who reads it has done so; a gradient from its first writer to the stage that reads it.
 *
 * Moments: stage s of S runs forward at s and backward at 2S - 1 - s. The gradient of a value with several readers is
 * written by the last of them, whose backward comes first, and the others add to it in the order in which they run. An
 * op that passes its gradient on as it is (a sum) has it in place: the gradient of its inputs is that of its output,
 * where nobody can tell the difference.
 */
#include "network/buffers.h"
#include "network/memory.h"

#include "backend/bf16.h"
#include "base/clones.h"

#include <string.h>

static const size_t NOBODY = (size_t)-1;

/* The gradient of a value; several values may share one. */
typedef struct gradient {
    size_t root;   /* the value whose span it is */
    size_t writer; /* the stage that writes it first, the value's last reader; NOBODY */
} gradient;

typedef struct layout {
    const fl_network_graph *graph;
    bool training;
    gradient *gradients;    /* by value */
    fl_network_span *spans; /* values, then gradients, then pieces that wait to be added, one per stage and input */
    size_t n_spans;
} layout;

static size_t backward_at(const layout *l, size_t stage)
{
    return 2 * l->graph->n_stages - 1 - stage;
}

/* --- lives --- */

static void live_until(fl_network_span *span, size_t moment)
{
    if (moment > span->last) span->last = moment;
}

static void find_value_lives(layout *l)
{
    const fl_network_graph *graph = l->graph;
    for (size_t s = 0; s < graph->n_stages; s++) {
        const fl_network_stage *stage = &graph->stages[s];
        fl_network_span *out = &l->spans[stage->out];
        bool backward = l->training && stage->trained;
        *out = (fl_network_span){ .bytes = stage->op->out.bytes, .first = s, .last = s };
        if (backward && stage->op->reads_out) live_until(out, backward_at(l, s));
        if (graph->keeps) live_until(out, backward_at(l, 0));
        for (size_t k = 0; k < stage->n_in; k++) {
            live_until(&l->spans[stage->in[k]], s);
            if (backward && stage->op->reads_in) live_until(&l->spans[stage->in[k]], backward_at(l, s));
        }
    }
}

static void find_writers(layout *l)
{
    const fl_network_graph *graph = l->graph;
    for (size_t v = 0; v < graph->n_values; v++) l->gradients[v] = (gradient){ v, NOBODY };
    for (size_t s = 0; s < graph->n_stages; s++)
        for (size_t k = 0; k < graph->stages[s].n_in; k++) l->gradients[graph->stages[s].in[k]].writer = s;
}

/* Does a stage between the two, themselves excluded, read `value`, so that its backward adds to the gradient? */
static bool read_between(const layout *l, size_t value, size_t low, size_t high)
{
    for (size_t s = low + 1; s < high; s++)
        for (size_t k = 0; k < l->graph->stages[s].n_in; k++)
            if (l->graph->stages[s].in[k] == value) return true;
    return false;
}

/* `value` and `other` share a gradient from the backward of stage `s` on: would the one that is read later find what
 * was meant for the other in it? What stage `s` itself does to the other's counts unless it is the first to write it.
 */
static bool disturb(const layout *l, size_t value, size_t other, size_t s)
{
    size_t makes_value = l->graph->values[value].producer, makes_other = l->graph->values[other].producer;
    size_t sooner = makes_value > makes_other ? makes_value : makes_other;
    size_t end = l->gradients[other].writer == s ? s : s + 1;
    return read_between(l, value, makes_other, s) || read_between(l, other, makes_value, end) ||
           l->graph->stages[sooner].op->clobbers;
}

/* May `value` share the gradient that stage `s` passes on with all whose turn to read it is still to come? */
static bool may_share(const layout *l, size_t value, size_t root, size_t s)
{
    for (size_t other = 1; other < l->graph->n_values; other++) {
        bool shares = other != value && l->graph->values[other].trained && l->gradients[other].root == root;
        if (shares && l->graph->values[other].producer < s && disturb(l, value, other, s)) return false;
    }
    return true;
}

/* Later stages first, as backward has it. */
static void share_gradients(layout *l)
{
    for (size_t s = l->graph->n_stages; s-- > 0;) {
        const fl_network_stage *stage = &l->graph->stages[s];
        size_t root = l->gradients[stage->out].root;
        for (size_t k = 0; stage->op->passes && stage->trained && k < stage->n_in; k++) {
            gradient *g = &l->gradients[stage->in[k]];
            if (l->graph->values[stage->in[k]].trained && g->writer == s && may_share(l, stage->in[k], root, s))
                g->root = root;
        }
    }
}

static void find_gradient_lives(layout *l)
{
    const fl_network_graph *graph = l->graph;
    for (size_t v = graph->n_values; v-- > 1;) {
        const fl_network_value *value = &graph->values[v];
        const gradient *g = &l->gradients[v];
        fl_network_span *span = &l->spans[graph->n_values + g->root];
        if (!value->trained || g->writer == NOBODY) continue;
        if (g->root == v)
            *span = (fl_network_span){ .bytes = value->activation.bytes, .first = backward_at(l, g->writer) };
        live_until(span, backward_at(l, value->producer));
    }
}

/* Input `k` of stage `s` is not the first to reach its gradient, so it waits in a piece of its own. */
static fl_network_span *piece_of(const layout *l, size_t s, size_t k)
{
    return &l->spans[2 * l->graph->n_values + s * FL_LAYER_FROM + k];
}

static bool writes_first(const layout *l, size_t s, size_t k)
{
    const fl_network_stage *stage = &l->graph->stages[s];
    for (size_t before = 0; before < k; before++)
        if (stage->in[before] == stage->in[k]) return false;
    return l->gradients[stage->in[k]].writer == s;
}

static void find_piece_lives(layout *l)
{
    for (size_t s = 0; s < l->graph->n_stages; s++) {
        const fl_network_stage *stage = &l->graph->stages[s];
        for (size_t k = 0; k < stage->n_in; k++) {
            const fl_network_value *value = &l->graph->values[stage->in[k]];
            if (!value->trained || stage->op->passes || writes_first(l, s, k)) continue;
            *piece_of(l, s, k) = (fl_network_span){ value->activation.bytes, backward_at(l, s), backward_at(l, s), 0 };
        }
    }
}

/* --- places --- */

static void *gradient_place(const layout *l, char *memory, size_t value)
{
    const fl_network_value *v = &l->graph->values[value];
    if (!value || !v->trained || !v->activation.bytes) return NULL;
    return memory + l->spans[l->graph->n_values + l->gradients[value].root].offset;
}

static fl_network_sum sum_of(const fl_backend_activation *activation, void *to, const void *from, bool add)
{
    size_t size = activation->precision == FL_BACKEND_BF16 ? sizeof(uint16_t) : sizeof(float);
    return (fl_network_sum){ to, from, activation->bytes / size, activation->precision, add };
}

/* Where a stage writes the gradient of its input `k`, and what is done with it afterwards. */
static void place_d_in(const layout *l, char *memory, fl_network_stage_buffers *at, size_t s, size_t k)
{
    const fl_network_stage *stage = &l->graph->stages[s];
    const fl_backend_activation *activation = &l->graph->values[stage->in[k]].activation;
    void *place = gradient_place(l, memory, stage->in[k]);
    bool first = writes_first(l, s, k);
    if (!place) return;
    if (stage->op->passes) {
        if (place != at->d_out || !first) at->sums[at->n_sums++] = sum_of(activation, place, at->d_out, !first);
        return;
    }
    at->d_in[k] = first ? place : memory + piece_of(l, s, k)->offset;
    if (!first) at->sums[at->n_sums++] = sum_of(activation, place, at->d_in[k], true);
}

/* A gradient passed on to where it lies already is added to itself: after all others have read it. */
static void put_doubling_last(fl_network_stage_buffers *at)
{
    for (size_t k = 0; k + 1 < at->n_sums; k++) {
        if (at->sums[k].to != at->d_out) continue;
        fl_network_sum doubling = at->sums[k];
        at->sums[k] = at->sums[k + 1];
        at->sums[k + 1] = doubling;
    }
}

static fl_network_buffers place_all(const layout *l, size_t bytes, fl_arena *arena, char *memory)
{
    const fl_network_graph *graph = l->graph;
    fl_network_buffers buffers = { .stages = fl_arena_bytes(arena, graph->n_stages * sizeof *buffers.stages) };
    buffers.bytes = bytes;
    buffers.input = fl_arena_bytes(arena, graph->values[0].activation.bytes);
    for (size_t s = 0; s < graph->n_stages; s++) {
        fl_network_stage_buffers *at = &buffers.stages[s];
        at->out = memory + l->spans[graph->stages[s].out].offset;
        at->workspace = fl_arena_bytes(arena, graph->stages[s].op->workspace_bytes);
        if (!l->training || !graph->stages[s].trained) continue;
        at->d_out = gradient_place(l, memory, graph->stages[s].out);
        for (size_t k = 0; k < graph->stages[s].n_in; k++) place_d_in(l, memory, at, s, k);
        put_doubling_last(at);
    }
    return buffers;
}

/* Every span has its offset; returns the bytes of all. */
static size_t find_places(layout *l, fl_arena *own)
{
    const fl_network_graph *graph = l->graph;
    l->n_spans = 2 * graph->n_values + graph->n_stages * FL_LAYER_FROM;
    l->spans = fl_arena_bytes(own, l->n_spans * sizeof *l->spans);
    l->gradients = fl_arena_bytes(own, graph->n_values * sizeof *l->gradients);
    find_value_lives(l);
    l->spans[0] = (fl_network_span){ 0 }; /* the input has memory of its own */
    if (l->training) {
        find_writers(l);
        share_gradients(l);
        find_gradient_lives(l);
        find_piece_lives(l);
    }
    return fl_network_place(l->spans, l->n_spans);
}

size_t fl_network_buffers_bytes(const fl_network_graph *graph, bool training)
{
    layout l = { .graph = graph, .training = training };
    fl_arena *own = fl_arena_new();
    size_t bytes = find_places(&l, own);
    fl_arena_free(own);
    return bytes;
}

fl_network_buffers fl_network_buffers_lay_out(fl_arena *arena, const fl_network_graph *graph, bool training,
                                              void *memory)
{
    layout l = { .graph = graph, .training = training };
    fl_arena *own = fl_arena_new();
    size_t bytes = find_places(&l, own);
    fl_network_buffers buffers = place_all(&l, bytes, arena, memory);
    fl_arena_free(own);
    return buffers;
}

/* --- sums --- */

FL_CLONES static void add_floats(float *to, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] += from[i];
}

FL_CLONES static void add_halves(uint16_t *to, const uint16_t *from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = fl_backend_bf16(fl_backend_float(to[i]) + fl_backend_float(from[i]));
}

void fl_network_sum_run(const fl_network_sum *sum)
{
    size_t size = sum->precision == FL_BACKEND_BF16 ? sizeof(uint16_t) : sizeof(float);
    if (!sum->add)
        memcpy(sum->to, sum->from, sum->n * size);
    else if (sum->precision == FL_BACKEND_BF16)
        add_halves(sum->to, sum->from, sum->n);
    else
        add_floats(sum->to, sum->from, sum->n);
}
