/* How a study file names a pair of arms, and an arm beside its rivals. */
#include "base/entry.h"
#include "base/memory.h"
#include "study/study_reading.h"

#include <stdlib.h>
#include <string.h>

size_t fl_study_combinations(const fl_study *study)
{
    return study->n_arms / study->n_spaces;
}

static bool unknown_arm(fl_json_node node, const fl_study *study, const char *label, fl_error *error)
{
    char meant[FL_ENTRY_MEANT];
    fl_text known = { 0 };
    const char **labels = fl_memory_new(study->n_spaces + 1, sizeof *labels);
    for (size_t i = 0; i < study->n_spaces; i++) {
        labels[i] = study->arms[i * fl_study_combinations(study)].label;
        fl_text_add(&known, "%s%s", i ? ", " : "", labels[i]);
    }
    fl_json_fail(node, error, "unknown arm '%s'%s; the study has %s", label, fl_entry_meant(labels, label, meant),
                 known.bytes);
    free(labels);
    fl_text_free(&known);
    return false;
}

bool fl_study_read_arm(fl_json_node node, const fl_study *study, size_t *arm, fl_error *error)
{
    const char *label;
    if (!fl_json_string(node, &label, error)) return false;
    for (*arm = 0; *arm < study->n_arms; *arm += fl_study_combinations(study))
        if (!strcmp(study->arms[*arm].label, label)) return true;
    return unknown_arm(node, study, label, error);
}

static bool read_two(fl_json_node node, const char *message, fl_json_node *left, fl_json_node *right, fl_error *error)
{
    if (!json_is_array(fl_json_value(node)) || json_array_size(fl_json_value(node)) != 2)
        return fl_json_fail(node, error, "%s", message);
    fl_json_first(node, left);
    *right = *left;
    return fl_json_next(right);
}

bool fl_study_read_pair(fl_json_node node, const fl_study *study, fl_study_pair *pair, fl_error *error)
{
    fl_json_node left, right;
    if (!read_two(node, "a pair must be an array of two arms: [\"adam\", \"momentum\"]", &left, &right, error))
        return false;
    if (!fl_study_read_arm(left, study, &pair->left, error) || !fl_study_read_arm(right, study, &pair->right, error))
        return false;
    return pair->left != pair->right ||
           fl_json_fail(node, error, "an arm cannot be compared with itself; name two arms");
}

/* --- an arm and its rivals --- */

bool fl_study_rivals_hold(const fl_study_rivals *side, size_t arm)
{
    for (size_t i = 0; i < side->n; i++)
        if (side->rivals[i] == arm) return true;
    return side->arm == arm;
}

static bool add_rival(fl_json_node node, const fl_study *study, fl_study_rivals *side, fl_error *error)
{
    size_t rival;
    if (!fl_study_read_arm(node, study, &rival, error)) return false;
    if (fl_study_rivals_hold(side, rival))
        return fl_json_fail(node, error, "arm '%s' is named twice; name each arm once", study->arms[rival].label);
    if (side->n == FL_STUDY_MOST_RIVALS)
        return fl_json_fail(node, error, "an arm has %d rivals at most", FL_STUDY_MOST_RIVALS);
    side->rivals[side->n++] = rival;
    return true;
}

bool fl_study_read_rivals(fl_json_node node, const fl_study *study, fl_study_rivals *side, fl_error *error)
{
    static const char message[] = "this must be an array of an arm and its rival, or the list of its rivals: "
                                  "[\"adam\", [\"sgd\", \"momentum\"]]";
    fl_json_node arm, rival;
    side->n = 0;
    if (!read_two(node, message, &arm, &rival, error) || !fl_study_read_arm(arm, study, &side->arm, error))
        return false;
    if (!json_is_array(fl_json_value(rival))) return add_rival(rival, study, side, error);
    if (!fl_json_first(rival, &rival)) return fl_json_fail(node, error, "%s", message);
    do {
        if (!add_rival(rival, study, side, error)) return false;
    } while (fl_json_next(&rival));
    return true;
}
