/* An arm's search space: axes that vary, values that are fixed, or a list of complete points.
 *
 *   "learning_rate": {"min": 1e-4, "max": 1e-1, "scaling": "log"}     an axis (linear or log)
 *   "epsilon": {"feasible_points": [1e-8, 1e-4]}                     an axis of listed values
 *   "beta2": 0.99                                                    fixed
 *   [ {"learning_rate": 0.1, "momentum": 0.9}, ... ]                 complete points, one per trial in this order
 *
 * Sampled values are rounded to 9 significant digits before use.
 */
#ifndef FL_SEARCH_SPACE_H
#define FL_SEARCH_SPACE_H

#include "base/json.h"
#include "search/search.h"
#include "trial/setting.h"

enum { FL_SEARCH_SPACE_AXES = FL_TRIAL_OWNERS * FL_HYPER_MAX };

typedef struct fl_search_axis {
    char name[64]; /* as the study names it: "one_minus_beta1" */
    fl_trial_setting setting;
    bool log;
    double min, max; /* of a range */
    double *points;  /* listed values, owned; NULL for a range */
    size_t n_points;
} fl_search_axis;

typedef struct fl_search_space {
    fl_search_axis
        axes[FL_SEARCH_SPACE_AXES]; /* fixed values are axes of one listed value and take no dimension of the search */
    size_t n_axes;
    size_t n_complete; /* complete points: every axis lists this many values, used together; else 0 */
    double *rates;     /* "schedule.rates" of schedule `list`; owned */
    size_t n_rates;
} fl_search_space;

/* Read a space; errors have their place. Does not judge whether everything is settled. */
bool fl_search_space_read(fl_json_node node, const fl_trial_owners *owners, fl_search_space *space, fl_error *error);
void fl_search_space_free(fl_search_space *space); /* what it owns, not the struct */

/* True when the axis takes a dimension of the search. */
bool fl_search_axis_varies(const fl_search_space *space, const fl_search_axis *axis);

/* How many dimensions a search of this space has; 1 for a list of complete points. */
size_t fl_search_space_dimensions(const fl_search_space *space);

/* Levels per dimension for searches that count them: listed values, or 0 for a range. */
void fl_search_space_levels(const fl_search_space *space, size_t *levels);

/* How this space is searched in a study that searches by `search`: a list of complete points is taken in its order. */
const fl_search *fl_search_of_space(const fl_search_space *space, const fl_search *search);

/* The values at `u` (one coordinate in [0, 1] per dimension), settled in `values`, which holds the defaults. */
void fl_search_space_resolve(const fl_search_space *space, const double *u, fl_trial_values *values);

/* The value of an axis at a coordinate, as sampled (before 1 - x and couplings). */
double fl_search_axis_value(const fl_search_axis *axis, double u);

/* True when the space names a value for this hyperparameter, alone or coupled. */
bool fl_search_space_settles(const fl_search_space *space, fl_trial_owner owner, size_t index);

#endif
