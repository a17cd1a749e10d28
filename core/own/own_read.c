/* An optimizer's definition from JSON, and from there to use. */
#include "own/own_parts.h"

#include <string.h>

const fl_optimizer *fl_own_read(fl_json_node definition, fl_error *error)
{
    fl_json_node node;
    if (!fl_json_is_object(definition, error)) return NULL;
    fl_own *own = fl_own_new();
    bool plugin = fl_json_get(definition, "plugin", &node);
    bool read = plugin ? fl_own_read_plugin(definition, own, error) : fl_own_read_process(definition, own, error);
    if (read) return &fl_own_keep(own)->rule;
    fl_own_free(own);
    return NULL;
}

static bool same_files(const fl_own *own, fl_error *error)
{
    char sha256[FL_HASH_SHA256_TEXT];
    if (own->path ? !fl_hash_sha256_file(own->path, sha256, error) : !fl_own_hash_words(own->words, sha256, error))
        return false;
    return !strcmp(sha256, own->sha256) ||
           fl_error_user(error,
                         "%.400s: is not the file that optimizer '%s' is known by: its SHA-256 begins with %.12s "
                         "instead of %.12s",
                         own->path ? own->path : own->words[0], own->rule.entry.name, sha256, own->sha256);
}

bool fl_own_ready(const fl_optimizer *optimizer, fl_error *error)
{
    fl_own *own = fl_own_find(optimizer);
    if (!own || own->ready) return true;
    own->ready = same_files(own, error) && (!own->path || fl_own_load_rule(own, error));
    return own->ready;
}
