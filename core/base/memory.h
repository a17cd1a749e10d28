/* Memory: allocation that succeeds or ends the process (fl_error_give_up), and the arena a trial lives in.
 *
 * An arena hands out zeroed, 64-byte aligned pieces and takes them all back at once, so nothing is allocated
 * inside a measured step and nothing leaks between trials.
 */
#ifndef FL_BASE_MEMORY_H
#define FL_BASE_MEMORY_H

#include <stddef.h>

/* `count` zeroed elements of `size` bytes; dies when there is no memory. Given back with free(). */
void *fl_memory_new(size_t count, size_t size);

/* `old` resized to `count` elements of `size` bytes, contents kept, new bytes undefined; dies without memory. */
void *fl_memory_grow(void *old, size_t count, size_t size);

/* A copy of `text` to be given back with free(); NULL for NULL. */
char *fl_memory_copy_text(const char *text);

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
