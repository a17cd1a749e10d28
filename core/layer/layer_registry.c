/* The registry of layer kinds; list.h says what is in it. */
#include "layer/layer.h"

#include <string.h>

#define X(NAME, name) extern const fl_layer_spec fl_layer_spec_##name;
#include "layer/list.h"
#undef X

const fl_layer_spec *const fl_layer_specs[FL_LAYER_KINDS] = {
#define X(NAME, name) &fl_layer_spec_##name,
#include "layer/list.h"
#undef X
};

bool fl_layer_kind_find(const char *name, fl_layer_kind *kind, fl_error *error)
{
    const void *registry[FL_LAYER_KINDS + 1] = { 0 };
    memcpy(registry, fl_layer_specs, sizeof fl_layer_specs);
    const fl_layer_spec *found = fl_entry_find(registry, "layer kind", name, error);
    for (size_t i = 0; found && i < FL_LAYER_KINDS; i++)
        if (fl_layer_specs[i] == found) *kind = (fl_layer_kind)i;
    return found;
}
