/* The memory a trial lives in: zeroed, 64-byte aligned pieces, all given back at once, so that nothing is allocated
 * inside a measured step and nothing leaks between trials. Without memory the process ends (fl_error_give_up).
 */
#ifndef FL_BASE_ARENA_H
#define FL_BASE_ARENA_H

#include <stddef.h>

typedef struct fl_arena fl_arena;

fl_arena *fl_arena_new(void);
void fl_arena_free(fl_arena *arena);

/* `bytes` zeroed bytes aligned to 64, owned by the arena; never NULL. */
void *fl_arena_bytes(fl_arena *arena, size_t bytes);

/* `count` zeroed floats aligned to 64, owned by the arena. */
float *fl_arena_floats(fl_arena *arena, size_t count);

/* Bytes handed out so far. */
size_t fl_arena_used(const fl_arena *arena);

#endif
