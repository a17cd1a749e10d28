/* The list of formats. */
#include "export/export.h"
#include "base/entry.h"

const export_format *const export_formats[] = { &export_csv,    &export_optuna, &export_benchmark,
                                                &export_sqlite, &export_latex,  NULL };

const export_format *export_find(const char *name, fl_error *error)
{
    size_t index;
    const char *names[sizeof export_formats / sizeof *export_formats] = { NULL };
    for (size_t i = 0; export_formats[i]; i++) names[i] = export_formats[i]->name;
    return fl_entry_choose(names, "format", name, &index, error) ? export_formats[index] : NULL;
}
