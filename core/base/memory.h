/* Allocation that succeeds or ends the process (fl_error_give_up). */
#ifndef FL_BASE_MEMORY_H
#define FL_BASE_MEMORY_H

#include <stddef.h>

/* `count` zeroed elements of `size` bytes; dies when there is no memory. Given back with free(). */
void *fl_memory_new(size_t count, size_t size);

/* `old` resized to `count` elements of `size` bytes, contents kept, new bytes undefined; dies without memory. */
void *fl_memory_grow(void *old, size_t count, size_t size);

/* A copy of `text` to be given back with free(); NULL for NULL. */
char *fl_memory_copy_text(const char *text);

#endif
