/* Every optimizer of a user's own that this process has met. */
#include "base/memory.h"
#include "own/own_parts.h"

#include <stdlib.h>
#include <string.h>

static fl_own **kept; /* never freed */
static size_t n_kept;

fl_own *fl_own_new(void)
{
    fl_arena *arena = fl_arena_new();
    fl_own *own = fl_arena_bytes(arena, sizeof *own);
    own->arena = arena;
    return own;
}

void fl_own_free(fl_own *own)
{
    json_decref(own->definition);
    fl_arena_free(own->arena);
}

const char *fl_own_copy(fl_own *own, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(fl_arena_bytes(own->arena, n), text, n);
}

fl_own *fl_own_keep(fl_own *own)
{
    for (size_t i = 0; i < n_kept; i++) {
        if (!json_equal(kept[i]->definition, own->definition)) continue;
        if (own->ready && !kept[i]->ready) kept[i]->rule = own->rule, kept[i]->ready = true;
        fl_own_free(own);
        return kept[i];
    }
    kept = fl_memory_grow(kept, n_kept + 1, sizeof *kept);
    return kept[n_kept++] = own;
}

fl_own *fl_own_find(const fl_optimizer *optimizer)
{
    for (size_t i = 0; i < n_kept; i++)
        if (&kept[i]->rule == optimizer) return kept[i];
    return NULL;
}

const fl_own *fl_own_of(const fl_optimizer *optimizer)
{
    return fl_own_find(optimizer);
}

bool fl_own_path_is_text(const char *path, fl_error *error)
{
    json_t *text = json_string(path);
    json_decref(text);
    return text || fl_error_user(error, "%.400s: a path that is no UTF-8, which no record could hold", path);
}

/* --- what it is called by --- */

json_t *fl_own_json(const fl_optimizer *optimizer)
{
    const fl_own *own = fl_own_find(optimizer);
    return own ? json_incref(own->definition) : json_string(optimizer->entry.name);
}

void fl_own_command(const fl_optimizer *optimizer, fl_text *text)
{
    const fl_own *own = fl_own_find(optimizer);
    char *line = own && own->words ? fl_json_line(own->definition) : NULL;
    fl_text_add(text, " --optimizer ");
    fl_text_add_shell_word(text, line ? line : optimizer->entry.name);
    free(line);
    if (!own || !own->path) return;
    fl_text_add(text, " --plugin ");
    fl_text_add_shell_word(text, own->path);
}

/* Of a process's words those that are no files, whose paths are absolute: where a file lies is nobody's identity, what
 * it holds is. */
static json_t *plain_words(const fl_own *own)
{
    json_t *plain = json_array();
    for (const char *const *word = own->words; *word; word++)
        json_array_append_new(plain, **word == '/' ? json_null() : json_string(*word));
    return plain;
}

json_t *fl_own_identity(const fl_optimizer *optimizer)
{
    const fl_own *own = fl_own_find(optimizer);
    if (!own) return NULL;
    json_t *identity = json_pack("{s:s}", "sha256", own->sha256);
    if (!own->words) return identity;
    json_object_set_new(identity, "process", plain_words(own));
    json_object_set(identity, "states", json_object_get(own->definition, "states"));
    json_object_set(identity, "layout", json_object_get(own->definition, "layout"));
    return identity;
}
