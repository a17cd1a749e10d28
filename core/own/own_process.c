/* Optimizers in processes of their own: which program is started, and what it is known by. */
#include "base/json_path.h"
#include "own/own_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 64 };

static const double DEADLINE = 60;

static bool is_file_word(const char *word)
{
    return *word == '/' && fl_file_exists(word);
}

bool fl_own_hash_words(const char *const *words, char sha256[FL_HASH_SHA256_TEXT], fl_error *error)
{
    char sums[MOST_WORDS * (FL_HASH_SHA256_TEXT - 1) + 1];
    size_t n = 0, each = FL_HASH_SHA256_TEXT - 1;
    for (; *words; words++) {
        if (**words != '/') continue;
        if (!fl_hash_sha256_file(*words, sha256, error)) return false;
        memcpy(sums + n++ * each, sha256, each);
    }
    if (n > 1) fl_hash_sha256(sums, n * each, sha256);
    return n || fl_error_user(error, "none of the words is the path of a file: what the rule is, nobody could tell");
}

/* The path of a file becomes absolute; a word that is none stays: an interpreter by its name, a flag. */
static const char *resolve_word(fl_json_node node, const char *word, fl_own *own)
{
    char path[FL_FILE_PATH_MAX];
    fl_json_path_resolve(node, word, path);
    char *whole = fl_file_exists(path) ? realpath(path, NULL) : NULL;
    const char *kept = fl_own_copy(own, whole ? whole : word);
    free(whole);
    return kept;
}

static bool read_words(fl_json_node definition, fl_own *own, fl_error *error)
{
    fl_json_node list, node;
    size_t n = 0;
    fl_error why;
    if (!fl_json_need(definition, "process", &list, error)) return false;
    size_t given = json_array_size(fl_json_value(list));
    if (given < 1 || given > MOST_WORDS)
        return fl_json_fail(list, error, "'process' must be a list of 1 to %d words: the program and its arguments",
                            MOST_WORDS);
    const char **words = fl_arena_bytes(own->arena, (given + 1) * sizeof *words);
    for (bool more = fl_json_first(list, &node); more; more = fl_json_next(&node), n++) {
        if (!fl_json_string(node, &words[n], error)) return false;
        words[n] = resolve_word(node, words[n], own);
        if (!fl_own_path_is_text(words[n], &why)) return fl_json_fail_with(node, error, &why);
    }
    own->words = words;
    if (!*own->sha256 && strchr(words[0], '/') && !is_file_word(words[0]))
        return fl_json_fail(list, error, "%.400s: there is no such program", words[0]);
    return true;
}

static bool read_numbers(fl_json_node definition, fl_own *own, fl_error *error)
{
    static const char *const layouts[] = { "backend", "canonical", NULL };
    fl_json_node node;
    const char *layout = layouts[0];
    size_t index;
    fl_error why;
    own->deadline = DEADLINE;
    if (!fl_json_optional_whole(definition, "states", 0, FL_OPTIMIZER_STATES, &own->rule.n_states, error)) return false;
    if (fl_json_get(definition, "deadline", &node)) {
        if (!fl_json_number(node, &own->deadline, error)) return false;
        if (!(own->deadline > 0)) return fl_json_fail(node, error, "'deadline' must be above 0 seconds");
    }
    if (fl_json_get(definition, "layout", &node)) {
        if (!fl_json_string(node, &layout, error)) return false;
        if (!fl_entry_choose(layouts, "layout", layout, &index, &why)) return fl_json_fail_with(node, error, &why);
        own->rule.canonical = index == 1;
    }
    return true;
}

static void define(fl_own *own)
{
    json_t *words = json_array();
    for (const char *const *word = own->words; *word; word++) json_array_append_new(words, json_string(*word));
    own->definition = json_pack("{s:o, s:s, s:s, s:o, s:I, s:s, s:f}", "process", words, "name", own->rule.entry.name,
                                "sha256", own->sha256, "hyperparameters", fl_own_hypers_json(&own->rule), "states",
                                (json_int_t)own->rule.n_states, "layout", own->rule.canonical ? "canonical" : "backend",
                                "deadline", own->deadline);
}

/* Such a rule is asked by the trainer, which has the process. */
static void step(fl_optimizer_update *update)
{
    fl_error_die("a rule in another process was called as one in this");
}

bool fl_own_read_process(fl_json_node definition, fl_own *own, fl_error *error)
{
    static const char *const keys[] = { "process", "name",     "hyperparameters", "states",
                                        "layout",  "deadline", "sha256",          NULL };
    fl_json_node node;
    fl_error why;
    if (!fl_json_only(definition, keys, error) || !fl_json_need(definition, "process", &node, error) ||
        !fl_json_need(definition, "name", &node, error) || !fl_own_read_name(node, own, error) ||
        !fl_own_read_sha256(definition, own, error) || !read_words(definition, own, error) ||
        !read_numbers(definition, own, error))
        return false;
    fl_json_get(definition, "process", &node);
    if (!*own->sha256 && !fl_own_hash_words(own->words, own->sha256, &why)) return fl_json_fail_with(node, error, &why);
    if (!fl_own_read_hypers(definition, own, error)) return false;
    own->rule.step = step;
    if (!fl_optimizer_well_formed(&own->rule, &why)) return fl_json_fail_with(definition, error, &why);
    define(own);
    return true;
}
