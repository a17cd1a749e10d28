/* Backward and the update. Where the rule allows it they take turns: as soon as a layer has its gradient and has passed
 * on that of its input, its parameters are updated, while the gradient is in the cache; piece by piece, so that the
 * network finds a piece there from which it makes the copies its passes read.
 */
#include "train/workers.h"

#include <math.h>
#include <string.h>

/* Floats: with gradient and two states half a megabyte, which a second-level cache holds; beside their pass a rule's
 * coefficients cost nothing. */
enum { PIECE = 1 << 15, LINE = 16 };

/* Pieces of equal length, in whole lines of the cache. */
static size_t piece_length(size_t count)
{
    size_t n = (count + PIECE - 1) / PIECE;
    return (count / (n ? n : 1) + LINE - 1) / LINE * LINE;
}

/* Numbers first..first+count-1 of every array. */
static void update_piece(fl_train_run *run, size_t first, size_t count)
{
    fl_tensor_layout layout = { .count = count };
    fl_optimizer_update piece = run->update;
    piece.layout = &layout;
    piece.parameters += first;
    piece.gradient += first;
    for (size_t i = 0; i < run->trial->owners.optimizer->n_states; i++) piece.state[i] += first;
    run->trial->owners.optimizer->step(&piece);
    fl_network_refresh(run->network, first, count);
}

/* Numbers first..first+count-1, in pieces. */
static void update_extent(fl_train_run *run, size_t first, size_t count)
{
    size_t end = first + count, length = piece_length(count);
    for (; first < end; first += length) update_piece(run, first, end - first < length ? end - first : length);
}

/* Where vectors are spared the rule's weight decay they are updated without one. */
static void update_by_tensor(fl_train_run *run, size_t first, size_t count)
{
    const fl_tensor_layout *layout = run->update.layout;
    const double *hyper = run->update.hyper;
    for (const fl_tensor *t = layout->tensors; t < layout->tensors + layout->n_tensors; t++) {
        fl_tensor_extent of = fl_tensor_within(t, (fl_tensor_extent){ first, count });
        run->update.hyper = t->role == FL_TENSOR_VECTOR ? run->undecayed : hyper;
        update_extent(run, of.first, of.count);
    }
    run->update.hyper = hyper;
}

/* The gradient of whole tensors has come: what is to be done before the rule sees it, but for its norm. */
static void prepare(fl_train_run *run, size_t first, size_t count)
{
    float *gradient = fl_network_gradient(run->network);
    bool looked_at = run->callbacks && run->callbacks->stepped && !run->gradients_of_step;
    fl_train_around_add(&run->around, fl_network_layout(run->network), fl_network_parameters(run->network), gradient,
                        first, count);
    if (looked_at) run->gradient_square += fl_train_around_square(gradient + first, count);
    fl_train_around_clip(&run->around, gradient + first, count);
}

static void update_range(void *user, size_t first, size_t count)
{
    fl_train_run *run = user;
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    prepare(run, first, count);
    (run->around.matrices_only ? update_by_tensor : update_extent)(run, first, count);
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
}

void fl_train_run_update_range(fl_train_run *run, size_t first, size_t count)
{
    update_range(run, first, count);
}

/* The parameters have moved: the network is to see them. */
void fl_train_run_show_parameters(fl_train_run *run)
{
    if (run->view.parameters)
        fl_network_import_canonical(run->network, &run->view.layout, run->view.parameters);
    else
        fl_network_refresh(run->network, 0, run->update.layout->count);
}

void fl_train_run_put(fl_train_run *run, const float *parameters)
{
    memcpy(run->update.parameters, parameters, run->update.layout->count * sizeof *parameters);
    fl_train_run_show_parameters(run);
}

void fl_train_run_take(const fl_train_run *run, float *parameters)
{
    memcpy(parameters, run->update.parameters, run->update.layout->count * sizeof *parameters);
}

void fl_train_run_take_gradient(fl_train_run *run)
{
    size_t count = fl_network_layout(run->network)->count;
    prepare(run, 0, count);
    fl_train_around_clip_norm(&run->around, fl_network_gradient(run->network), count);
    run->gradients_of_step++;
    if (run->view.parameters) fl_network_export_gradient(run->network, &run->view.layout, run->view.gradient);
}

static void update_whole(fl_train_run *run)
{
    run->update.loss = run->loss + fl_train_run_penalty(run);
    if (run->client)
        fl_train_run_ask_client(run);
    else
        run->trial->owners.optimizer->step(&run->update);
    fl_train_run_show_parameters(run);
}

double fl_train_run_penalty(const fl_train_run *run)
{
    return fl_train_around_penalty(&run->around, fl_network_layout(run->network), fl_network_parameters(run->network));
}

void fl_train_run_look(fl_train_run *run)
{
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    run->update.rate = run->rate;
    run->update.step = run->step - run->rule_began;
    run->update.same_loss = run->whole && run->step > 0;
    run->declined = optimizer->declines_gradient && optimizer->declines_gradient(&run->update);
    run->gradients_of_step = 0;
    run->gradient_square = 0;
    if (run->passing.count)
        memcpy(run->passing.before, fl_train_workers_state(run), run->passing.count * sizeof(float));
    if (!optimizer->look) return;
    optimizer->look(&run->update);
    fl_train_run_show_parameters(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
}

void fl_train_run_update(fl_train_run *run)
{
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    if (!run->declined) fl_train_run_take_gradient(run);
    if (optimizer->elementwise)
        (run->around.matrices_only ? update_by_tensor : update_extent)(run, 0, run->update.layout->count);
    else
        update_whole(run);
    fl_train_run_end_lap(run, &run->outcome->seconds.update);
}

void fl_train_run_backward_and_update(fl_train_run *run)
{
    bool in_turns =
        run->trial->owners.optimizer->elementwise && !(run->around.clip_norm > 0) && !run->sum && run->sharing.n == 1;
    if (in_turns) {
        fl_train_run_backward(run, update_range);
        return;
    }
    if (!run->declined) fl_train_run_backward(run, NULL);
    fl_train_run_end_lap(run, &run->outcome->seconds.forward_backward);
    fl_train_run_update(run);
}

void fl_train_run_step(fl_train_run *run)
{
    fl_train_run_look(run);
    run->loss = fl_train_run_forward(run);
    if (isfinite(run->loss)) fl_train_run_backward_and_update(run);
}
