/* Averaged weights and patience: what may be asked for, as JSON and as words of a command. */
#include "base/entry.h"
#include "trial/trial.h"

#include <math.h>
#include <string.h>

/* A method, what its one number is called, and where it is left alone. */
static const struct {
    const char *name, *amount;
    double usual, most;
} methods[FL_TRIAL_AVERAGES] = {
    [FL_TRIAL_AVERAGE_NONE] = { "none", NULL, 0, 0 },
    [FL_TRIAL_AVERAGE_EMA] = { "ema", "average_decay", 0.999, 1 },
    [FL_TRIAL_AVERAGE_TAIL] = { "tail", "average_from", 0.5, 1 },
    [FL_TRIAL_SNAPSHOTS] = { "snapshots", "snapshots", 5, 1000 },
};

const char *fl_trial_average_name(fl_trial_average method)
{
    return methods[method].name;
}

bool fl_trial_average_find(const char *name, fl_trial_averaging *averaging, fl_error *error)
{
    size_t m;
    const char *words[FL_TRIAL_SNAPSHOTS + 1] = { NULL }; /* snapshots have a key of their own */
    for (m = 0; m < FL_TRIAL_SNAPSHOTS; m++) words[m] = methods[m].name;
    if (!fl_entry_choose(words, "average", name, &m, error)) return false;
    *averaging = (fl_trial_averaging){ (fl_trial_average)m, methods[m].usual };
    return true;
}

bool fl_trial_averaging_accepts(const fl_trial_averaging *averaging, fl_error *error)
{
    double amount = averaging->amount;
    if (!averaging->method || averaging->method == FL_TRIAL_SNAPSHOTS ||
        (amount >= 0 && amount < methods[averaging->method].most))
        return true;
    return fl_error_user(error, "%s = %.10g is not in [0, 1)", methods[averaging->method].amount, amount);
}

void fl_trial_averaging_json(const fl_trial_averaging *averaging, json_t *object)
{
    if (!averaging->method) return;
    if (averaging->method == FL_TRIAL_SNAPSHOTS) {
        json_object_set_new(object, "snapshots", json_integer((json_int_t)averaging->amount));
        return;
    }
    json_object_set_new(object, "average", json_string(methods[averaging->method].name));
    json_object_set_new(object, methods[averaging->method].amount, json_real(averaging->amount));
}

static bool read_snapshots(fl_json_node object, fl_trial_averaging *averaging, fl_error *error)
{
    fl_json_node child;
    uint64_t n;
    if (!fl_json_get(object, "snapshots", &child)) return true;
    if (!fl_json_whole(child, 1, (uint64_t)methods[FL_TRIAL_SNAPSHOTS].most, &n, error)) return false;
    if (averaging->method)
        return fl_json_fail_key(child, error, "weights are averaged already by 'average'; leave 'snapshots' away");
    *averaging = (fl_trial_averaging){ FL_TRIAL_SNAPSHOTS, (double)n };
    return true;
}

bool fl_trial_averaging_read(fl_json_node object, fl_trial_averaging *averaging, fl_error *error)
{
    fl_json_node child;
    const char *name;
    fl_error why;
    if (fl_json_get(object, "average", &child)) {
        if (!fl_json_string(child, &name, error)) return false;
        if (!fl_trial_average_find(name, averaging, &why)) return fl_json_fail_with(child, error, &why);
    }
    if (!read_snapshots(object, averaging, error)) return false;
    for (fl_trial_average m = 1; m < FL_TRIAL_SNAPSHOTS; m++) {
        if (!fl_json_get(object, methods[m].amount, &child)) continue;
        if (m != averaging->method)
            return fl_json_fail_key(child, error, "'%s' is for average '%s'", methods[m].amount, methods[m].name);
        if (!fl_json_number(child, &averaging->amount, error)) return false;
        if (!fl_trial_averaging_accepts(averaging, &why)) return fl_json_fail_with(child, error, &why);
    }
    return true;
}

void fl_trial_averaging_command(const fl_trial_averaging *averaging, fl_text *text)
{
    char number[FL_TEXT_NUMBER_SIZE];
    if (averaging->method == FL_TRIAL_SNAPSHOTS)
        fl_text_add(text, " --snapshots %.0f", averaging->amount);
    else if (averaging->method)
        fl_text_add(text, " --average %s:%s", methods[averaging->method].name,
                    fl_text_number(averaging->amount, number));
}

void fl_trial_patience_json(const fl_trial_patience *patience, json_t *object)
{
    if (patience->evaluations)
        json_object_set_new(object, "patience",
                            json_pack("{s:I, s:s}", "evaluations", (json_int_t)patience->evaluations, "metric",
                                      fl_trial_metric_name(patience->metric)));
}

bool fl_trial_patience_read(fl_json_node object, fl_trial_patience *patience, fl_error *error)
{
    fl_json_node child, metric;
    const char *name;
    if (!fl_json_get(object, "patience", &child)) return true;
    if (!fl_json_is_object(child, error) ||
        !fl_json_optional_whole(child, "evaluations", 1, FL_TRIAL_SEED_MAX, &patience->evaluations, error) ||
        !fl_json_need(child, "metric", &metric, error) || !fl_json_string(metric, &name, error))
        return false;
    patience->metric = fl_trial_metric_find(name);
    return patience->metric < FL_TRIAL_METRICS || fl_json_fail(metric, error, "there is no metric '%s'", name);
}
