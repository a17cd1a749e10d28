/* The processes that carry a trial's workers. Each has a block of neighbours among them and does everything else as the
 * others do, on the same numbers; so all have the same parameters, and where the workers are makes no difference to the
 * bits. For this folder and who sets them up.
 */
#ifndef FL_TRAIN_CARRIERS_H
#define FL_TRAIN_CARRIERS_H

#include "train/messages.h"
#include "wire/wire.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct fl_train_carriers fl_train_carriers;

/* The wire is borrowed. `silence`: seconds after which a process that sends nothing is given up, beside ten times the
 * longest stretch of one's own work; 0: the usual. */
fl_train_carriers *fl_train_carriers_new(fl_wire *wire, double silence);
void fl_train_carriers_free(fl_train_carriers *carriers); /* accepts NULL */

/* NULL stands for this process alone. */
size_t fl_train_carriers_rank(const fl_train_carriers *carriers);
size_t fl_train_carriers_size(const fl_train_carriers *carriers);

/* The host of a process, as it calls itself: what process 0 knows of all, and the others of themselves. */
const char *fl_train_carriers_host(const fl_train_carriers *carriers, size_t rank);

/* Process `rank` of `size` carries workers *first to *end - 1. */
void fl_train_carriers_block(size_t size, size_t rank, size_t workers, size_t *first, size_t *end);

/* An exchange: every process brings something, in the same order of exchanges, with as many bytes as the others expect
 * of it, and each then has what all brought. Several may be under way: room for one's own n bytes; send them, which
 * does not wait, and is its number; wait until all have brought theirs, in the order of the numbers. Waiting ends the
 * process when another one stays silent. */
void *fl_train_carriers_begin(fl_train_carriers *carriers, size_t n);
uint64_t fl_train_carriers_send(fl_train_carriers *carriers);
void fl_train_carriers_await(fl_train_carriers *carriers, uint64_t number);

/* What a process brought to the last exchange that was waited for; ends the process when those are not n bytes. */
const void *fl_train_carriers_brought(const fl_train_carriers *carriers, size_t rank, size_t n);

/* Take what has come: between pieces of work, for bytes move only while somebody asks for them. Accepts NULL. */
void fl_train_carriers_progress(fl_train_carriers *carriers);

/* All at once. */
void fl_train_carriers_exchange(fl_train_carriers *carriers, const void *mine, size_t n);

/* Of `each` bytes per worker everybody has its own, and then all: at once, where NULL has them already, or in two
 * parts. */
void fl_train_carriers_gather(fl_train_carriers *carriers, size_t workers, void *values, size_t each);
uint64_t fl_train_carriers_gather_begin(fl_train_carriers *carriers, size_t workers, const void *values, size_t each);
void fl_train_carriers_gather_end(fl_train_carriers *carriers, uint64_t number, size_t workers, void *values,
                                  size_t each);

/* Messages, between processes that do different work. A kind is FL_TRAIN_CARRIERS_MESSAGE or above. The oldest that has
 * come from processes first..end-1, of a kind or of any (0), valid until the next call of any of these; NULL: none is
 * there. A process has the messages that another one wrote before it brought something to an exchange once it has
 * waited for that. */
enum { FL_TRAIN_CARRIERS_MESSAGE = 200 };
void fl_train_carriers_write(fl_train_carriers *carriers, size_t to, uint64_t kind, uint64_t number, const void *bytes,
                             size_t n);
const fl_train_message *fl_train_carriers_read(fl_train_carriers *carriers, size_t first, size_t end, uint64_t kind);

/* One of process `from`, waited for: ends this process when that one is silent for too long; where it may be `busy`
 * with a file, for as long as one may be that loads data. */
const fl_train_message *fl_train_carriers_await_message(fl_train_carriers *carriers, size_t from, uint64_t kind,
                                                        bool busy);

/* For who waits for a message: let others have the core, the longer the longer one has waited; these seconds were spent
 * so; the silence after which a process whose longest work took so long is lost, and one that loads data. */
void fl_train_carriers_pause(double waited);
void fl_train_carriers_add_waited(fl_train_carriers *carriers, double seconds);
double fl_train_carriers_patience(const fl_train_carriers *carriers, double longest);
double fl_train_carriers_first_patience(const fl_train_carriers *carriers);

/* Seconds spent waiting for others, and bytes sent to them. */
double fl_train_carriers_waited(const fl_train_carriers *carriers);
uint64_t fl_train_carriers_bytes(const fl_train_carriers *carriers);

#endif
