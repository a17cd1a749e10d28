/* Which kind of source it is, and whose memory a kind is. */
#include "dataset/source.h"
#include "dataset/own.h"

#include <stdlib.h>

const fl_dataset_kind *fl_dataset_open(const fl_dataset_source *source, fl_error *error)
{
    if (source->name) return fl_dataset_find(source->name, error);
    fl_dataset_own *own = source->text     ? fl_dataset_open_text(source, error)
                          : source->inputs ? fl_dataset_open_npy(source, error)
                                           : fl_dataset_open_pictures(source, error);
    return own ? &own->kind : NULL;
}

void fl_dataset_close(const fl_dataset_kind *kind)
{
    if (kind && kind->source) free((fl_dataset_own *)kind); /* its first member */
}
