/* The processes that carry a trial's workers. Each has a block of neighbours among them and does everything else as the
 * others do, on the same numbers; so all have the same parameters, and where the workers are makes no difference to the
 * bits. For this folder and who sets them up.
 */
#ifndef FL_TRAIN_CARRIERS_H
#define FL_TRAIN_CARRIERS_H

#include "wire/wire.h"

#include <stddef.h>

typedef struct fl_train_carriers fl_train_carriers;

/* The wire is borrowed. */
fl_train_carriers *fl_train_carriers_new(fl_wire *wire);
void fl_train_carriers_free(fl_train_carriers *carriers); /* accepts NULL */

/* NULL stands for this process alone. */
size_t fl_train_carriers_rank(const fl_train_carriers *carriers);
size_t fl_train_carriers_size(const fl_train_carriers *carriers);

/* Process `rank` of `size` carries workers *first to *end - 1. */
void fl_train_carriers_block(size_t size, size_t rank, size_t workers, size_t *first, size_t *end);

/* Every process calls this, in the same order, with as many bytes as the others expect of it: each then has what all
 * brought. Ends the process when another one stays silent, or brings something else. */
void fl_train_carriers_exchange(fl_train_carriers *carriers, const void *mine, size_t n);
const void *fl_train_carriers_brought(const fl_train_carriers *carriers, size_t rank, size_t n);

/* Of `each` bytes per worker everybody has its own, and then all. */
void fl_train_carriers_gather(fl_train_carriers *carriers, size_t workers, void *values, size_t each);

/* Seconds spent waiting for others, and bytes sent to them. */
double fl_train_carriers_waited(const fl_train_carriers *carriers);
uint64_t fl_train_carriers_bytes(const fl_train_carriers *carriers);

#endif
