/* Which axes a new study gives an optimizer, by how many trials each of its arms may have. */
#ifndef BENCH_COMMAND_NEW_AXES_H
#define BENCH_COMMAND_NEW_AXES_H

#include "optimizer/optimizer.h"
#include <jansson.h>

/* The space of an arm, each axis with its `about`. New reference. */
json_t *new_axes(const fl_optimizer *optimizer, size_t trials);

#endif
