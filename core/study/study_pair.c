/* How a study file names a pair of arms. */
#include "study/study_reading.h"

#include <string.h>

size_t fl_study_combinations(const fl_study *study)
{
    return study->n_arms / study->n_spaces;
}

bool fl_study_read_arm(fl_json_node node, const fl_study *study, size_t *arm, fl_error *error)
{
    const char *label;
    fl_text known = { 0 };
    if (!fl_json_string(node, &label, error)) return false;
    for (*arm = 0; *arm < study->n_arms; *arm += fl_study_combinations(study)) {
        if (!strcmp(study->arms[*arm].label, label)) {
            fl_text_free(&known);
            return true;
        }
        fl_text_add(&known, "%s%s", *arm ? ", " : "", study->arms[*arm].label);
    }
    fl_json_fail(node, error, "unknown arm '%s'; the study has %s", label, known.bytes);
    fl_text_free(&known);
    return false;
}

bool fl_study_read_pair(fl_json_node node, const fl_study *study, fl_study_pair *pair, fl_error *error)
{
    fl_json_node left, right;
    if (!json_is_array(fl_json_value(node)) || json_array_size(fl_json_value(node)) != 2)
        return fl_json_fail(node, error, "a pair must be an array of two arms: [\"adam\", \"momentum\"]");
    fl_json_first(node, &left);
    right = left;
    fl_json_next(&right);
    if (!fl_study_read_arm(left, study, &pair->left, error) || !fl_study_read_arm(right, study, &pair->right, error))
        return false;
    return pair->left != pair->right ||
           fl_json_fail(node, error, "an arm cannot be compared with itself; name two arms");
}
