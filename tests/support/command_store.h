/* What a result folder holds, read line by line without the library's reader of folders. */
#ifndef FL_TESTS_COMMAND_STORE_H
#define FL_TESTS_COMMAND_STORE_H

#include "support/command.h"
#include "record/line.h"

#include <jansson.h>

/* Add the objects of a file's lines to `lines`; every line must match its check, unless a kill tore the last. */
void store_add_lines(json_t *lines, const char *path);

/* All lines of `folder`/`out`/STEM.jsonl and STEM.I-of-N.jsonl as an array; json_decref. */
json_t *store_lines(const char *folder, const char *out, const char *stem);

size_t store_count(const char *folder, const char *out, const char *stem);

/* Wait until `folder`/`out` is there and holds `n` trials: a running command writes them. */
void store_wait(const char *folder, const char *out, size_t n);

/* The last record of (arm, index, repeat), or NULL; json_decref. */
json_t *store_record(const char *folder, const char *out, const char *arm, json_int_t index, json_int_t repeat);

/* Everything in a folder that may not depend on how it came about: the last record of every slot, but of reruns that
 * failed, and the points of its trial, all fields but seconds, speeds and checks. free(). */
char *store_digest(const char *folder, const char *out);

/* Two folders hold the same, and something. */
void assert_same_store(const char *folder, const char *a, const char *b);

#endif
