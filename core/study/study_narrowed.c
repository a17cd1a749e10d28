/* A study whose spaces `fairlead narrow` made from another study's trials. The wide trials chose its axes, so none of
 * them may count again: it has other seeds and another search seed. And the axes are the rule's or the study's
 * author's: what is half of each cannot be told from a space that was chosen to please. */
#include "base/hash.h"
#include "study/study_reading.h"

#include <stdlib.h>
#include <string.h>

void fl_study_axes_hash(const json_t *arms, char hash[17])
{
    static const char *const keys[] = { "arm", "optimizer", "schedule", "space" };
    json_t *axes = json_array(), *arm;
    size_t i;
    json_array_foreach(arms, i, arm)
    {
        json_t *row = json_array();
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            json_t *value = json_object_get(arm, keys[k]);
            json_array_append_new(row, value ? json_incref(value) : json_string("constant"));
        }
        json_array_append_new(axes, row);
    }
    char *text = json_dumps(axes, JSON_COMPACT | JSON_REAL_PRECISION(17));
    fl_hash_text(fl_hash(text, strlen(text)), hash);
    free(text);
    json_decref(axes);
}

static bool read_hash(fl_json_node object, const char *key, const char **hash, fl_error *error)
{
    fl_json_node node;
    if (!fl_json_need(object, key, &node, error) || !fl_json_string(node, hash, error)) return false;
    return (strlen(*hash) == FL_HASH_TEXT - 1 && strspn(*hash, "0123456789abcdef") == FL_HASH_TEXT - 1) ||
           fl_json_fail(node, error, "'%s' must be 16 hex digits", key);
}

static bool read_other_seed(fl_json_node object, const char *key, uint64_t own, const char *what, fl_error *error)
{
    fl_json_node node;
    uint64_t wide;
    if (!fl_json_need(object, key, &node, error) || !fl_json_whole(node, 0, FL_TRIAL_SEED_MAX, &wide, error))
        return false;
    return wide != own ||
           fl_json_fail(
               node, error,
               "%s is %llu, as in the wide study whose trials chose these axes; a narrowed study needs another", what,
               (unsigned long long)own);
}

bool fl_study_read_narrowed(fl_json_node root, const fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "study", "hash", "axes", "first_seed", "search_seed", "costs", NULL };
    fl_json_node from, node;
    const char *name, *hash, *axes;
    char own[17];
    if (!fl_json_get(root, "narrowed_from", &from)) return true;
    if (!fl_json_is_object(from, error) || !fl_json_only(from, keys, error) ||
        !fl_json_need(from, "study", &node, error) || !fl_study_read_label(node, "a study's name", &name, error) ||
        !read_hash(from, "hash", &hash, error) || !read_hash(from, "axes", &axes, error) ||
        !read_other_seed(from, "first_seed", study->first_seed, "seeds.first", error) ||
        !read_other_seed(from, "search_seed", study->search_seed, "search.seed", error) ||
        !fl_json_need(from, "costs", &node, error) || !fl_json_is_object(node, error))
        return false;
    fl_study_axes_hash(json_object_get(fl_json_value(root), "arms"), own);
    return !strcmp(own, axes) ||
           fl_json_fail_key(from, error,
                            "narrowed by hand: the arms are not the ones that 'fairlead narrow' wrote; leave "
                            "'narrowed_from' out, or narrow again");
}
