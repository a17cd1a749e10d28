/* How long trials train and when they are evaluated: the fields of a budget that may depend on the batch size. */
#include "study/study_reading.h"
#include "trial/default.h"

#include <stdio.h>
#include <string.h>

const char *fl_study_batch_text(size_t batch_size, char text[FL_STUDY_BATCH_TEXT])
{
    snprintf(text, FL_STUDY_BATCH_TEXT, "%zu", batch_size);
    return batch_size == FL_TRIAL_BATCH_ALL ? "all" : text;
}

/* Is `batch_size` one of those the study asks for? */
static bool is_asked(fl_json_node root, const char *batch_size)
{
    fl_json_node batches, child;
    char asked[32];
    if (!fl_json_get(root, "batch_size", &batches)) return false;
    bool list = json_is_array(fl_json_value(batches));
    for (bool more = !list || fl_json_first(batches, &child); more; more = list && fl_json_next(&child)) {
        const json_t *value = fl_json_value(list ? child : batches);
        if (json_is_string(value) && !strcmp(json_string_value(value), batch_size)) return true;
        snprintf(asked, sizeof asked, "%lld", (long long)json_integer_value(value));
        if (json_is_integer(value) && !strcmp(asked, batch_size)) return true;
    }
    return false;
}

static bool read_count(fl_json_node node, size_t *steps, fl_error *error)
{
    uint64_t value;
    if (!fl_json_whole(node, 1, FL_TRIAL_SEED_MAX, &value, error)) return false;
    *steps = value;
    return true;
}

static bool read_most(fl_json_node root, fl_json_node steps, size_t *most, fl_error *error)
{
    fl_json_node child;
    size_t here;
    *most = 0;
    for (bool more = fl_json_first(steps, &child); more; more = fl_json_next(&child)) {
        if (!is_asked(root, fl_json_key(child)))
            return fl_json_fail_key(child, error, "steps for a batch of '%s', which 'batch_size' does not list",
                                    fl_json_key(child));
        if (!read_count(child, &here, error)) return false;
        if (here > *most) *most = here;
    }
    return *most || fl_json_fail(steps, error, "'steps' names no batch size; write a number, or one for each of them");
}

bool fl_study_read_steps(fl_json_node root, size_t batch_size, size_t *steps, fl_error *error)
{
    fl_json_node budget, node, child;
    char text[FL_STUDY_BATCH_TEXT];
    const char *key = fl_study_batch_text(batch_size, text);
    fl_json_get(root, "budget", &budget);
    fl_json_get(budget, "steps", &node);
    if (!json_is_object(fl_json_value(node))) return read_count(node, steps, error);
    if (!batch_size) return read_most(root, node, steps, error);
    if (!fl_json_get(node, key, &child))
        return fl_json_fail(node, error, "steps for a batch of %s are missing here", key);
    return read_count(child, steps, error);
}

static bool read_ratio(fl_json_node every, double *ratio, fl_error *error)
{
    static const char *const keys[] = { "ratio", NULL };
    fl_json_node node;
    if (!fl_json_only(every, keys, error) || !fl_json_need(every, "ratio", &node, error) ||
        !fl_json_number(node, ratio, error))
        return false;
    return *ratio > 1 ||
           fl_json_fail(node, error, "ratio = %.10g must be above 1: from one evaluated step to the next", *ratio);
}

bool fl_study_read_evaluations(fl_json_node budget, size_t steps, size_t *every, double *ratio, fl_error *error)
{
    fl_json_node node;
    *ratio = 0;
    *every = FL_TRIAL_DEFAULT_EVAL_EVERY(steps);
    if (!fl_json_get(budget, "eval_every", &node)) return true;
    if (!json_is_object(fl_json_value(node))) return read_count(node, every, error);
    *every = 1;
    return read_ratio(node, ratio, error);
}
