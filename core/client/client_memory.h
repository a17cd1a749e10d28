/* Memory that two processes share, under a name that other processes can open. */
#ifndef FL_CLIENT_CLIENT_MEMORY_H
#define FL_CLIENT_CLIENT_MEMORY_H

#include "base/error.h"
#include <stddef.h>

typedef struct fl_client_memory {
    char name[64]; /* for shm_open; "" once nobody else is to find it */
    void *at;
    size_t bytes;
    int file;
} fl_client_memory;

/* `bytes` zeros, all of which there is room for. */
bool fl_client_memory_make(fl_client_memory *memory, size_t bytes, fl_error *error);

/* Bytes from..from+n-1 of it take the place of what lies at `at`, pages of their own. False where they lie at another
 * place within their page, or it is refused. */
bool fl_client_memory_show(const fl_client_memory *memory, size_t from, void *at, size_t n);

/* Such pages become private again, and zero. */
void fl_client_memory_clear(void *at, size_t n);

/* Is there still room behind all of it? The other process can change that, and to touch what has none is a SIGBUS. */
bool fl_client_memory_whole(const fl_client_memory *memory);

/* Whoever needs it has it: the name goes, so that nothing stays behind however this process ends. */
void fl_client_memory_hide(fl_client_memory *memory);

void fl_client_memory_free(fl_client_memory *memory);

#endif
