/* Method `pipeline` (Huang et al. 2019, GPipe): the passes of train/pipeline.h, then the rule's step on the whole
 * gradient; and when, by a virtual clock, the stages compute what they do.
 */
#include "method/method_pipeline.h"
#include "base/memory.h"
#include "train/method.h"
#include "train/pipeline.h"
#include "train/timeline.h"
#include "virtual/pipeline.h"

#include <math.h>
#include <stdlib.h>

typedef struct pipeline {
    fl_train_pipeline passes;
    size_t n;                /* stages */
    fl_virtual_stage *times; /* of each stage for a micro-batch */
    fl_virtual_span *spans;
    fl_train_span *written; /* of one worker, with what it waits for in between */
    double bytes;           /* that cross in one direction with a micro-batch */
} pipeline;

/* A stage's share of the operations. */
static double share_of(const fl_train_run *run, const pipeline *p, size_t stage)
{
    fl_network_part whole = { 0, fl_network_n_stages(run->network) };
    fl_network_part own = fl_train_pipeline_part(run, &p->passes, stage);
    return p->n > 1 ? fl_network_part_operations(run->network, own) / fl_network_part_operations(run->network, whole)
                    : 1;
}

/* Micro-batches of a batch of batch_size. */
static size_t parts_of(const fl_trial *trial)
{
    return trial->batch_size / fl_trial_micro_batch(trial);
}

/* One part forward, one forward again, two backward. */
static void set_times(const fl_train_run *run, pipeline *p)
{
    double batch = run->trial->values.of[FL_TRIAL_OF_METHOD][FL_METHOD_STAGE_SECONDS];
    for (size_t s = 0; s < p->n; s++) {
        double stage = batch / (double)parts_of(run->trial) * share_of(run, p, s);
        p->times[s] = (fl_virtual_stage){ stage / 4, stage * 3 / 4 };
    }
}

static double bytes_of(const fl_network_cut *cuts, size_t n_stages)
{
    double sum = 0;
    for (size_t s = 0; s + 1 < n_stages; s++) sum += (double)cuts[s].bytes;
    return sum;
}

static void allocate(fl_train_run *run)
{
    pipeline *p = run->servers = fl_arena_bytes(run->arena, sizeof *p);
    size_t parts = fl_train_run_most_examples(run) / fl_trial_micro_batch(run->trial);
    p->passes = fl_train_pipeline_new(run);
    p->n = p->passes.n;
    p->bytes = bytes_of(p->passes.cuts, p->n);
    p->times = fl_arena_bytes(run->arena, p->n * sizeof *p->times);
    p->spans = fl_arena_bytes(run->arena, p->n * 2 * parts * sizeof *p->spans);
    p->written = fl_arena_bytes(run->arena, (4 * parts + 1) * sizeof *p->written);
    set_times(run, p);
}

/* --- the virtual clock --- */

/* One stage's spans with the waiting before each of them, `from` on the clock. Returns how many. */
static size_t write_spans(const pipeline *p, size_t stage, size_t parts, double from, double end)
{
    const fl_virtual_span *spans = p->spans + stage * 2 * parts;
    fl_train_span *to = p->written;
    double idle = 0;
    for (size_t i = 0; i < 2 * parts; i++) {
        *to++ = (fl_train_span){ i < parts ? "activation" : "gradient", from + idle, from + spans[i].from };
        *to++ = (fl_train_span){ "compute", from + spans[i].from, from + spans[i].to };
        idle = spans[i].to;
    }
    *to++ = (fl_train_span){ "step", from + idle, from + end };
    return (size_t)(to - p->written);
}

static void tell_time(fl_train_run *run, const pipeline *p, size_t parts)
{
    double began = run->ledger[FL_TRAIN_SECONDS], end = fl_virtual_pipeline(p->times, p->n, parts, p->spans);
    for (size_t s = 0; s < p->n && fl_train_timeline_wants(run); s++)
        fl_train_timeline_add(run, s, "virtual", p->written, write_spans(p, s, parts, began, end));
    run->ledger[FL_TRAIN_SECONDS] += end;
}

static void note(fl_train_run *run, fl_trial_point *point)
{
    point->virtual_seconds = run->ledger[FL_TRAIN_SECONDS];
}

/* --- the method --- */

/* Every micro-batch crosses every cut, and its gradient crosses back. */
static void step(fl_train_run *run)
{
    pipeline *p = run->servers;
    size_t parts = fl_train_run_parts(run);
    fl_train_run_look(run);
    run->loss = fl_train_pipeline_forward(run, &p->passes);
    if (!isfinite(run->loss)) return;
    if (!run->declined) fl_train_pipeline_backward(run, &p->passes);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    run->ledger[FL_TRAIN_BYTES] += (run->declined ? 1 : 2) * (double)parts * p->bytes;
    tell_time(run, p, parts);
    fl_train_run_update(run);
}

static bool suits(const fl_trial *trial, const fl_train_plans *plans, fl_error *error)
{
    fl_network_cut *cuts = fl_memory_new(trial->workers, sizeof *cuts);
    bool found = fl_train_stages_choose(trial, plans->training, cuts, error);
    free(cuts);
    return found;
}

/* The mailboxes of a batch. */
static double bytes(const fl_trial *trial, const fl_network *network)
{
    fl_network_cut *cuts = fl_memory_new(trial->workers, sizeof *cuts);
    fl_train_stages_choose(trial, network, cuts, NULL); /* which `suits` has found possible */
    double sum = (double)parts_of(trial) * bytes_of(cuts, trial->workers);
    free(cuts);
    return sum;
}

/* Of a step of batch_size examples, beside the bubble of stages that all take equally long. */
static json_t *division(const fl_train_run *run)
{
    const pipeline *p = run->servers;
    size_t parts = parts_of(run->trial);
    double n = (double)p->n;
    json_t *layers = json_array(), *shares = json_array();
    fl_virtual_pipeline(p->times, p->n, parts, p->spans);
    for (size_t s = 0; s < p->n; s++) {
        json_array_append_new(shares, json_real(share_of(run, p, s)));
        if (s + 1 < p->n) json_array_append_new(layers, json_integer((json_int_t)p->passes.cuts[s].layer));
    }
    return json_pack("{s:o, s:o, s:f, s:f}", "cuts", layers, "shares", shares, "bubble",
                     fl_virtual_pipeline_bubble(p->spans, p->n, parts), "equal_bubble",
                     (n - 1) / ((double)parts + n - 1));
}

const fl_train_method fl_train_method_pipeline = {
    .spreads = true,
    .allocate = allocate,
    .step = step,
    .note = note,
    .bytes = bytes,
    .suits = suits,
    .division = division,
};
