/* `layers` and `loss` of a definition: each kind's attributes are its table's (layer/layer.h), so no kind is named
 * here. A layer reads layers that stand before it, so the list is in topological order and no cycle can be written. */
#include "base/entry.h"
#include "base/memory.h"
#include "workload/reading.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 32 }; /* bytes of a layer's name: with ".running_mean" it stays within FL_TENSOR_NAME */

/* --- attributes --- */

static bool read_choice(fl_json_node node, const fl_layer_attribute *attribute, double *value, fl_error *error)
{
    const char *word;
    size_t index;
    fl_error why;
    if (!fl_json_string(node, &word, error)) return false;
    if (!fl_entry_choose(attribute->choices, attribute->name, word, &index, &why))
        return fl_json_fail_with(node, error, &why);
    *value = (double)index;
    return true;
}

/* Two numbers; the first is left to the caller. */
static bool read_pair(fl_json_node node, fl_layer *layer, const fl_layer_attribute *attribute, double *first,
                      fl_error *error)
{
    fl_json_node child;
    double *pair = (double *)((char *)layer + attribute->place);
    if (!json_is_array(fl_json_value(node)) || json_array_size(fl_json_value(node)) != 2 ||
        !fl_json_first(node, &child))
        return fl_json_fail(node, error, "'%s' must be two numbers", attribute->name);
    return fl_json_number(child, first, error) && fl_json_next(&child) && fl_json_number(child, &pair[1], error);
}

static bool read_flag(fl_json_node node, double *value, fl_error *error)
{
    bool flag;
    if (!fl_json_bool(node, &flag, error)) return false;
    *value = flag;
    return true;
}

static bool read_attribute(fl_json_node node, fl_workload_reading *r, size_t index, const fl_layer_attribute *attribute,
                           fl_error *error)
{
    double value = 0;
    bool read = false;
    fl_layer *layer = &r->layers[index];
    const fl_workload_slot slot = { .min = attribute->min,
                                    .max = attribute->max,
                                    .whole = attribute->value == FL_LAYER_COUNT,
                                    .use = { .attribute = attribute, .at = index } };
    switch (attribute->value) {
    case FL_LAYER_COUNT:
    case FL_LAYER_NUMBER:
        read = fl_workload_read_number(node, r, &slot, &value, error);
        break;
    case FL_LAYER_FLAG:
    case FL_LAYER_NO_FLAG:
        read = read_flag(node, &value, error);
        break;
    case FL_LAYER_CHOICE:
        read = read_choice(node, attribute, &value, error);
        break;
    case FL_LAYER_PAIR:
        read = read_pair(node, layer, attribute, &value, error);
        break;
    }
    if (read) fl_layer_set(layer, attribute, value);
    return read;
}

static bool read_attributes(fl_json_node node, fl_workload_reading *r, size_t index, fl_error *error)
{
    const fl_layer_spec *spec = fl_layer_spec_of(&r->layers[index]);
    fl_json_node child;
    for (size_t i = 0; i < spec->n_attributes; i++) {
        const fl_layer_attribute *attribute = &spec->attributes[i];
        if (fl_json_get(node, attribute->name, &child)) {
            if (!read_attribute(child, r, index, attribute, error)) return false;
        } else if (isnan(attribute->default_value)) {
            return fl_json_fail(node, error, "%s needs '%s': %s", spec->entry.name, attribute->name, attribute->help);
        }
    }
    return true;
}

/* Every key is one of `common` (NULL-ended) or an attribute of the kind. */
static bool knows_keys(fl_json_node node, const fl_layer_spec *spec, const char *const *common, fl_error *error)
{
    const char *keys[16];
    size_t n = 0;
    while (common[n]) keys[n] = common[n], n++;
    for (size_t i = 0; i < spec->n_attributes; i++) keys[n++] = spec->attributes[i].name;
    keys[n] = NULL;
    return fl_json_only(node, keys, error);
}

static bool read_kind(fl_json_node node, bool loss, fl_layer *layer, fl_error *error)
{
    fl_json_node child;
    const char *word;
    fl_error why;
    fl_layer_kind kind;
    if (!fl_json_is_object(node, error) || !fl_json_need(node, "kind", &child, error) ||
        !fl_json_string(child, &word, error))
        return false;
    if (!fl_layer_kind_find(word, &kind, &why)) return fl_json_fail_with(child, error, &why);
    *layer = fl_layer_default(kind);
    if (fl_layer_specs[kind]->loss == loss) return true;
    return fl_json_fail(child, error,
                        loss ? "'%s' is no loss" : "'%s' is a loss: it belongs in 'loss', and there is one", word);
}

/* --- names and what is read --- */

static bool is_taken(const fl_workload_reading *r, size_t index, const char *name)
{
    for (size_t i = 0; i < index; i++)
        if (!strcmp(r->layers[i].name, name)) return true;
    return false;
}

static bool read_given_name(fl_json_node node, const fl_workload_reading *r, size_t index, const char **name,
                            fl_error *error)
{
    if (!fl_workload_read_name(node, "_-", NAME, name, error)) return false;
    if (!strcmp(*name, "input")) return fl_json_fail(node, error, "'input' is what the network reads, not a layer");
    return !is_taken(r, index, *name) || fl_json_fail(node, error, "there is a layer '%s' already", *name);
}

/* "conv1", or the kind and its number among those of the kind. */
static bool read_layer_name(fl_json_node node, fl_workload_reading *r, size_t index, fl_error *error)
{
    fl_json_node child;
    char by_number[NAME + 24];
    const char *name = by_number;
    size_t number = 1;
    for (size_t i = 0; i < index; i++) number += r->layers[i].kind == r->layers[index].kind;
    snprintf(by_number, sizeof by_number, "%s%zu", fl_layer_word(r->layers[index].kind), number);
    if (fl_json_get(node, "name", &child)) {
        if (!read_given_name(child, r, index, &name, error)) return false;
    } else if (is_taken(r, index, name)) {
        return fl_json_fail(node, error, "without a 'name' this layer is called '%s', as another one is already", name);
    }
    r->layers[index].name = fl_workload_keep_text(r, name);
    return true;
}

/* The place, as in fl_layer.from, of a layer before `index`; SIZE_MAX. */
static size_t find_before(const fl_workload_reading *r, size_t index, const char *name)
{
    if (!strcmp(name, "input")) return 0;
    for (size_t i = 0; i < index; i++)
        if (!strcmp(r->layers[i].name, name)) return i + 1;
    return SIZE_MAX;
}

static bool unknown_source(fl_json_node node, const fl_workload_reading *r, size_t index, const char *name,
                           fl_error *error)
{
    char meant[FL_ENTRY_MEANT];
    const char **names = fl_memory_new(index + 2, sizeof *names);
    names[0] = "input";
    for (size_t i = 0; i < index; i++) names[i + 1] = r->layers[i].name;
    fl_json_fail(
        node, error,
        "'%s' reads '%.60s'%s, and no layer before it has that name; a layer reads 'input' or those that stand "
        "before it, so that there is no cycle",
        r->layers[index].name, name, fl_entry_meant(names, name, meant));
    free(names);
    return false;
}

static bool read_source(fl_json_node node, fl_workload_reading *r, size_t index, fl_error *error)
{
    fl_layer *layer = &r->layers[index];
    const char *name;
    if (!fl_json_string(node, &name, error)) return false;
    size_t place = find_before(r, index, name);
    if (place == SIZE_MAX) return unknown_source(node, r, index, name, error);
    for (size_t i = 0; i < layer->n_from; i++)
        if (layer->from[i] == place) return fl_json_fail(node, error, "'%s' reads '%s' twice", layer->name, name);
    layer->from[layer->n_from++] = place;
    return true;
}

static bool read_from(fl_json_node node, fl_workload_reading *r, size_t index, fl_error *error)
{
    fl_layer *layer = &r->layers[index];
    const fl_layer_spec *spec = fl_layer_spec_of(layer);
    size_t most = spec->most_inputs ? spec->most_inputs : 1;
    fl_json_node list, child;
    if (!fl_json_get(node, "from", &list)) {
        layer->from[layer->n_from++] = index;
        return true;
    }
    if (!json_is_array(fl_json_value(list))) return read_source(list, r, index, error);
    size_t n = json_array_size(fl_json_value(list));
    if (n < 1 || n > most)
        return fl_json_fail(list, error, "%s reads from 1 to %zu layers, not %zu", spec->entry.name, most, n);
    for (bool more = fl_json_first(list, &child); more; more = fl_json_next(&child))
        if (!read_source(child, r, index, error)) return false;
    return true;
}

static bool read_own_init(fl_json_node node, fl_workload_reading *r, fl_layer *layer, fl_error *error)
{
    fl_json_node child;
    if (!fl_json_get(node, "init", &child)) return true;
    fl_init *init = fl_arena_bytes(r->arena, sizeof *init);
    *init = r->workload->init;
    layer->init = init;
    return fl_workload_read_init(child, init, error);
}

static bool read_layer(fl_json_node node, fl_workload_reading *r, fl_error *error)
{
    static const char *const keys[] = { "kind", "name", "from", "init", NULL };
    size_t index = r->workload->n_layers;
    fl_layer *layer = &r->layers[index];
    r->places[index] = fl_workload_keep_place(r, node);
    bool read = read_kind(node, false, layer, error) && knows_keys(node, fl_layer_spec_of(layer), keys, error) &&
                read_layer_name(node, r, index, error) && read_from(node, r, index, error) &&
                read_attributes(node, r, index, error) && read_own_init(node, r, layer, error);
    r->workload->n_layers += read;
    return read;
}

static bool read_loss(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    static const char *const keys[] = { "kind", NULL };
    fl_json_node node;
    size_t index = r->workload->n_layers;
    fl_layer *layer = &r->layers[index];
    if (!fl_json_need(root, "loss", &node, error) || !read_kind(node, true, layer, error)) return false;
    r->places[index] = fl_workload_keep_place(r, node);
    layer->from[layer->n_from++] = index;
    r->workload->n_layers++;
    return knows_keys(node, fl_layer_spec_of(layer), keys, error) && read_attributes(node, r, index, error);
}

/* What nobody reads is a mistake of who wrote it. */
static bool all_are_read(fl_json_node list, const fl_workload_reading *r, fl_error *error)
{
    bool read[FL_WORKLOAD_LAYERS + 1] = { 0 };
    fl_json_node node;
    size_t n = r->workload->n_layers, i = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t f = 0; f < r->layers[k].n_from; f++) read[r->layers[k].from[f]] = true;
    for (bool more = fl_json_first(list, &node); more; more = fl_json_next(&node), i++)
        if (!read[i + 1]) return fl_json_fail(node, error, "no layer reads '%s'", r->layers[i].name);
    return n == 1 || read[0] || fl_json_fail(list, error, "no layer reads 'input'");
}

bool fl_workload_read_layers(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    fl_json_node list, node;
    if (!fl_json_get(root, "layers", &list)) return read_loss(root, r, error); /* a loss may have all parameters */
    if (!json_is_array(fl_json_value(list))) return fl_json_fail(list, error, "'layers' must be an array");
    if (json_array_size(fl_json_value(list)) >= FL_WORKLOAD_LAYERS)
        return fl_json_fail(list, error, "at most %d layers", FL_WORKLOAD_LAYERS - 1);
    for (bool more = fl_json_first(list, &node); more; more = fl_json_next(&node))
        if (!read_layer(node, r, error)) return false;
    return read_loss(root, r, error) && all_are_read(list, r, error);
}
