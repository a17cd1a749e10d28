/* What the files of the interface share. For this folder only. */
#ifndef FL_FAIRLEAD_API_H
#define FL_FAIRLEAD_API_H

#include "base/error.h"
#include "fairlead/fairlead.h"
#include "trial/point.h"

/* Hand an error out; returns false. */
bool fairlead_api_failed(fairlead_error *to, const fl_error *error);

fairlead_point fairlead_api_point(const fl_trial_point *point);

/* JSON on one line, to be freed by the caller; takes the reference. */
char *fairlead_api_text(struct json_t *json);

#endif
