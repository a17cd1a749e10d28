/* How workers that divide a layer bring their parts together where several processes carry them. Who plans the layer
 * lends it this; what it says may change between passes.
 */
#ifndef FL_LAYER_EXCHANGE_H
#define FL_LAYER_EXCHANGE_H

#include <stddef.h>

typedef struct fl_layer_exchange {
    void *user;        /* NULL: this process carries all workers, and nothing is exchanged */
    size_t first, end; /* those that it carries */
    /* Room for what they bring, `each` floats of one worker behind those of the other. */
    float *(*begin)(void *user, size_t each);
    /* Wait until all have brought theirs; then, until the next one begins, this is what a worker brought. */
    void (*await)(void *user);
    const float *(*brought)(void *user, size_t worker, size_t each);
} fl_layer_exchange;

#endif
