/* Claims beyond "this arm is better than that one": that tuning more turns an order round, what more trials bring, how
 * much sooner a target is reached, and what holds over workloads. */
#include "base/memory.h"
#include "study/study_reading.h"

/* --- flips --- */

static fl_study_rivals moved(fl_study_rivals side, size_t by)
{
    side.arm += by;
    for (size_t i = 0; i < side.n; i++) side.rivals[i] += by;
    return side;
}

static void add_flip(fl_study *study, const fl_study_flip *flip)
{
    fl_study_claims *claims = &study->claims;
    size_t n = fl_study_combinations(study);
    claims->flips = fl_memory_grow(claims->flips, claims->n_flips + n, sizeof *claims->flips);
    for (size_t i = 0; i < n; i++)
        claims->flips[claims->n_flips++] = (fl_study_flip){ moved(flip->narrow, i), moved(flip->wide, i) };
}

static bool shares_an_arm(const fl_study_flip *flip)
{
    bool shares = fl_study_rivals_hold(&flip->narrow, flip->wide.arm);
    for (size_t i = 0; i < flip->wide.n; i++)
        shares = shares || fl_study_rivals_hold(&flip->narrow, flip->wide.rivals[i]);
    return shares;
}

static bool read_flip(fl_json_node node, fl_study *study, fl_error *error)
{
    static const char *const keys[] = { "narrow", "wide", NULL };
    fl_json_node narrow, wide;
    fl_study_flip flip;
    if (!fl_json_is_object(node, error) || !fl_json_only(node, keys, error) ||
        !fl_json_need(node, "narrow", &narrow, error) || !fl_json_need(node, "wide", &wide, error) ||
        !fl_study_read_rivals(narrow, study, &flip.narrow, error) ||
        !fl_study_read_rivals(wide, study, &flip.wide, error))
        return false;
    if (shares_an_arm(&flip))
        return fl_json_fail(wide, error, "a flip compares arms of two spaces; this one names an arm in both");
    add_flip(study, &flip);
    return true;
}

static bool read_flips(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_json_node flips, flip;
    if (!fl_json_get(claims, "flips", &flips)) return true;
    if (!json_is_array(fl_json_value(flips)) || !fl_json_first(flips, &flip))
        return fl_json_fail(flips, error,
                            "'flips' must be an array with at least one object of two pairs, 'narrow' and 'wide'");
    do {
        if (!read_flip(flip, study, error)) return false;
    } while (fl_json_next(&flip));
    return true;
}

/* --- questions of yes and no --- */

/* `node` is that of the key where it is true. */
static bool read_flag(fl_json_node claims, const char *key, bool *flag, fl_json_node *node, fl_error *error)
{
    return !fl_json_get(claims, key, node) || fl_json_bool(*node, flag, error);
}

/* Does no workload come twice among the combinations of an arm of the file? */
static bool differ_in_workload(const fl_study *study)
{
    size_t n = fl_study_combinations(study);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (study->arms[i].base.owners.workload == study->arms[j].base.owners.workload) return false;
    return true;
}

static bool read_workloads(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_json_node node;
    fl_study_claims *c = &study->claims;
    if (!read_flag(claims, "workloads", &c->workloads, &node, error)) return false;
    if (!c->workloads) return true;
    if (study->n_spaces == 1)
        return fl_json_fail(node, error, "there is nothing to compare over workloads; the study has one arm");
    if (!differ_in_workload(study))
        return fl_json_fail(node, error,
                            "a comparison over workloads needs one batch size, backend, precision and "
                            "parallel method");
    return c->family || fl_study_combinations(study) > 1 ||
           fl_json_fail(node, error,
                        "there is one workload; list several, or name the 'family' of studies that have "
                        "the others");
}

static bool read_time_to_target(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_json_node node;
    bool *flag = &study->claims.time_to_target;
    if (!read_flag(claims, "time_to_target", flag, &node, error)) return false;
    return !*flag || study->has_target ||
           fl_json_fail(node, error, "the time to a target needs one; give the study a 'target'");
}

bool fl_study_read_further_claims(fl_json_node claims, fl_study *study, fl_error *error)
{
    fl_json_node node;
    return read_flips(claims, study, error) && read_flag(claims, "effort", &study->claims.effort, &node, error) &&
           read_time_to_target(claims, study, error) && read_workloads(claims, study, error);
}
