/* The registry of data sets; list.h says what is in it. */
#include "dataset/dataset.h"

#define X(name) extern const fl_dataset_kind fl_dataset_##name;
#include "dataset/list.h"
#undef X

static const fl_dataset_kind *const registry[] = {
#define X(name) &fl_dataset_##name,
#include "dataset/list.h"
#undef X
    NULL,
};

const fl_dataset_kind *const *fl_datasets(void)
{
    return registry;
}

const fl_dataset_kind *fl_dataset_find(const char *name, fl_error *error)
{
    return fl_entry_find((const void *const *)registry, "data set", name, error);
}
