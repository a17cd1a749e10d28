/* Spaces: read with places, resolved by coordinates. */
#include "search/space.h"
#include "base/entry.h"
#include "base/exact.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- reading --- */

static bool accept_at(const fl_search_axis *axis, fl_json_node node, double value, fl_error *error)
{
    fl_error why;
    if (fl_trial_setting_accepts(&axis->setting, value, &why)) return true;
    if (!axis->setting.one_minus) return fl_json_fail_with(node, error, &why);
    return fl_json_fail(node, error, "'%s' = %.10g: %s", axis->name, value, why.text);
}

/* "about" says in words what an axis is; it changes nothing. */
static bool read_about(fl_json_node node, fl_error *error)
{
    fl_json_node about;
    const char *text;
    return !fl_json_get(node, "about", &about) || fl_json_string(about, &text, error);
}

static bool read_range(fl_json_node node, fl_search_axis *axis, fl_error *error)
{
    static const char *const keys[] = { "min", "max", "scaling", "about", NULL }, *const scalings[] = { "linear", "log",
                                                                                                        NULL };
    fl_json_node min, max, scaling;
    const char *word;
    size_t scale;
    fl_error why;
    if (!fl_json_only(node, keys, error) || !read_about(node, error)) return false;
    if (!fl_json_need(node, "min", &min, error) || !fl_json_number(min, &axis->min, error)) return false;
    if (!fl_json_need(node, "max", &max, error) || !fl_json_number(max, &axis->max, error)) return false;
    if (!fl_json_get(node, "scaling", &scaling))
        return fl_json_fail(node, error, "'scaling' is missing here; use linear or log");
    if (!fl_json_string(scaling, &word, error)) return false;
    if (!fl_entry_choose(scalings, "scaling", word, &scale, &why)) return fl_json_fail_with(scaling, error, &why);
    axis->log = scale;
    if (axis->setting.hyper->scale == FL_HYPER_CHOICE && !axis->setting.coupling)
        return fl_json_fail(node, error, "'%s' is a choice; list its values as feasible_points", axis->name);
    if (axis->min > axis->max) return fl_json_fail(min, error, "min %.10g is above max %.10g", axis->min, axis->max);
    if (axis->log && axis->min <= 0)
        return fl_json_fail(min, error, "a log axis needs min above 0, not %.10g", axis->min);
    return accept_at(axis, min, axis->min, error) && accept_at(axis, max, axis->max, error);
}

static bool add_point(fl_json_node node, fl_search_axis *axis, fl_error *error)
{
    double value;
    if (!fl_trial_setting_read(&axis->setting, node, &value, error) || !accept_at(axis, node, value, error))
        return false;
    axis->points = fl_memory_grow(axis->points, axis->n_points + 1, sizeof *axis->points);
    axis->points[axis->n_points++] = value;
    return true;
}

static bool read_points(fl_json_node node, fl_search_axis *axis, fl_error *error)
{
    static const char *const keys[] = { "feasible_points", "about", NULL };
    fl_json_node list, point;
    if (!fl_json_only(node, keys, error) || !read_about(node, error)) return false;
    fl_json_get(node, "feasible_points", &list);
    if (!json_is_array(fl_json_value(list)) || !fl_json_first(list, &point))
        return fl_json_fail(list, error, "'feasible_points' must be an array with at least one value");
    do {
        if (!add_point(point, axis, error)) return false;
    } while (fl_json_next(&point));
    return true;
}

static bool read_rates(fl_json_node node, const fl_trial_owners *owners, fl_search_space *space, fl_error *error)
{
    fl_json_node rate;
    if (!owners->schedule->absolute)
        return fl_json_fail_key(node, error, "schedule '%s' takes no rates; schedule 'list' does",
                                owners->schedule->entry.name);
    if (!json_is_array(fl_json_value(node)) || !fl_json_first(node, &rate))
        return fl_json_fail(node, error, "'schedule.rates' must be an array of numbers");
    do {
        space->rates = fl_memory_grow(space->rates, space->n_rates + 1, sizeof *space->rates);
        if (!fl_json_number(rate, &space->rates[space->n_rates++], error)) return false;
    } while (fl_json_next(&rate));
    return true;
}

/* A new axis for the name of `node`, unless what it settles is settled already. */
static fl_search_axis *new_axis(fl_json_node node, const fl_trial_owners *owners, fl_search_space *space,
                                fl_error *error)
{
    fl_error why;
    fl_search_axis axis = { .n_points = 0 };
    const char *name = fl_json_key(node);
    if (!fl_trial_setting_find(owners, name, &axis.setting, &why)) {
        fl_json_fail_key(node, error, "%s", why.text);
        return NULL;
    }
    snprintf(axis.name, sizeof axis.name, "%s", name);
    for (size_t i = 0; i < space->n_axes; i++) {
        const fl_search_axis *other = &space->axes[i];
        if (other->setting.hyper != axis.setting.hyper) continue;
        fl_json_fail_key(node, error, "'%s' and '%s' both settle %s; one of them must go", name, other->name,
                         axis.setting.hyper->name);
        return NULL;
    }
    space->axes[space->n_axes] = axis; /* no two axes share a hyperparameter, so they fit */
    return &space->axes[space->n_axes++];
}

static bool read_axis(fl_json_node node, const fl_trial_owners *owners, fl_search_space *space, fl_error *error)
{
    if (!strcmp(fl_json_key(node), "schedule.rates")) return read_rates(node, owners, space, error);
    fl_search_axis *axis = new_axis(node, owners, space, error);
    fl_json_node list;
    if (!axis) return false;
    if (axis->setting.owner == FL_TRIAL_OF_WORKLOAD && fl_workload_shapes_data(owners->workload, axis->setting.index))
        return fl_json_fail_key(node, error,
                                "'%s' shapes the data, which are the same for every arm: it belongs in the study's "
                                "'workload_options'",
                                axis->name);
    if (!json_is_object(fl_json_value(node))) return add_point(node, axis, error);
    return (fl_json_get(node, "feasible_points", &list) ? read_points : read_range)(node, axis, error);
}

static bool read_axes(fl_json_node node, const fl_trial_owners *owners, fl_search_space *space, fl_error *error)
{
    fl_json_node child;
    for (bool more = fl_json_first(node, &child); more; more = fl_json_next(&child))
        if (!read_axis(child, owners, space, error)) return false;
    return true;
}

/* One more complete point: it must name what the first one named. */
static bool read_complete(fl_json_node point, fl_search_space *space, fl_error *error)
{
    fl_json_node child;
    size_t n = 0;
    if (!fl_json_is_object(point, error)) return false;
    for (bool more = fl_json_first(point, &child); more; more = fl_json_next(&child), n++) {
        fl_search_axis *axis = space->axes;
        while (axis < space->axes + space->n_axes && strcmp(axis->name, fl_json_key(child))) axis++;
        if (axis == space->axes + space->n_axes)
            return fl_json_fail_key(child, error, "the first point does not name '%s'; all points name the same",
                                    fl_json_key(child));
        if (!add_point(child, axis, error)) return false;
    }
    return n == space->n_axes ||
           fl_json_fail(point, error, "all points name the same; the first names %zu values, this one %zu",
                        space->n_axes, n);
}

static bool read_list(fl_json_node node, const fl_trial_owners *owners, fl_search_space *space, fl_error *error)
{
    fl_json_node point;
    if (!fl_json_first(node, &point)) return fl_json_fail(node, error, "'space' lists no point");
    if (!fl_json_is_object(point, error) || !read_axes(point, owners, space, error)) return false;
    for (size_t i = 0; i < space->n_axes; i++)
        if (space->axes[i].n_points != 1)
            return fl_json_fail(point, error, "'%s' must be one value in a complete point", space->axes[i].name);
    if (space->n_rates)
        return fl_json_fail(point, error,
                            "'schedule.rates' are the same for all points of an arm; write the space as axes");
    space->n_complete = 1;
    for (; fl_json_next(&point); space->n_complete++)
        if (!read_complete(point, space, error)) return false;
    return true;
}

bool fl_search_space_read(fl_json_node node, const fl_trial_owners *owners, fl_search_space *space, fl_error *error)
{
    *space = (fl_search_space){ .n_axes = 0 };
    bool list = json_is_array(fl_json_value(node));
    if ((list || fl_json_is_object(node, error)) && (list ? read_list : read_axes)(node, owners, space, error))
        return true;
    fl_search_space_free(space);
    return false;
}

void fl_search_space_free(fl_search_space *space)
{
    for (size_t i = 0; i < space->n_axes; i++) free(space->axes[i].points);
    free(space->rates);
    *space = (fl_search_space){ .n_axes = 0 };
}

/* --- resolving --- */

bool fl_search_axis_varies(const fl_search_space *space, const fl_search_axis *axis)
{
    return !space->n_complete && axis->n_points != 1;
}

size_t fl_search_space_dimensions(const fl_search_space *space)
{
    size_t n = 0;
    for (size_t i = 0; i < space->n_axes; i++) n += fl_search_axis_varies(space, &space->axes[i]);
    return space->n_complete ? 1 : n;
}

void fl_search_space_levels(const fl_search_space *space, size_t *levels)
{
    if (space->n_complete) levels[0] = space->n_complete;
    for (size_t i = 0; i < space->n_axes; i++)
        if (fl_search_axis_varies(space, &space->axes[i])) *levels++ = space->axes[i].n_points;
}

const fl_search *fl_search_of_space(const fl_search_space *space, const fl_search *search)
{
    return space->n_complete ? fl_search_find("points", NULL) : search;
}

static double listed(const fl_search_axis *axis, double u)
{
    size_t i = (size_t)(u * (double)axis->n_points);
    return axis->points[i < axis->n_points ? i : axis->n_points - 1];
}

double fl_search_axis_value(const fl_search_axis *axis, double u)
{
    if (axis->points) return listed(axis, u);
    double value = axis->min + u * (axis->max - axis->min);
    if (axis->log) {
        double low = fl_exact_log(axis->min), high = fl_exact_log(axis->max);
        value = fl_exact_exp(low + u * (high - low));
    }
    if (axis->setting.hyper->scale == FL_HYPER_INTEGER && !axis->setting.coupling) value = floor(value + 0.5);
    value = fl_exact_round_9_digits(value);
    return fmin(fmax(value, axis->min), axis->max); /* exp and rounding may step a digit over the ends */
}

void fl_search_space_resolve(const fl_search_space *space, const double *u, fl_trial_values *values)
{
    fl_trial_setting settings[FL_SEARCH_SPACE_AXES];
    double given[FL_SEARCH_SPACE_AXES];
    for (size_t i = 0; i < space->n_axes; i++) {
        const fl_search_axis *axis = &space->axes[i];
        settings[i] = axis->setting;
        given[i] = space->n_complete                    ? listed(axis, *u)
                   : fl_search_axis_varies(space, axis) ? fl_search_axis_value(axis, *u++)
                                                        : axis->points[0];
    }
    fl_trial_settings_apply(settings, given, space->n_axes, values);
}

bool fl_search_space_settles(const fl_search_space *space, fl_trial_owner owner, size_t index)
{
    for (size_t i = 0; i < space->n_axes; i++)
        if (space->axes[i].setting.owner == owner && space->axes[i].setting.index == index) return true;
    return false;
}
