/* Whether a study goes on with what a folder began: its frozen form against the folder's, field by field. */
#include "base/text.h"
#include "study/study.h"

#include <stdio.h>
#include <string.h>

enum { PATH_SIZE = 400 }; /* "arms[1].space.learning_rate.max" */

/* May the field at `path` grow from one run to the next? */
static bool may_grow(const char *path)
{
    return !strcmp(path, "budget.trials") || !strcmp(path, "budget.max_trials") || !strcmp(path, "seeds.rerun_best");
}

static void compare(const json_t *was, const json_t *is, const char *path, fl_text *differing);

static void add_path(fl_text *differing, const char *path, const char *how)
{
    fl_text_add(differing, "%s%s%s", differing->length ? ", " : "", path, how);
}

static bool same_order(const json_t *was, const json_t *is)
{
    json_t *left = (json_t *)was, *right = (json_t *)is;
    void *a = json_object_iter(left), *b = json_object_iter(right);
    while (a && b && !strcmp(json_object_iter_key(a), json_object_iter_key(b))) {
        a = json_object_iter_next(left, a);
        b = json_object_iter_next(right, b);
    }
    return !a && !b;
}

static bool is_space(const char *path)
{
    size_t n = strlen(path);
    return n > 6 && !strcmp(path + n - 6, ".space");
}

/* The order of keys matters in a space alone: an axis's place decides which coordinate of the search is its own. */
static void compare_objects(const json_t *was, const json_t *is, const char *path, fl_text *differing)
{
    const char *key;
    json_t *value, *both = json_deep_copy(was);
    size_t before = differing->length;
    json_object_update_missing(both, (json_t *)is);
    json_object_foreach(both, key, value)
    {
        char inner[PATH_SIZE];
        snprintf(inner, sizeof inner, "%.300s%s%.80s", path, *path ? "." : "", key);
        compare(json_object_get(was, key), json_object_get(is, key), inner, differing);
    }
    json_decref(both);
    if (is_space(path) && differing->length == before && !same_order(was, is))
        add_path(differing, path, " (the order of its axes)");
}

static void compare_arrays(const json_t *was, const json_t *is, const char *path, fl_text *differing)
{
    for (size_t i = 0; i < json_array_size(was); i++) {
        char inner[PATH_SIZE];
        snprintf(inner, sizeof inner, "%.300s[%zu]", path, i);
        compare(json_array_get(was, i), json_array_get(is, i), inner, differing);
    }
}

/* 1 and 1.0 are one number. */
static bool same_value(const json_t *was, const json_t *is)
{
    if (json_is_number(was) && json_is_number(is)) return json_number_value(was) == json_number_value(is);
    return was && is && json_equal(was, is);
}

/* Add to `differing` the paths at which two values differ. */
static void compare(const json_t *was, const json_t *is, const char *path, fl_text *differing)
{
    if (json_is_object(was) && json_is_object(is))
        compare_objects(was, is, path, differing);
    else if (json_is_array(was) && json_is_array(is) && json_array_size(was) == json_array_size(is))
        compare_arrays(was, is, path, differing);
    else if (!same_value(was, is) && !(may_grow(path) && json_integer_value(is) >= json_integer_value(was)))
        add_path(differing, path, "");
}

/* Where the file leaves `key` of its claims open, the first freeze has settled it. */
static void keep_settled(json_t *claims, const json_t *frozen, const char *key, bool given)
{
    json_t *settled = json_object_get(json_object_get(frozen, "claims"), key);
    if (claims && settled && !given) json_object_set(claims, key, settled);
}

json_t *fl_study_continued(const fl_study *study, const json_t *frozen)
{
    json_t *continued = json_deep_copy(study->resolved), *claims = json_object_get(continued, "claims");
    keep_settled(claims, frozen, "k", study->claims.k_given);
    keep_settled(claims, frozen, "trials", study->claims.trials_given);
    return continued;
}

bool fl_study_continues(const fl_study *study, const json_t *frozen, fl_error *error)
{
    fl_text differing = { 0 };
    json_t *continued = fl_study_continued(study, frozen);
    compare(frozen, continued, "", &differing);
    json_decref(continued);
    bool same = !differing.length;
    if (!same) fl_error_user(error, "the study differs from the one this folder began with, in %s", differing.bytes);
    fl_text_free(&differing);
    return same;
}
