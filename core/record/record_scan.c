/* What an index keeps of a record, read without building its tree: of a million lines that takes seconds instead of a
 * minute. A line that was written in another way, or holds something odd, is left to fl_record_read. */
#include "base/json_scan.h"
#include "record/record.h"

#include <math.h>
#include <string.h>

enum { LONGEST_NAME = 240, LONGEST_SETTING = 80, LONGEST_REASON = 240 };

typedef struct scan {
    const fl_study *study;
    const fl_study_arm *arm; /* NULL until its name was met */
    fl_record *record;
    bool trial, status, index, repeat, hyperparameters, final, best; /* met */
    char reason[LONGEST_REASON];                                     /* "": none, or a longer one */
} scan;

/* --- values --- */

static bool take_arm(scan *s, const fl_json_scan_span *value)
{
    char name[LONGEST_NAME];
    s->arm = fl_json_scan_span_text(value, name, sizeof name) ? fl_study_find_arm(s->study, name) : NULL;
    if (s->arm) s->record->slot.arm = (size_t)(s->arm - s->study->arms);
    return s->arm;
}

static bool take_place(const fl_json_scan_span *value, uint64_t *place)
{
    double number;
    if (!fl_json_scan_span_whole(value, &number) || number < 0) return false;
    *place = (uint64_t)number;
    return true;
}

static bool take_index(scan *s, const fl_json_scan_span *value)
{
    return s->index = take_place(value, &s->record->slot.index);
}

static bool take_repeat(scan *s, const fl_json_scan_span *value)
{
    return s->repeat = take_place(value, &s->record->slot.repeat);
}

static bool take_trial(scan *s, const fl_json_scan_span *value)
{
    char *trial = s->record->trial;
    size_t n = sizeof s->record->trial - 1;
    s->trial = fl_json_scan_span_text(value, trial, n + 1) && strspn(trial, "0123456789abcdef") == n;
    return s->trial;
}

static bool take_status(scan *s, const fl_json_scan_span *value)
{
    char name[16];
    if (!fl_json_scan_span_text(value, name, sizeof name)) return false;
    s->record->status = fl_outcome_status_find(name);
    return s->status = s->record->status < FL_OUTCOME_STATUSES;
}

static bool take_host(scan *s, const fl_json_scan_span *value)
{
    return value->first != '"' || fl_json_scan_span_text(value, s->record->host, sizeof s->record->host);
}

static bool take_stopped(scan *s, const fl_json_scan_span *value)
{
    double number;
    if (!fl_json_scan_span_whole(value, &number) || number < 0) return false;
    s->record->stopped_at = (size_t)number;
    return true;
}

static bool take_reason(scan *s, const fl_json_scan_span *value)
{
    if (!fl_json_scan_span_text(value, s->reason, sizeof s->reason)) *s->reason = '\0';
    return true;
}

static bool take_done(scan *s, const fl_json_scan_span *value)
{
    return fl_json_scan_span_number(value, &s->record->steps_done);
}

static bool take_gradients(scan *s, const fl_json_scan_span *value)
{
    return fl_json_scan_span_number(value, &s->record->gradient_evaluations);
}

static bool take_steps(scan *s, const fl_json_scan_span *value)
{
    return fl_json_scan_span_is(value, "null") || fl_json_scan_span_number(value, &s->record->steps_to_target);
}

/* --- objects --- */

/* Is it a value that the trial can have had? It is not kept. */
static bool take_setting(void *user, const fl_json_scan_span *key, const fl_json_scan_span *value)
{
    const scan *s = user;
    char name[LONGEST_SETTING], text[LONGEST_SETTING];
    double number;
    fl_trial_setting setting;
    if (!fl_json_scan_span_text(key, name, sizeof name)) return false;
    if (!fl_trial_setting_find(&s->arm->base.owners, name, &setting, NULL)) return true;
    if (setting.hyper->scale != FL_HYPER_CHOICE)
        return fl_json_scan_span_number(value, &number) && fl_trial_setting_accepts(&setting, number, NULL);
    return fl_json_scan_span_text(value, text, sizeof text) && fl_hyper_choice(setting.hyper, text) >= 0;
}

static bool take_settings(scan *s, const fl_json_scan_span *value)
{
    return s->hyperparameters = s->arm && fl_json_scan(value->text, value->n, take_setting, s);
}

typedef struct pointed {
    fl_trial_point *point;
    bool whole, averaged, step; /* all metrics are wanted; those of the averaged weights; the step was met */
} pointed;

/* One of the metrics, into `of`. */
static bool take_metric(double *of, const fl_json_scan_span *key, const fl_json_scan_span *value)
{
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++)
        if (fl_json_scan_span_is(key, fl_trial_metric_name(m)))
            return fl_json_scan_span_is(value, "null") || fl_json_scan_span_number(value, &of[m]);
    return true;
}

static bool take_averaged(void *user, const fl_json_scan_span *key, const fl_json_scan_span *value)
{
    return take_metric(((fl_trial_point *)user)->averaged, key, value);
}

static bool take_measured(void *user, const fl_json_scan_span *key, const fl_json_scan_span *value)
{
    pointed *p = user;
    double step;
    if (fl_json_scan_span_is(key, "step")) {
        p->step = fl_json_scan_span_whole(value, &step) && step >= 0;
        p->point->step = p->step ? (size_t)step : 0;
        return p->step;
    }
    if (p->averaged && fl_json_scan_span_is(key, "averaged"))
        return p->point->has_averaged = fl_json_scan(value->text, value->n, take_averaged, p->point);
    return !p->whole || take_metric(p->point->of, key, value);
}

/* Half of the time goes into points, so of the one that is not scored the step alone is taken. */
static bool take_point(const scan *s, const fl_json_scan_span *value, fl_trial_point *point, bool scored, bool *is)
{
    pointed p = { .point = point, .whole = scored, .averaged = scored && s->study->select_averaged };
    if (fl_json_scan_span_is(value, "null")) return true;
    for (fl_trial_metric m = 0; m < FL_TRIAL_METRICS; m++) point->of[m] = point->averaged[m] = HUGE_VAL;
    *is = fl_json_scan(value->text, value->n, take_measured, &p) && p.step;
    if (p.averaged) fl_trial_point_take_averaged(point);
    return *is;
}

static bool take_final(scan *s, const fl_json_scan_span *value)
{
    return take_point(s, value, &s->record->final, !s->study->select_best, &s->final);
}

static bool take_best(scan *s, const fl_json_scan_span *value)
{
    return take_point(s, value, &s->record->best, s->study->select_best, &s->best);
}

static bool take_second(void *user, const fl_json_scan_span *key, const fl_json_scan_span *value)
{
    fl_outcome_seconds *seconds = user;
    if (fl_json_scan_span_is(key, "total")) return fl_json_scan_span_number(value, &seconds->total);
    if (fl_json_scan_span_is(key, "evaluate")) return fl_json_scan_span_number(value, &seconds->evaluate);
    return true;
}

static bool take_seconds(scan *s, const fl_json_scan_span *value)
{
    return fl_json_scan(value->text, value->n, take_second, &s->record->seconds);
}

/* --- the record --- */

static const struct {
    const char *key;
    bool (*take)(scan *s, const fl_json_scan_span *value);
} fields[] = {
    { "arm", take_arm },
    { "index", take_index },
    { "repeat", take_repeat },
    { "trial", take_trial },
    { "status", take_status },
    { "hyperparameters", take_settings },
    { "final", take_final },
    { "best", take_best },
    { "host", take_host },
    { "steps_to_target", take_steps },
    { "seconds", take_seconds },
    { "reason", take_reason },
    { "steps_done", take_done },
    { "gradient_evaluations", take_gradients },
    { "stopped_at", take_stopped },
};

static bool take_field(void *user, const fl_json_scan_span *key, const fl_json_scan_span *value)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fl_json_scan_span_is(key, fields[i].key)) return fields[i].take(user, value);
    return true;
}

bool fl_record_scan(const char *line, size_t n, const fl_study *study, fl_record *record)
{
    scan s = { .study = study, .record = record };
    *record = (fl_record){ .steps_done = NAN, .steps_to_target = HUGE_VAL };
    if (!fl_json_scan(line, n, take_field, &s)) return false;
    record->has_final = s.final && s.best;
    fl_record_settle_steps(record, s.reason);
    return s.arm && s.trial && s.status && s.index && s.repeat && s.hyperparameters;
}
