/* Errors, names, texts and points, as the interface hands them out. */
#include "fairlead/api.h"
#include "backend/backend.h"
#include "base/json.h"
#include "record/build.h"
#include "trial/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fl_fairlead_failed(fairlead_error *to, const fl_error *error)
{
    if (!to) return false;
    to->fault = (int)error->fault;
    snprintf(to->text, sizeof to->text, "%s", error->text);
    return false;
}

fairlead_point fl_fairlead_point(const fl_trial_point *p)
{
    const double *of = p->of;
    return (fairlead_point){ .step = p->step,
                             .train_loss = of[FL_TRIAL_TRAIN_LOSS],
                             .train_error = of[FL_TRIAL_TRAIN_ERROR],
                             .val_loss = of[FL_TRIAL_VAL_LOSS],
                             .val_error = of[FL_TRIAL_VAL_ERROR],
                             .test_loss = of[FL_TRIAL_TEST_LOSS],
                             .test_error = of[FL_TRIAL_TEST_ERROR],
                             .rate = p->rate,
                             .seconds = p->seconds };
}

char *fl_fairlead_text(json_t *json)
{
    char *line = fl_json_line(json);
    json_decref(json);
    return line;
}

const char *fairlead_version(void)
{
    return fl_record_build_version;
}

void fairlead_text_free(char *text)
{
    free(text);
}

/* An entry of a registry's NULL-ended list: each begins with its fl_entry. */
#define NAME_IN(list, i) ((list)[i] ? (list)[i]->entry.name : NULL)

static const char *workload_name(size_t i)
{
    return NAME_IN(fl_workloads(), i);
}

static const char *optimizer_name(size_t i)
{
    return NAME_IN(fl_optimizers(), i);
}

static const char *schedule_name(size_t i)
{
    return NAME_IN(fl_schedules(), i);
}

static const char *backend_name(size_t i)
{
    return NAME_IN(fl_backends(), i);
}

const char *fairlead_name(const char *kind, size_t index)
{
    static const struct {
        const char *kind;
        const char *(*name)(size_t i);
    } kinds[] = { { "workloads", workload_name },
                  { "optimizers", optimizer_name },
                  { "schedules", schedule_name },
                  { "backends", backend_name } };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if (strcmp(kinds[k].kind, kind) != 0) continue;
        for (size_t i = 0; i < index; i++)
            if (!kinds[k].name(i)) return NULL;
        return kinds[k].name(index);
    }
    return NULL;
}
