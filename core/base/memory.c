/* Allocation that never returns NULL. */
#include "base/memory.h"
#include "base/error.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *fl_memory_new(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory) fl_error_give_up("no memory for %zu elements of %zu bytes", count, size);
    return memory;
}

void *fl_memory_grow(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) fl_error_give_up("no memory for %zu elements of %zu bytes", count, size);
    void *memory = realloc(old, count && size ? count * size : 1);
    if (!memory) fl_error_give_up("no memory for %zu elements of %zu bytes", count, size);
    return memory;
}

char *fl_memory_copy_text(const char *text)
{
    if (!text) return NULL;
    size_t size = strlen(text) + 1;
    return memcpy(fl_memory_new(size, 1), text, size);
}
