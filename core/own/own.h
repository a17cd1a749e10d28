/* Optimizers of a user's own: of a shared object (plugin/plugin.h), or of another process (client/client.h).
 *
 * Wherever JSON names an optimizer, an object may stand that defines one:
 *
 *   {"plugin": PATH, "name": .., "hyperparameters": .., "sha256": ..}
 *   {"process": [WORD, ...], "name": .., "hyperparameters": .., "states": .., "layout": .., "deadline": .., "sha256":
 * ..}
 *
 * With its hyperparameters and the SHA-256 of its files, as studies are frozen and workers are told, reading a
 * definition runs nothing and needs no files: whoever reads records needs neither. fl_own_ready makes a rule usable.
 * Rules live as long as the process, and equal ones are one: whoever has a pointer may keep it and compare it.
 */
#ifndef FL_OWN_OWN_H
#define FL_OWN_OWN_H

#include "base/hash.h"
#include "base/json.h"
#include "optimizer/optimizer.h"

typedef struct fl_own {
    fl_optimizer rule; /* of an object that is not loaded: its name and hyperparameters alone */
    char sha256[FL_HASH_SHA256_TEXT];
    json_t *definition;       /* every default written out, paths absolute */
    const char *path;         /* of the object; NULL: a process */
    const char *const *words; /* the process's, NULL-ended; NULL: an object */
    double deadline;          /* seconds that a process may take for a step */
    bool ready;
    struct fl_arena *arena; /* in which all of it lies */
} fl_own;

/* What is known of an optimizer beyond its rule; NULL: it is built in. */
const fl_own *fl_own_of(const fl_optimizer *optimizer);

/* Load a shared object: its optimizers join the registry. False with a message that begins with its path. */
bool fl_own_load(const char *path, fl_error *error);

/* The optimizer of a definition; NULL with a message that has its place. */
const fl_optimizer *fl_own_read(fl_json_node definition, fl_error *error);

/* Let it be used: its files are there and are those that it is known by; an object is loaded. True for built-in ones.
 */
bool fl_own_ready(const fl_optimizer *optimizer, fl_error *error);

/* Start the process of a rule that has one, for the arrays of this update. NULL with a message. */
struct fl_client *fl_own_start_process(const fl_own *own, const fl_optimizer_update *update, fl_error *error);

/* A rule that can be called in this process: the rule itself, or for one that has a process another that copies the
 * arrays there and back, each update to a process of its own (own_call.c). A step that fails leaves NAN in the first
 * parameter, and fl_own_trouble says why from then on; NULL: nothing failed. Where a deadline passed, it hung. */
const fl_optimizer *fl_own_callable(const fl_optimizer *optimizer);
const char *fl_own_trouble(void);
bool fl_own_hung(void);

/* What an optimizer is called by in a study, in words for a command line and among what identifies a trial: its name,
 * or the definition; how `fairlead trial` is told of it; NULL, or what the name does not say. New references. */
json_t *fl_own_json(const fl_optimizer *optimizer);
void fl_own_command(const fl_optimizer *optimizer, fl_text *text);
json_t *fl_own_identity(const fl_optimizer *optimizer);

#endif
