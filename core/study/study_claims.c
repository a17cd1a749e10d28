/* The claims a study declares: which pairs of arms it will test, on the best of how many trials, and with what margin.
 * They are frozen with the study, before its first trial, and are no part of any trial's identity. */
#include "base/memory.h"
#include "study/study_reading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- pairs --- */

static void add_pair(fl_study_claims *claims, size_t left, size_t right)
{
    claims->pairs = fl_memory_grow(claims->pairs, claims->n_pairs + 1, sizeof *claims->pairs);
    claims->pairs[claims->n_pairs++] = (fl_study_pair){ left, right };
}

/* `left` and `right` are the first product arms of two arms of the file. */
static void add_combinations(fl_study *study, size_t left, size_t right)
{
    for (size_t i = 0; i < fl_study_combinations(study); i++) add_pair(&study->claims, left + i, right + i);
}

static bool read_pair(fl_json_node node, fl_study *study, fl_error *error)
{
    fl_study_pair pair;
    if (!fl_study_read_pair(node, study, &pair, error)) return false;
    for (size_t i = 0; i < study->claims.n_pairs; i++) {
        const fl_study_pair *other = &study->claims.pairs[i];
        if ((other->left == pair.left && other->right == pair.right) ||
            (other->left == pair.right && other->right == pair.left))
            return fl_json_fail(node, error, "this pair is declared already; name each pair once");
    }
    add_combinations(study, pair.left, pair.right);
    return true;
}

static bool read_pairs(fl_json_node pairs, fl_study *study, fl_error *error)
{
    fl_json_node pair;
    if (!json_is_array(fl_json_value(pairs)) || !fl_json_first(pairs, &pair))
        return fl_json_fail(pairs, error, "'pairs' must be an array with at least one pair of arms");
    do {
        if (!read_pair(pair, study, error)) return false;
    } while (fl_json_next(&pair));
    return true;
}

static bool read_baseline(fl_json_node node, fl_study *study, fl_error *error)
{
    size_t baseline;
    if (!fl_study_read_arm(node, study, &baseline, error)) return false;
    if (study->n_spaces == 1)
        return fl_json_fail(node, error, "a baseline needs another arm to be compared with; the study has one arm");
    study->claims.baseline = baseline;
    for (size_t arm = 0; arm < study->n_arms; arm += fl_study_combinations(study))
        if (arm != baseline) add_combinations(study, arm, baseline);
    return true;
}

/* --- K, trials, margin, family --- */

static bool read_k(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_study_claims *c = &study->claims;
    fl_json_node node;
    size_t most = c->trials / FL_STUDY_TRIALS_PER_DRAW;
    c->k_given = fl_json_get(claims, "k", &node);
    c->k = most ? most : 1;
    if (!fl_json_optional_whole(claims, "k", 1, FL_TRIAL_SEED_MAX, &c->k, error)) return false;
    return c->k == 1 || c->k <= most ||
           fl_json_fail(
               node, error,
               "k = %zu is more than a fifth of %zu trials: so few trials tell too little about their best %zu; "
               "at most %zu, or more trials",
               c->k, c->trials, c->k, most ? most : 1);
}

/* A test of fewer trials than were declared would be another test. */
static bool read_trials(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_study_claims *c = &study->claims;
    fl_json_node node;
    c->trials_given = fl_json_get(claims, "trials", &node);
    if (!fl_json_optional_whole(claims, "trials", 1, 100000000, &c->trials, error)) return false;
    return c->trials <= study->trials ||
           fl_json_fail(node, error, "the claims are of %zu trials, but budget.trials is %zu", c->trials,
                        study->trials);
}

static bool read_margin(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_json_node node;
    if (!fl_json_get(claims, "margin", &node)) return true;
    if (!fl_json_number(node, &study->claims.margin, error)) return false;
    return study->claims.margin >= 0 ||
           fl_json_fail(node, error, "margin = %.10g must be at least 0, a difference of the test error",
                        study->claims.margin);
}

static bool read_family(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_json_node node;
    const char *family;
    if (!fl_json_get(claims, "family", &node)) return true;
    if (!fl_study_read_label(node, "a family's name", &family, error)) return false;
    study->claims.family = fl_memory_copy_text(family);
    return true;
}

static bool read_declared(fl_json_node claims, fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "pairs",  "baseline",       "k",         "trials", "margin", "family", "flips",
                                        "effort", "time_to_target", "workloads", NULL };
    fl_json_node pairs, baseline;
    if (!fl_json_is_object(claims, error) || !fl_json_only(claims, keys, error)) return false;
    bool by_pairs = fl_json_get(claims, "pairs", &pairs), by_baseline = fl_json_get(claims, "baseline", &baseline);
    if (by_pairs && by_baseline)
        return fl_json_fail_key(baseline, error,
                                "claims are of 'pairs' or against a 'baseline'; leave one of them out");
    return (!by_pairs || read_pairs(pairs, study, error)) && (!by_baseline || read_baseline(baseline, study, error)) &&
           read_trials(claims, study, error) && read_k(claims, study, error) && read_margin(claims, study, error) &&
           read_family(claims, study, error) && fl_study_read_further_claims(claims, study, error);
}

bool fl_study_read_claims(fl_json_node root, fl_study *study, fl_error *error)
{
    fl_study_claims *claims = &study->claims;
    fl_json_node node;
    *claims = (fl_study_claims){ .baseline = SIZE_MAX, .trials = study->trials };
    claims->declared = fl_json_get(root, "claims", &node);
    claims->k = study->trials >= FL_STUDY_TRIALS_PER_DRAW ? study->trials / FL_STUDY_TRIALS_PER_DRAW : 1;
    return !claims->declared || read_declared(node, study, error);
}

/* What the file has of its claims, as it has it. */
static void keep(json_t *claims, const json_t *file)
{
    static const char *const keys[] = { "pairs", "baseline", "flips", "effort", "time_to_target", "workloads" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(file, keys[i]);
        if (value) json_object_set(claims, keys[i], value);
    }
}

json_t *fl_study_claims_json(const fl_study *study, const json_t *file)
{
    if (!study->claims.declared) return NULL;
    json_t *claims = json_object();
    keep(claims, file);
    json_object_set_new(claims, "k", json_integer((json_int_t)study->claims.k));
    json_object_set_new(claims, "trials", json_integer((json_int_t)study->claims.trials));
    json_object_set_new(claims, "margin", json_real(study->claims.margin));
    if (study->claims.family) json_object_set_new(claims, "family", json_string(study->claims.family));
    return claims;
}
