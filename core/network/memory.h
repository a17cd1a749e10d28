/* Memory by lifetime: buffers that are not needed at the same time share it. */
#ifndef FL_NETWORK_MEMORY_H
#define FL_NETWORK_MEMORY_H

#include <stddef.h>

typedef struct fl_network_span {
    size_t bytes;
    size_t first, last; /* moments, both included */
    size_t offset;      /* where it was placed: a multiple of 64 */
} fl_network_span;

/* Place every span so that no two overlap in both time and memory. Returns the bytes of all together. */
size_t fl_network_place(fl_network_span *spans, size_t n);

#endif
