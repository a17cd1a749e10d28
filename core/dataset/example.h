/* One example as the model reads it, before any change: floats or bf16; tokens stay whole numbers. */
#ifndef FL_DATASET_EXAMPLE_H
#define FL_DATASET_EXAMPLE_H

#include "backend/backend.h"
#include "dataset/dataset.h"

void fl_dataset_example_read(const fl_dataset *dataset, size_t position, fl_backend_precision precision, void *to);

/* `n` floats in this precision. */
void fl_dataset_example_store(const float *values, size_t n, fl_backend_precision precision, void *to);

/* Where it lies in memory, and the bytes of one of its values. */
const void *fl_dataset_example_at(const fl_dataset *dataset, size_t position);
size_t fl_dataset_example_bytes(const fl_dataset *dataset);

#endif
