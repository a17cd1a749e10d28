/* One network serves the stages in turn, in the order of the schedule, so between two passes through a stage its memory
 * is others'. What crosses a cut waits in a mailbox: an activation until its stage has gone backward, then that stage's
 * gradient for the one before. As in GPipe (Huang et al. 2019) a stage goes forward once more before it goes backward,
 * from the same activation, draws and state, so with the same bits.
 *
 * Gradients of micro-batches are added up in their order, each stage's as train/pass.c adds the whole. Of several
 * processes each goes through its own stages, sends on what crosses to its neighbours', and has what all have made in
 * the end: state, loss and gradient.
 */
#include "train/pipeline.h"

#include <string.h>

static size_t state_bytes(const fl_train_run *run)
{
    return fl_network_state_layout(run->network)->count * sizeof(float);
}

fl_network_part fl_train_pipeline_part(const fl_train_run *run, const fl_train_pipeline *p, size_t stage)
{
    return fl_train_stages_part(run->network, p->cuts, p->n, stage);
}

fl_train_pipeline fl_train_pipeline_new(fl_train_run *run)
{
    fl_train_pipeline p = { .n = run->trial->workers };
    size_t parts = fl_train_run_most_examples(run) / fl_trial_micro_batch(run->trial);
    p.cuts = fl_arena_bytes(run->arena, p.n * sizeof *p.cuts);
    fl_train_stages_choose(run->trial, run->network, p.cuts, NULL); /* which has been found possible */
    p.mail = fl_arena_bytes(run->arena, p.n * sizeof *p.mail);
    for (size_t s = 0; s + 1 < p.n; s++) p.mail[s] = fl_arena_bytes(run->arena, parts * p.cuts[s].bytes);
    p.losses = fl_arena_bytes(run->arena, parts * sizeof *p.losses);
    p.before = fl_arena_bytes(run->arena, state_bytes(run));
    p.after = fl_arena_bytes(run->arena, state_bytes(run));
    return p;
}

/* --- one stage and one micro-batch --- */

static void *mail_of(const fl_train_pipeline *p, size_t cut, size_t part)
{
    return p->mail[cut] + part * p->cuts[cut].bytes;
}

/* The first stage reads examples, the last one labels; any may draw. */
static void go_forward(fl_train_run *run, fl_train_pipeline *p, size_t stage, size_t part)
{
    const fl_trial *trial = run->trial;
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    if (!stage || stage + 1 == p->n) fl_train_run_load(run, run->step, part);
    fl_network_set_moment(run->network,
                          (fl_backend_moment){ trial->seed, run->step, part * fl_trial_micro_batch(trial) });
    if (stage)
        memcpy(fl_network_cut_values(run->network, &p->cuts[stage - 1]), mail_of(p, stage - 1, part),
               p->cuts[stage - 1].bytes);
    fl_network_forward_part(run->network, fl_train_pipeline_part(run, p, stage));
    p->passed = (fl_train_passed){ stage, part, true };
}

static void forward(fl_train_run *run, fl_train_pipeline *p, size_t stage, size_t part)
{
    go_forward(run, p, stage, part);
    if (stage + 1 < p->n)
        memcpy(mail_of(p, stage, part), fl_network_cut_values(run->network, &p->cuts[stage]), p->cuts[stage].bytes);
    else
        p->losses[part] = fl_network_loss(run->network);
}

static void go_forward_again(fl_train_run *run, fl_train_pipeline *p, size_t stage, size_t part)
{
    float *state = fl_network_state(run->network);
    size_t bytes = state_bytes(run);
    if (p->passed.is && p->passed.stage == stage && p->passed.part == part) return;
    memcpy(p->after, state, bytes);
    memcpy(state, p->before, bytes);
    go_forward(run, p, stage, part);
    memcpy(state, p->after, bytes);
}

static void backward(fl_train_run *run, fl_train_pipeline *p, size_t stage, size_t part, size_t parts)
{
    size_t first, count;
    fl_network_part own = fl_train_pipeline_part(run, p, stage);
    go_forward_again(run, p, stage, part);
    if (stage + 1 < p->n)
        memcpy(fl_network_cut_gradient(run->network, &p->cuts[stage]), mail_of(p, stage, part), p->cuts[stage].bytes);
    fl_network_backward_part(run->network, own);
    p->passed.is = false;
    if (stage)
        memcpy(mail_of(p, stage - 1, part), fl_network_cut_gradient(run->network, &p->cuts[stage - 1]),
               p->cuts[stage - 1].bytes);
    fl_network_part_parameters(run->network, own, &first, &count);
    if (parts > 1) fl_train_run_add_gradient(run, run->sum, first, count, part, parts);
}

/* --- what the processes bring each other --- */

/* What lies in a mailbox: none where there is no such cut or micro-batch. */
typedef struct message {
    size_t cut, part;
} message;

static bool is_message(const fl_train_pipeline *p, message m, size_t parts)
{
    return m.cut < p->n - 1 && m.part < parts;
}

/* Send one, if it is one, and receive another of process `rank`. */
static void pass_on(fl_train_run *run, const fl_train_pipeline *p, size_t parts, message out, message in, size_t rank)
{
    if (!run->carriers) return;
    bool sends = is_message(p, out, parts);
    fl_train_carriers_exchange(run->carriers, sends ? mail_of(p, out.cut, out.part) : NULL,
                               sends ? p->cuts[out.cut].bytes : 0);
    if (!is_message(p, in, parts)) return;
    size_t bytes = p->cuts[in.cut].bytes;
    memcpy(mail_of(p, in.cut, in.part), fl_train_carriers_brought(run->carriers, rank, bytes), bytes);
}

/* The stages of a process as one part. */
static fl_network_part block_of(const fl_train_run *run, const fl_train_pipeline *p, size_t rank)
{
    size_t first, end;
    fl_train_carriers_block(fl_train_carriers_size(run->carriers), rank, p->n, &first, &end);
    return (fl_network_part){ fl_train_pipeline_part(run, p, first).first,
                              fl_train_pipeline_part(run, p, end - 1).end };
}

/* Which numbers of an array are a part's. */
typedef void range_of(const fl_network *network, fl_network_part part, size_t *first, size_t *count);

/* Everybody brings the numbers of its own stages. */
static void share(fl_train_run *run, const fl_train_pipeline *p, range_of *range, float *values)
{
    size_t first, count;
    if (!run->carriers) return;
    range(run->network, block_of(run, p, fl_train_carriers_rank(run->carriers)), &first, &count);
    fl_train_carriers_exchange(run->carriers, values + first, count * sizeof *values);
    for (size_t rank = 0; rank < fl_train_carriers_size(run->carriers); rank++) {
        range(run->network, block_of(run, p, rank), &first, &count);
        memcpy(values + first, fl_train_carriers_brought(run->carriers, rank, count * sizeof *values),
               count * sizeof *values);
    }
}

/* The last stage knows them. */
static void share_losses(fl_train_run *run, fl_train_pipeline *p, size_t parts)
{
    size_t bytes = parts * sizeof *p->losses;
    if (!run->carriers) return;
    bool last = run->workers.end == p->n;
    fl_train_carriers_exchange(run->carriers, p->losses, last ? bytes : 0);
    memcpy(p->losses, fl_train_carriers_brought(run->carriers, fl_train_carriers_size(run->carriers) - 1, bytes),
           bytes);
}

/* --- all of them --- */

/* In every tick the stages have neighbouring micro-batches, the first stage the latest; numbers of those that are not
 * there wrap around, and so are beyond the last. */
double fl_train_pipeline_forward(fl_train_run *run, fl_train_pipeline *p)
{
    size_t parts = fl_train_run_parts(run), first = run->workers.first, end = run->workers.end;
    size_t rank = fl_train_carriers_rank(run->carriers);
    double loss = 0;
    memcpy(p->before, fl_network_state(run->network), state_bytes(run));
    for (size_t tick = 0; tick < parts + p->n - 1; tick++) {
        for (size_t s = first; s < end; s++)
            if (tick - s < parts) forward(run, p, s, tick - s);
        pass_on(run, p, parts, (message){ end - 1, tick - (end - 1) }, (message){ first - 1, tick - (first - 1) },
                rank - 1);
    }
    share_losses(run, p, parts);
    share(run, p, fl_network_part_state, fl_network_state(run->network));
    for (size_t m = 0; m < parts; m++) loss += p->losses[m] / (double)parts;
    return loss;
}

/* Here the last stage has the latest. */
void fl_train_pipeline_backward(fl_train_run *run, fl_train_pipeline *p)
{
    size_t parts = fl_train_run_parts(run), first = run->workers.first, end = run->workers.end, last = p->n - 1;
    size_t rank = fl_train_carriers_rank(run->carriers);
    run->outcome->gradient_evaluations++;
    for (size_t tick = 0; tick < parts + last; tick++) {
        for (size_t s = end; s-- > first;)
            if (tick - (last - s) < parts) backward(run, p, s, tick - (last - s), parts);
        pass_on(run, p, parts, (message){ first - 1, tick - (last - first) }, (message){ end - 1, tick - (last - end) },
                rank + 1);
    }
    share(run, p, fl_network_part_parameters, fl_network_gradient(run->network));
}
