/* Tables of hyperparameters as JSON, both ways. */
#include "own/own_parts.h"

#include <math.h>
#include <string.h>

static const char *const scalings[] = { [FL_HYPER_LINEAR] = "linear",
                                        [FL_HYPER_LOG] = "log",
                                        [FL_HYPER_INTEGER] = "integer",
                                        [FL_HYPER_CHOICE] = "choice",
                                        NULL };

static bool read_scaling(fl_json_node row, fl_hyper *hyper, fl_error *error)
{
    fl_json_node child;
    const char *name;
    size_t index;
    fl_error why;
    if (!fl_json_get(row, "scaling", &child)) return true;
    if (!fl_json_string(child, &name, error)) return false;
    if (!fl_entry_choose(scalings, "scaling", name, &index, &why)) return fl_json_fail_with(child, error, &why);
    hyper->scale = (fl_hyper_scale)index;
    return true;
}

static bool read_choices(fl_json_node row, fl_own *own, fl_hyper *hyper, fl_error *error)
{
    fl_json_node list, child;
    size_t n = 0;
    if (hyper->scale != FL_HYPER_CHOICE) return true;
    if (!fl_json_need(row, "choices", &list, error)) return false;
    const char **choices = fl_arena_bytes(own->arena, (json_array_size(fl_json_value(list)) + 1) * sizeof *choices);
    for (bool more = fl_json_first(list, &child); more; more = fl_json_next(&child)) {
        if (!fl_json_string(child, &choices[n], error)) return false;
        choices[n] = fl_own_copy(own, choices[n]);
        n++;
    }
    hyper->choices = choices;
    hyper->min = 0;
    hyper->max = (double)n - 1;
    return n || fl_json_fail(list, error, "'choices' must be a list of names");
}

/* The learning rate has none. */
static bool read_default(fl_json_node row, fl_hyper *hyper, fl_error *error)
{
    fl_json_node child;
    const char *name;
    bool rate = !strcmp(hyper->name, "learning_rate"), given = fl_json_get(row, "default", &child);
    if (rate && given && !json_is_null(fl_json_value(child)))
        return fl_json_fail(child, error, "the learning rate has no default: every space settles it");
    if (rate) return true;
    if (!fl_json_need(row, "default", &child, error)) return false;
    if (hyper->scale != FL_HYPER_CHOICE) return fl_json_number(child, &hyper->default_value, error);
    if (!fl_json_string(child, &name, error)) return false;
    hyper->default_value = fl_hyper_choice(hyper, name);
    return hyper->default_value >= 0 || fl_json_fail(child, error, "'%.40s' is none of the choices", name);
}

static bool read_ends(fl_json_node row, fl_hyper *hyper, fl_error *error)
{
    fl_json_node child;
    return (!fl_json_get(row, "min", &child) || fl_json_number(child, &hyper->min, error)) &&
           (!fl_json_get(row, "max", &child) || fl_json_number(child, &hyper->max, error)) &&
           (!fl_json_get(row, "min_open", &child) || fl_json_bool(child, &hyper->min_open, error)) &&
           (!fl_json_get(row, "max_open", &child) || fl_json_bool(child, &hyper->max_open, error));
}

static bool read_row(fl_json_node node, fl_own *own, fl_hyper *hyper, fl_error *error)
{
    static const char *const keys[] = { "default", "min",     "max",  "min_open", "max_open",
                                        "scaling", "choices", "help", NULL };
    fl_json_node child;
    if (json_is_number(fl_json_value(node)) && strcmp(hyper->name, "learning_rate"))
        return fl_json_number(node, &hyper->default_value, error);
    if (!fl_json_is_object(node, error) || !fl_json_only(node, keys, error)) return false;
    if (fl_json_get(node, "help", &child)) {
        if (!fl_json_string(child, &hyper->help, error)) return false;
        hyper->help = fl_own_copy(own, hyper->help);
    }
    return read_scaling(node, hyper, error) && read_choices(node, own, hyper, error) && read_ends(node, hyper, error) &&
           read_default(node, hyper, error);
}

static const fl_hyper rate = { .name = "learning_rate",
                               .help = "the rate at the start, which the schedule scales",
                               .scale = FL_HYPER_LOG,
                               .default_value = NAN,
                               .max = HUGE_VAL };

bool fl_own_read_hypers(fl_json_node definition, fl_own *own, fl_error *error)
{
    fl_json_node node, child;
    fl_hyper *table = fl_arena_bytes(own->arena, FL_HYPER_MAX * sizeof *table);
    table[0] = rate;
    own->rule.hypers = table;
    own->rule.n_hypers = 1;
    if (!fl_json_get(definition, "hyperparameters", &node)) return true;
    if (!fl_json_is_object(node, error)) return false;
    for (bool more = fl_json_first(node, &child); more; more = fl_json_next(&child)) {
        bool is_rate = !strcmp(fl_json_key(child), rate.name);
        if (!is_rate && own->rule.n_hypers == FL_HYPER_MAX)
            return fl_json_fail_key(child, error,
                                    "an optimizer has at most %d hyperparameters, its learning rate "
                                    "included",
                                    FL_HYPER_MAX);
        fl_hyper *row = is_rate ? table : &table[own->rule.n_hypers++];
        if (!is_rate)
            *row = (fl_hyper){ .name = fl_own_copy(own, fl_json_key(child)),
                               .help = "a number of the rule's definition",
                               .min = -HUGE_VAL,
                               .max = HUGE_VAL };
        if (!read_row(child, own, row, error)) return false;
    }
    return true;
}

/* --- back --- */

static json_t *default_json(const fl_hyper *hyper)
{
    if (isnan(hyper->default_value)) return json_null();
    if (hyper->scale == FL_HYPER_CHOICE) return json_string(hyper->choices[(size_t)hyper->default_value]);
    return json_real(hyper->default_value);
}

static void add_ends(const fl_hyper *hyper, json_t *row)
{
    if (hyper->scale == FL_HYPER_CHOICE) return;
    if (isfinite(hyper->min)) json_object_set_new(row, "min", json_real(hyper->min));
    if (isfinite(hyper->max)) json_object_set_new(row, "max", json_real(hyper->max));
    if (hyper->min_open) json_object_set_new(row, "min_open", json_true());
    if (hyper->max_open) json_object_set_new(row, "max_open", json_true());
}

json_t *fl_own_hypers_json(const fl_optimizer *rule)
{
    json_t *all = json_object();
    for (const fl_hyper *hyper = rule->hypers; hyper < rule->hypers + rule->n_hypers; hyper++) {
        json_t *row = json_pack("{s:o, s:s}", "default", default_json(hyper), "scaling", scalings[hyper->scale]);
        add_ends(hyper, row);
        for (const char *const *choice = hyper->choices; choice && *choice; choice++) {
            if (choice == hyper->choices) json_object_set_new(row, "choices", json_array());
            json_array_append_new(json_object_get(row, "choices"), json_string(*choice));
        }
        json_object_set_new(row, "help", json_string(hyper->help));
        json_object_set_new(all, hyper->name, row);
    }
    return all;
}
