/* The update, piece by piece where the rule allows it: the network turns a piece into the copies its passes read while
 * the piece is in the cache.
 */
#include "train/run.h"

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
    fl_tensor_layout flat = { .count = count };
    fl_optimizer_update piece = run->update;
    piece.flat = &flat;
    piece.parameters += first;
    piece.gradient += first;
    for (size_t i = 0; i < run->trial->owners.optimizer->n_states; i++) piece.state[i] += first;
    run->trial->owners.optimizer->step(&piece);
    fl_network_refresh(run->network, first, count);
}

void fl_train_run_update(fl_train_run *run)
{
    const fl_optimizer *optimizer = run->trial->owners.optimizer;
    size_t count = run->update.flat->count, length = piece_length(count);
    run->update.rate = run->rate;
    run->update.step = run->step;
    if (optimizer->elementwise) {
        for (size_t first = 0; first < count; first += length)
            update_piece(run, first, count - first < length ? count - first : length);
    } else {
        optimizer->step(&run->update);
        fl_network_refresh(run->network, 0, count);
    }
}
