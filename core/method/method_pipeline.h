/* Places in the table of method `pipeline`, for whoever carries it out (core/train/method_pipeline.c). */
#ifndef FL_METHOD_METHOD_PIPELINE_H
#define FL_METHOD_METHOD_PIPELINE_H

#include "method/method.h"

enum { FL_METHOD_STAGE_SECONDS, FL_METHOD_CUTS, FL_METHOD_MOST_CUTS = 7 };

/* How many cuts these values list; 0: none, they are for the trainer to choose. */
size_t fl_method_pipeline_cuts(const double *values);

#endif
