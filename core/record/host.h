/* Provenance: which machine and which build made a record.
 *
 * The key is a hash of stable facts only (processor, instruction set, caches, sources, compiler, flags, library
 * versions and kernels, floating-point environment, the implementation of every primitive), so the same machine has the
 * same key tomorrow. Together with a trial's identity they are everything that determines its result. Readings that
 * change (load, clock rate, date) are never hashed. A record names its key and the folder keeps the facts behind it, so
 * facts may be added: records made before that keep theirs.
 */
#ifndef FL_RECORD_HOST_H
#define FL_RECORD_HOST_H

#include "base/json.h"
#include "backend/backend.h"

/* The stable facts for trials on `backend` whose primitives are described by `implementation`. New reference. */
json_t *fl_record_host_facts(const fl_backend *backend, const char *implementation);

/* Add the names of the facts that differ: "build.commit, implementation"; a fact that `was` lacks does not. Of no
 * facts at all (NULL): "machine, build". */
void fl_record_host_difference(const json_t *was, const json_t *is, fl_text *names);

/* 16 hex digits over the facts but the number of cores, which depends on what a batch system allots. */
void fl_record_host_key(const json_t *facts, char key[17]);

/* The same for the facts of fl_record_host_facts. */
void fl_record_host_key_of(const fl_backend *backend, const char *implementation, char key[17]);

/* Processor, cores, memory: for doctor and for people. New reference. */
json_t *fl_record_host_machine(void);

/* Physical cores; at least 1. */
unsigned fl_record_host_cores(void);

/* Version, commit, compiler and flags of this build. New reference. */
json_t *fl_record_host_build(void);

#endif
