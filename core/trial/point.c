/* Points as JSON; the metrics' names are a table. */
#include "trial/point.h"
#include "base/entry.h"

#include <math.h>
#include <string.h>

static const char *const names[FL_TRIAL_METRICS + 1] = {
    [FL_TRIAL_TRAIN_LOSS] = "train_loss", [FL_TRIAL_TRAIN_ERROR] = "train_error", [FL_TRIAL_VAL_LOSS] = "val_loss",
    [FL_TRIAL_VAL_ERROR] = "val_error",   [FL_TRIAL_TEST_LOSS] = "test_loss",     [FL_TRIAL_TEST_ERROR] = "test_error",
};

const char *fl_trial_metric_name(fl_trial_metric metric)
{
    return names[metric];
}

fl_trial_metric fl_trial_metric_find(const char *name)
{
    size_t index;
    fl_entry_choose(names, "metric", name, &index, NULL);
    return (fl_trial_metric)index;
}

double fl_trial_point_get(const fl_trial_point *point, fl_trial_metric metric, bool averaged)
{
    return averaged && point->has_averaged ? point->averaged[metric] : point->of[metric];
}

void fl_trial_point_take_averaged(fl_trial_point *point)
{
    if (point->has_averaged) memcpy(point->of, point->averaged, sizeof point->of);
}

static void add_metrics(json_t *object, const double of[FL_TRIAL_METRICS])
{
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) json_object_set_new(object, names[m], fl_json_finite(of[m]));
}

json_t *fl_trial_point_json(const fl_trial_point *point)
{
    json_t *object = json_object();
    json_object_set_new(object, "step", json_integer((json_int_t)point->step));
    add_metrics(object, point->of);
    if (point->has_averaged) {
        json_t *averaged = json_object();
        add_metrics(averaged, point->averaged);
        json_object_set_new(object, "averaged", averaged);
    }
    if (point->n_parameters) {
        json_t *parameters = json_array();
        for (size_t i = 0; i < point->n_parameters; i++)
            json_array_append_new(parameters, fl_json_finite(point->parameters[i]));
        json_object_set_new(object, "parameters", parameters);
    }
    json_object_set_new(object, "rate", fl_json_finite(point->rate));
    json_object_set_new(object, "seconds", json_real(point->seconds));
    if (point->has_negative_curvature)
        json_object_set_new(object, "negative_curvature", json_integer((json_int_t)point->negative_curvature));
    if (point->has_staleness) json_object_set_new(object, "staleness", json_real(point->staleness));
    if (point->has_staleness && point->staleness_max >= 0)
        json_object_set_new(object, "staleness_max", json_real(point->staleness_max));
    if (point->has_inverse_staleness) {
        json_object_set_new(object, "inverse_staleness", json_real(point->inverse_staleness));
        json_object_set_new(object, "inverse_staleness_max", json_real(point->inverse_staleness_max));
    }
    if (point->virtual_seconds > 0) json_object_set_new(object, "virtual_seconds", json_real(point->virtual_seconds));
    return object;
}

static double number_of(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : HUGE_VAL;
}

static double number_or_infinity(const json_t *object, const char *key)
{
    return number_of(json_object_get(object, key));
}

static void read_parameters(const json_t *array, fl_trial_point *point)
{
    size_t n = json_array_size(array);
    point->n_parameters = n <= FL_TRIAL_PATH_PARAMETERS ? n : 0;
    for (size_t i = 0; i < point->n_parameters; i++) point->parameters[i] = number_of(json_array_get(array, i));
}

bool fl_trial_point_read(const json_t *object, fl_trial_point *point)
{
    const json_t *step = json_object_get(object, "step");
    if (!json_is_integer(step) || json_integer_value(step) < 0) return false;
    point->step = (size_t)json_integer_value(step);
    const json_t *averaged = json_object_get(object, "averaged");
    point->has_averaged = json_is_object(averaged);
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) {
        point->of[m] = number_or_infinity(object, names[m]);
        point->averaged[m] = number_or_infinity(averaged, names[m]);
    }
    read_parameters(json_object_get(object, "parameters"), point);
    point->rate = number_or_infinity(object, "rate");
    point->seconds = json_number_value(json_object_get(object, "seconds"));
    const json_t *negative = json_object_get(object, "negative_curvature");
    point->has_negative_curvature = json_is_integer(negative) && json_integer_value(negative) >= 0;
    point->negative_curvature = point->has_negative_curvature ? (size_t)json_integer_value(negative) : 0;
    const json_t *staleness = json_object_get(object, "staleness");
    point->has_staleness = json_is_number(staleness);
    point->staleness = json_number_value(staleness);
    const json_t *most = json_object_get(object, "staleness_max");
    point->staleness_max = json_is_number(most) ? json_number_value(most) : -1;
    const json_t *inverse = json_object_get(object, "inverse_staleness");
    point->has_inverse_staleness = json_is_number(inverse);
    point->inverse_staleness = json_number_value(inverse);
    point->inverse_staleness_max = json_number_value(json_object_get(object, "inverse_staleness_max"));
    point->virtual_seconds = json_number_value(json_object_get(object, "virtual_seconds"));
    return true;
}
