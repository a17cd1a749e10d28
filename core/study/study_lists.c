/* The fields of a study that may be lists. */
#include "study/study_reading.h"
#include "trial/default.h"

#include <string.h>

typedef bool read_one(fl_json_node node, fl_study_lists *l, fl_error *error);

/* Call `read` for the value of `key`, or for each value where it is a list. */
static bool read_listed(fl_json_node root, const char *key, size_t most, fl_study_lists *l, bool *many, read_one *read,
                        fl_error *error)
{
    fl_json_node node, child;
    if (!fl_json_get(root, key, &node)) return true;
    *many = json_is_array(fl_json_value(node));
    if (!*many) return read(node, l, error);
    size_t n = json_array_size(fl_json_value(node));
    if (n == 0 || n > most) return fl_json_fail(node, error, "'%s' must list from 1 to %zu values", key, most);
    for (bool more = fl_json_first(node, &child); more; more = fl_json_next(&child)) {
        if (!read(child, l, error)) return false;
        for (size_t i = 0; json_array_get(fl_json_value(node), i) != fl_json_value(child); i++)
            if (json_equal(json_array_get(fl_json_value(node), i), fl_json_value(child)))
                return fl_json_fail(child, error, "'%s' lists this value twice", key);
    }
    return true;
}

static bool read_workload(fl_json_node node, fl_study_lists *l, fl_error *error)
{
    const fl_workload *workload = fl_workload_read(node, error);
    if (!workload) return false;
    for (size_t i = 0; i < l->n_workloads; i++)
        if (!strcmp(l->workloads[i]->entry.name, workload->entry.name))
            return fl_json_fail(node, error, "'workload' lists two called '%s'", workload->entry.name);
    l->workloads[l->n_workloads++] = workload;
    return true;
}

static bool read_backend(fl_json_node node, fl_study_lists *l, fl_error *error)
{
    const char *name;
    fl_error why;
    if (!fl_json_string(node, &name, error)) return false;
    const fl_backend *backend = fl_backend_find(name, &why);
    l->backends[l->n_backends++] = backend;
    return backend || fl_json_fail_with(node, error, &why);
}

static bool read_precision(fl_json_node node, fl_study_lists *l, fl_error *error)
{
    const char *name;
    fl_error why;
    if (!fl_json_string(node, &name, error)) return false;
    return fl_trial_precision_find(name, &l->precisions[l->n_precisions++], &why) ||
           fl_json_fail_with(node, error, &why);
}

static bool read_batch(fl_json_node node, fl_study_lists *l, fl_error *error)
{
    uint64_t batch = FL_TRIAL_BATCH_ALL;
    const char *text = json_string_value(fl_json_value(node));
    bool all = text && !strcmp(text, "all");
    if (!all && !fl_json_whole(node, 1, UINT32_MAX, &batch, error)) return false;
    l->batches[l->n_batches++] = batch;
    return true;
}

static bool same_parallel(const fl_trial_parallel *a, const fl_trial_parallel *b)
{
    fl_text left = { 0 }, right = { 0 };
    fl_trial_parallel_text(a, &left);
    fl_trial_parallel_text(b, &right);
    bool same = !strcmp(left.bytes, right.bytes);
    fl_text_free(&left);
    fl_text_free(&right);
    return same;
}

static bool read_parallel(fl_json_node node, fl_study_lists *l, fl_error *error)
{
    fl_trial_parallel *parallel = &l->parallels[l->n_parallels];
    if (!fl_trial_parallel_read(node, parallel, error)) return false;
    for (size_t i = 0; i < l->n_parallels; i++)
        if (same_parallel(&l->parallels[i], parallel))
            return fl_json_fail(node, error, "'parallel' lists this method twice");
    l->n_parallels++;
    return true;
}

bool fl_study_read_lists(fl_json_node root, fl_study_lists *l, fl_error *error)
{
    fl_json_node needed;
    *l = (fl_study_lists){ .n_workloads = 0 };
    if (!fl_json_need(root, "workload", &needed, error) || !fl_json_need(root, "batch_size", &needed, error))
        return false;
    if (!read_listed(root, "workload", 32, l, &l->many_workloads, read_workload, error) ||
        !read_listed(root, "backend", 8, l, &l->many_backends, read_backend, error) ||
        !read_listed(root, "precision", FL_BACKEND_PRECISIONS, l, &l->many_precisions, read_precision, error) ||
        !read_listed(root, "batch_size", 32, l, &l->many_batches, read_batch, error) ||
        !read_listed(root, "parallel", 32, l, &l->many_parallels, read_parallel, error))
        return false;
    if (!l->n_backends) l->backends[l->n_backends++] = fl_backend_find(FL_TRIAL_DEFAULT_BACKEND, NULL);
    if (!l->n_parallels) l->parallels[l->n_parallels++] = (fl_trial_parallel){ .workers = 1 };
    if (!l->n_precisions) l->precisions[l->n_precisions++] = FL_TRIAL_DEFAULT_PRECISION;
    return true;
}
