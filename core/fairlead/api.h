/* What the files of the interface share. For this folder only. */
#ifndef FL_FAIRLEAD_API_H
#define FL_FAIRLEAD_API_H

#include "base/error.h"
#include "fairlead/fairlead.h"
#include "trial/point.h"

/* Hand an error out; returns false. */
bool fl_fairlead_failed(fairlead_error *to, const fl_error *error);

fairlead_point fl_fairlead_point(const fl_trial_point *point);

/* JSON on one line, to be freed by the caller; takes the reference. */
char *fl_fairlead_text(struct json_t *json);

#endif
