/* A definition read into a workload, and its hash. */
#include "workload/reading.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static bool read_words(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    fl_json_node child;
    fl_entry *entry = &r->workload->entry;
    if (!fl_json_need(root, "workload", &child, error) ||
        !fl_workload_read_name(child, "_-/.", 80, &entry->name, error))
        return false;
    entry->name = fl_workload_keep_text(r, entry->name);
    const struct {
        const char *key, **text;
    } words[] = { { "about", &entry->about }, { "source", &entry->source } };
    for (size_t i = 0; i < 2; i++) {
        *words[i].text = "";
        if (!fl_json_get(root, words[i].key, &child)) continue;
        if (!fl_json_string(child, words[i].text, error)) return false;
        *words[i].text = fl_workload_keep_text(r, *words[i].text);
        fl_text_make_plain((char *)*words[i].text);
    }
    return true;
}

static bool read_top_init(fl_json_node root, fl_init *init, fl_error *error)
{
    fl_json_node child;
    *init = (fl_init){ .weights = fl_init_find("he_normal", NULL) };
    return !fl_json_get(root, "init", &child) || fl_workload_read_init(child, init, error);
}

static bool all_options_used(fl_json_node root, const fl_workload *workload, fl_error *error)
{
    fl_json_node node, child;
    if (!fl_json_get(root, "hyperparameters", &node) || !fl_json_first(node, &child)) return true;
    for (size_t i = 0; i < workload->n_options; i++, fl_json_next(&child)) {
        size_t k = 0;
        while (k < workload->n_uses && workload->uses[k].option != i) k++;
        if (k == workload->n_uses)
            return fl_json_fail_key(child, error, "nothing uses '$%s'", workload->options[i].name);
    }
    return true;
}

/* Where the data set's shape is known without loading it, and stays: a user's own data may have changed since results
 * were made of them, which stay readable. */
static bool fits_at_defaults(fl_json_node root, const fl_workload *workload, fl_error *error)
{
    double options[FL_HYPER_MAX];
    for (size_t i = 0; i < workload->n_options; i++) options[i] = workload->options[i].default_value;
    const fl_dataset_kind *kind = workload->dataset;
    return kind->source || !fl_tensor_shape_size(kind->shape) ||
           fl_workload_fits(workload, options, &(fl_workload_batch){ kind->shape, kind->n_classes, kind->vocabulary },
                            error);
}

static bool read(fl_json_node root, fl_workload_reading *r, fl_error *error)
{
    static const char *const keys[] = { "workload", "about", "source",          "data", "inputs", "layers",
                                        "loss",     "init",  "hyperparameters", NULL };
    return fl_json_is_object(root, error) && fl_json_only(root, keys, error) && read_words(root, r, error) &&
           read_top_init(root, &r->workload->init, error) && fl_workload_read_options(root, r, error) &&
           fl_workload_read_inputs(root, r, error) && fl_workload_read_layers(root, r, error) &&
           fl_workload_read_data(root, r, error) && all_options_used(root, r->workload, error) &&
           fl_workload_carries_text(r->workload, error) && fits_at_defaults(root, r->workload, error);
}

/* Room for all that the text can name: every value in it may be a use. */
static void allocate(fl_json_node root, fl_workload_reading *r)
{
    fl_workload *workload = r->workload;
    fl_json_node list;
    size_t n = fl_json_get(root, "layers", &list) ? json_array_size(fl_json_value(list)) : 0;
    if (n >= FL_WORKLOAD_LAYERS) n = 0; /* refused before it is used */
    r->arena = workload->arena = fl_arena_new();
    workload->layers = r->layers = fl_arena_bytes(r->arena, (n + 1) * sizeof *r->layers);
    workload->places = r->places = fl_arena_bytes(r->arena, (n + 1) * sizeof *r->places);
    workload->options = r->options = fl_arena_bytes(r->arena, FL_HYPER_MAX * sizeof *r->options);
    size_t most = (n + 1) * 8 + FL_HYPER_MAX; /* no kind has more than 8 attributes */
    workload->uses = r->uses = fl_arena_bytes(r->arena, most * sizeof *r->uses);
}

fl_workload *fl_workload_new(fl_json_node definition, fl_error *error)
{
    fl_workload *workload = fl_memory_new(1, sizeof *workload);
    fl_workload_reading r = { .workload = workload, .hypers = json_object() };
    allocate(definition, &r);
    bool good = read(definition, &r, error);
    if (good) fl_workload_define(workload, r.hypers);
    json_decref(r.hypers);
    if (good) return workload;
    fl_workload_free(workload);
    return NULL;
}

void fl_workload_free(fl_workload *workload)
{
    if (!workload) return;
    json_decref(workload->definition);
    if (!workload->trouble) fl_dataset_close(workload->dataset);
    fl_arena_free(workload->arena);
    free(workload);
}
