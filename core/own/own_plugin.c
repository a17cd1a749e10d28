/* Optimizers of shared objects. A definition that is frozen describes its rule, so that nothing is loaded until it is
 * to be used; loading runs what the object's author wrote, so it is tried in a child first. */
#include "base/child.h"
#include "base/denormals.h"
#include "base/json_path.h"
#include "math/dense.h"
#include "plugin/plugin.h"
#include "promise/promise.h"
#include "own/own_parts.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOAD_SECONDS = 20 };

/* dlopen looks for a plain name elsewhere. */
static void *load(const char *path)
{
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static void load_in_child(const void *path, void *answer)
{
    load(path);
}

/* An object that is cut short, or whose start-up code crashes, ends the process that loads it. */
static bool can_be_loaded(const char *path, fl_error *error)
{
    char how[FL_CHILD_HOW];
    fl_child_end end =
        fl_child_try(&(fl_child_work){ .run = load_in_child, .asked = path, .seconds = LOAD_SECONDS }, how);
    if (end == FL_CHILD_NONE) return fl_error_machine(error, "%.400s: loading it first %s", path, how);
    return end == FL_CHILD_DONE || fl_error_user(error, "%.400s: loading it %s", path, how);
}

/* The rules of an object compiled for this program. */
static const fl_plugin_object *check(const char *path, void *object, fl_error *error)
{
    static const unsigned sizes[] = FL_PLUGIN_SIZES;
    const fl_plugin_object *plugin = dlsym(object, "fl_plugin");
    if (!plugin)
        return fl_error_user(error, "%.400s: exports no 'fl_plugin'; write FL_PLUGIN(&RULE) into it", path), NULL;
    if (plugin->abi != FL_PLUGIN_ABI)
        return fl_error_user(error, "%.400s: was compiled for interface %u, this program has %u; compile it again",
                             path, plugin->abi, FL_PLUGIN_ABI),
               NULL;
    if (memcmp(plugin->sizes, sizes, sizeof sizes))
        return fl_error_user(error, "%.400s: was compiled with another header than this program's; compile it again",
                             path),
               NULL;
    if (!plugin->optimizers || !plugin->optimizers[0])
        return fl_error_user(error, "%.400s: has no optimizer", path), NULL;
    return plugin;
}

/* Without the path that it begins with. */
static const char *reason(const char *path)
{
    const char *text = dlerror();
    size_t n = strlen(path);
    return strncmp(text, path, n) || text[n] != ':' ? text : text + n + 1 + strspn(text + n + 1, " ");
}

/* It stays loaded: rules point into it. */
static const fl_plugin_object *open_object(const char *path, fl_error *error)
{
    if (!fl_file_exists(path)) return fl_error_user(error, "%.400s: there is no such file", path), NULL;
    if (!can_be_loaded(path, error)) return NULL;
    void *object = load(path);
    if (!object) return fl_error_user(error, "%.400s: cannot be loaded: %.500s", path, reason(path)), NULL;
    const fl_plugin_object *plugin = check(path, object, error);
    if (!plugin) dlclose(object);
    return plugin;
}

static void look_at_order(const void *asked, void *answer)
{
    const fl_optimizer *rule = asked;
    fl_error why;
    fl_denormals_flush();
    if (rule->dense) fl_math_start(1);
    *(bool *)answer = fl_promise_kept(&fl_promise_order, rule, &why);
}

/* A rule that looks at rows and does not ask for them would train otherwise on each backend, and nothing would say so.
 * Tried in a child, for it may crash, which is not to be told here. */
static bool takes_any_order(const fl_optimizer *rule, fl_error *why)
{
    char how[FL_CHILD_HOW];
    bool kept = true;
    fl_child_try(&(fl_child_work){ look_at_order, rule, &kept, sizeof kept, LOAD_SECONDS }, how);
    return kept || fl_error_user(why, "it moves a tensor's numbers otherwise in another order, and each backend has an "
                                      "order of its own; set .canonical, and it sees PyTorch's on all of them");
}

static bool accepts(const char *path, const fl_optimizer *rule, fl_error *error)
{
    fl_error why;
    if (fl_optimizer_well_formed(rule, &why) && takes_any_order(rule, &why)) return true;
    return fl_error_user(error, "%.400s: optimizer '%.40s': %s", path, rule->entry.name ? rule->entry.name : "",
                         why.text);
}

bool fl_own_load_rule(fl_own *own, fl_error *error)
{
    const fl_plugin_object *plugin = open_object(own->path, error);
    const char *name = own->rule.entry.name;
    if (!plugin) return false;
    for (const fl_optimizer *const *rule = plugin->optimizers; *rule; rule++) {
        if (!(*rule)->entry.name || strcmp((*rule)->entry.name, name)) continue;
        if (!accepts(own->path, *rule, error)) return false;
        own->rule = **rule;
        return true;
    }
    return fl_error_user(error, "%.400s: has no optimizer '%s'", own->path, name);
}

static bool find_path(const char *path, fl_own *own, fl_error *error)
{
    char *whole = realpath(path, NULL);
    if (!whole) return fl_file_error(error, path, "cannot be loaded");
    own->path = fl_own_copy(own, whole);
    free(whole);
    return fl_own_path_is_text(own->path, error);
}

static void define(fl_own *own)
{
    own->definition = json_pack("{s:s, s:s, s:s, s:o}", "plugin", own->path, "name", own->rule.entry.name, "sha256",
                                own->sha256, "hyperparameters", fl_own_hypers_json(&own->rule));
}

/* --- by --plugin --- */

static bool add(const char *path, const fl_optimizer *rule, fl_error *error)
{
    fl_own *own = fl_own_new();
    const fl_optimizer *other = NULL;
    bool good =
        find_path(path, own, error) && fl_hash_sha256_file(own->path, own->sha256, error) && accepts(path, rule, error);
    if (good) other = fl_optimizer_find(rule->entry.name, NULL);
    if (good && other)
        good = fl_error_user(error, "%.400s: the name of its optimizer '%s' is taken; choose another", path,
                             rule->entry.name);
    if (!good) {
        fl_own_free(own);
        return false;
    }
    own->rule = *rule;
    own->ready = true;
    define(own);
    return fl_optimizer_add(&fl_own_keep(own)->rule, error);
}

bool fl_own_load(const char *path, fl_error *error)
{
    char whole[FL_FILE_PATH_MAX]; /* with a slash, or dlopen would look for it elsewhere */
    snprintf(whole, sizeof whole, "%s%s", strchr(path, '/') ? "" : "./", path);
    const fl_plugin_object *plugin = open_object(whole, error);
    if (!plugin) return false;
    for (const fl_optimizer *const *rule = plugin->optimizers; *rule; rule++)
        if (!add(whole, *rule, error)) return false;
    return true;
}

/* --- in JSON --- */

static bool read_loaded(const char *path, fl_own *own, fl_error *error)
{
    own->ready = find_path(path, own, error) && fl_hash_sha256_file(own->path, own->sha256, error) &&
                 fl_own_load_rule(own, error);
    return own->ready;
}

bool fl_own_read_plugin(fl_json_node definition, fl_own *own, fl_error *error)
{
    static const char *const keys[] = { "plugin", "name", "sha256", "hyperparameters", NULL };
    fl_json_node node, name;
    const char *path;
    char found[FL_FILE_PATH_MAX];
    fl_error why;
    if (!fl_json_only(definition, keys, error) || !fl_json_need(definition, "plugin", &node, error) ||
        !fl_json_string(node, &path, error) || !fl_json_need(definition, "name", &name, error) ||
        !fl_own_read_name(name, own, error) || !fl_own_read_sha256(definition, own, error))
        return false;
    if (*own->sha256) { /* as it was frozen */
        own->path = fl_own_copy(own, path);
        if (!fl_json_need(definition, "hyperparameters", &name, error) || !fl_own_read_hypers(definition, own, error))
            return false;
    } else {
        fl_json_path_resolve(node, path, found);
        if (!read_loaded(found, own, &why)) return fl_json_fail_with(node, error, &why);
    }
    define(own);
    return true;
}
