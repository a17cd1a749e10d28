/* Parts of a network: where it can be cut into one before and one after, and passes through a part alone.
 *
 * A cut is where one activation crosses by itself on the way forward, and its gradient on the way back. Who runs the
 * parts one after the other, whatever ran in between, puts the activation where it lies, and it has the bits of a pass
 * through the whole: the parts are those of one plan, and the activation stays in its producer's layout.
 */
#ifndef FL_NETWORK_CUT_H
#define FL_NETWORK_CUT_H

#include "network/network.h"

typedef struct fl_network_cut {
    size_t stage; /* the first one behind it */
    size_t layer; /* so many layers of the model are before it */
    size_t value; /* the activation's number in the graph */
    size_t bytes; /* of it, and of its gradient */
    bool canonical;
} fl_network_cut;

/* Stages first..end-1, of fl_network_n_stages. */
typedef struct fl_network_part {
    size_t first, end;
} fl_network_part;

size_t fl_network_n_stages(const fl_network *network);

/* Every cut of a training network that has a trained layer before it, in order; returns how many. `cuts` has room for
 * as many as there are stages, or is NULL. */
size_t fl_network_cuts(const fl_network *network, fl_network_cut *cuts);

/* Where its activation lies, and the gradient. */
void *fl_network_cut_values(const fl_network *network, const fl_network_cut *cut);
void *fl_network_cut_gradient(const fl_network *network, const fl_network_cut *cut);

/* Operations (layer/operations.h) of a part's forward and backward. */
double fl_network_part_operations(const fl_network *network, fl_network_part part);

/* Which numbers of the parameter buffer, and of the state, are a part's: *count from *first on. */
void fl_network_part_parameters(const fl_network *network, fl_network_part part, size_t *first, size_t *count);
void fl_network_part_state(const fl_network *network, fl_network_part part, size_t *first, size_t *count);

/* After the activation at its beginning is in place; and, after a forward on the same activation, the gradient at its
 * end. What a pass overwrites of another part's memory, that one's forward writes again. */
void fl_network_forward_part(fl_network *network, fl_network_part part);
void fl_network_backward_part(fl_network *network, fl_network_part part);

#endif
