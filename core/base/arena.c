/* The arena is a list of blocks, each as large as its one piece or twice the one before, up to a megabyte: many arenas
 * hold a few kilobytes, and the pieces of a trial are few and large, so nothing cleverer pays.
 *
 * Blocks that hold several huge pages ask the system for those: a pass over millions of parameters then misses no
 * translation. Successive blocks begin on different cache lines of a page, because a processor takes a load for the
 * repetition of a store when their addresses differ by a multiple of 4096, as those of equally aligned arrays do.
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    ALIGNMENT = 64,
    FIRST_BLOCK = 8 << 10,
    LARGEST_BLOCK = 1 << 20,
    HUGE_PAGE = 2 << 20,
    STAGGER = 5 * ALIGNMENT,
    STAGGERS = 12
};

typedef struct block {
    struct block *next;
    unsigned char *bytes;
    size_t size, used;
} block;

struct fl_arena {
    block *blocks; /* newest first */
    size_t n_blocks, next_size, used;
};

fl_arena *fl_arena_new(void)
{
    fl_arena *arena = fl_memory_new(1, sizeof *arena);
    arena->next_size = FIRST_BLOCK;
    return arena;
}

void fl_arena_free(fl_arena *arena)
{
    if (!arena) return;
    for (block *b = arena->blocks, *next; b; b = next) {
        next = b->next;
        free(b->bytes);
        free(b);
    }
    free(arena);
}

static block *add_block(fl_arena *arena, size_t size)
{
    block *b = fl_memory_new(1, sizeof *b);
    b->used = arena->n_blocks++ % STAGGERS * STAGGER;
    size += b->used;
    b->size = size > arena->next_size ? size : arena->next_size;
    if (arena->next_size < LARGEST_BLOCK) arena->next_size *= 2;
    bool huge = b->size >= 2 * HUGE_PAGE;
    if (huge) b->size = (b->size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE; /* aligned_alloc wants multiples */
    b->bytes = aligned_alloc(huge ? HUGE_PAGE : ALIGNMENT, b->size);
    if (!b->bytes) fl_error_give_up("no memory for %zu bytes", b->size);
    if (huge) madvise(b->bytes, b->size, MADV_HUGEPAGE); /* a wish: where it is refused, small pages serve */
    memset(b->bytes, 0, b->size);
    b->next = arena->blocks;
    return arena->blocks = b;
}

void *fl_arena_bytes(fl_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2) fl_error_give_up("no memory for %zu bytes", bytes);
    size_t size = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    block *b = arena->blocks;
    if (!b || b->size - b->used < size) b = add_block(arena, size);
    void *piece = b->bytes + b->used;
    b->used += size;
    arena->used += size;
    return piece;
}

float *fl_arena_floats(fl_arena *arena, size_t count)
{
    if (count > SIZE_MAX / sizeof(float)) fl_error_give_up("no memory for %zu floats", count);
    return fl_arena_bytes(arena, count * sizeof(float));
}

size_t fl_arena_used(const fl_arena *arena)
{
    return arena->used;
}
