/* What several parts of a definition share: texts that stay, names, initialisations, "$option". */
#include "workload/reading.h"

#include <stdio.h>
#include <string.h>

const char *fl_workload_keep_text(fl_workload_reading *r, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(fl_arena_bytes(r->arena, n), text, n);
}

const char *fl_workload_keep_place(fl_workload_reading *r, fl_json_node node)
{
    fl_text place = { 0 };
    fl_json_place(node, &place);
    const char *kept = fl_workload_keep_text(r, place.bytes);
    fl_text_free(&place);
    return kept;
}

bool fl_workload_read_name(fl_json_node node, const char *more, size_t most, const char **name, fl_error *error)
{
    char allowed[96];
    if (!fl_json_string(node, name, error)) return false;
    snprintf(allowed, sizeof allowed, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%s", more);
    size_t n = strlen(*name);
    if (n && n <= most && strspn(*name, allowed) == n) return true;
    return fl_json_fail(node, error, "a name has from 1 to %zu letters, digits and characters of %s", most, more);
}

json_t *fl_workload_option_json(const fl_hyper *option)
{
    return json_sprintf("$%s", option->name);
}

/* --- initialisation --- */

bool fl_workload_read_init(fl_json_node node, fl_init *init, fl_error *error)
{
    static const char *const keys[] = { "rule", "argument", "bias", NULL };
    fl_json_node child, chosen;
    const char *rule;
    fl_error why;
    if (!fl_json_is_object(node, error) || !fl_json_only(node, keys, error)) return false;
    bool named = fl_json_get(node, "rule", &chosen), given = fl_json_get(node, "argument", &child);
    if (named && !fl_json_string(chosen, &rule, error)) return false;
    if (named && !(init->weights = fl_init_find(rule, &why))) return fl_json_fail_with(chosen, error, &why);
    if (named) init->argument = 0;
    if (named && !given && init->weights->argument)
        return fl_json_fail(chosen, error, "initialisation '%s' needs 'argument', its %s", rule,
                            init->weights->argument);
    if (given && !fl_json_number(child, &init->argument, error)) return false;
    if (given && !init->weights->argument)
        return fl_json_fail(child, error, "initialisation '%s' takes no argument", init->weights->entry.name);
    if (fl_json_get(node, "bias", &child) && !fl_json_number(child, &init->bias, error)) return false;
    return fl_init_accepts(init, &why) || fl_json_fail_with(node, error, &why);
}

json_t *fl_workload_init_json(const fl_init *init)
{
    json_t *object = json_pack("{s:s, s:f}", "rule", init->weights->entry.name, "bias", init->bias);
    if (init->weights->argument) json_object_set_new(object, "argument", json_real(init->argument));
    return object;
}
