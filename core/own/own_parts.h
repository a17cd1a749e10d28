/* Between the files of this folder; nobody else includes this. */
#ifndef FL_OWN_OWN_PARTS_H
#define FL_OWN_OWN_PARTS_H

#include "base/arena.h"
#include "base/file.h"
#include "own/own.h"

fl_own *fl_own_new(void);
void fl_own_free(fl_own *own); /* before it is kept */

/* The one that is equal to it, and then `own` is freed; else `own`, from now on for ever. */
fl_own *fl_own_keep(fl_own *own);

/* NULL: it is built in. */
fl_own *fl_own_find(const fl_optimizer *optimizer);

/* A copy of a text that lives as long as the optimizer. */
const char *fl_own_copy(fl_own *own, const char *text);

/* Of a file: records hold it, and JSON holds nothing but UTF-8. */
bool fl_own_path_is_text(const char *path, fl_error *error);

/* A name that is no built-in optimizer's. */
bool fl_own_read_name(fl_json_node node, fl_own *own, fl_error *error);

/* `hyperparameters`: {"beta1": 0.9, "epsilon": {"default": 1e-8, "min": 0, "min_open": true, "scaling": "log"}, ...}
 * and back. The learning rate comes first and need not be named. */
bool fl_own_read_hypers(fl_json_node definition, fl_own *own, fl_error *error);
json_t *fl_own_hypers_json(const fl_optimizer *rule);

/* The parts of a definition that only one of the two kinds has. */
bool fl_own_read_plugin(fl_json_node definition, fl_own *own, fl_error *error);
bool fl_own_read_process(fl_json_node definition, fl_own *own, fl_error *error);

/* `sha256`, if it is given. */
bool fl_own_read_sha256(fl_json_node definition, fl_own *own, fl_error *error);

/* The object at own->path is loaded and holds own->rule.entry.name; that becomes its rule. */
bool fl_own_load_rule(fl_own *own, fl_error *error);

/* The SHA-256 of the files among a process's words, which `words` (NULL-ended) are; of several that of their sums. */
bool fl_own_hash_words(const char *const *words, char sha256[FL_HASH_SHA256_TEXT], fl_error *error);

#endif
