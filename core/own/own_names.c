/* What both kinds of definition have. */
#include "own/own_parts.h"

#include <string.h>

bool fl_own_read_name(fl_json_node node, fl_own *own, fl_error *error)
{
    const char *name;
    if (!fl_json_string(node, &name, error)) return false;
    if (!fl_entry_is_name(name))
        return fl_json_fail(node, error, "an optimizer's name must have from 1 to %d of a-z, 0-9 and _", FL_ENTRY_NAME);
    const fl_optimizer *other = fl_optimizer_find(name, NULL);
    if (other && !fl_own_of(other)) return fl_json_fail(node, error, "there is a built-in optimizer '%s'", name);
    own->rule.entry = (fl_entry){ fl_own_copy(own, name), "a rule of your own", "" };
    return true;
}

bool fl_own_read_sha256(fl_json_node definition, fl_own *own, fl_error *error)
{
    fl_json_node node;
    const char *sum;
    if (!fl_json_get(definition, "sha256", &node)) return true;
    if (!fl_json_string(node, &sum, error)) return false;
    if (strlen(sum) != FL_HASH_SHA256_TEXT - 1 || strspn(sum, "0123456789abcdef") != FL_HASH_SHA256_TEXT - 1)
        return fl_json_fail(node, error, "'sha256' must be 64 hex digits");
    memcpy(own->sha256, sum, sizeof own->sha256);
    return true;
}
