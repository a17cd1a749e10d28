/* The trace of measured durations beside a parallel method: a path in a study, the numbers in a study that was frozen
 * and on their way to a worker, their hash in a record. */
#include "base/file.h"
#include "base/json_path.h"
#include "base/memory.h"
#include "trial/parallel.h"
#include "virtual/durations.h"

#include <stdlib.h>
#include <string.h>

static bool read_numbers(fl_json_node node, const fl_virtual_trace **trace, fl_error *error)
{
    const json_t *list = fl_json_value(node);
    size_t n = json_array_size(list);
    double *seconds = fl_memory_new(n + 1, sizeof *seconds);
    fl_error why;
    bool numbers = true;
    for (size_t i = 0; i < n && numbers; i++) {
        numbers = json_is_number(json_array_get(list, i));
        seconds[i] = json_number_value(json_array_get(list, i));
    }
    *trace = numbers ? fl_virtual_trace_of(seconds, n, &why) : NULL;
    free(seconds);
    if (!numbers) return fl_json_fail(node, error, "'trace' must be a path, or an array of numbers of seconds");
    return *trace || fl_json_fail_with(node, error, &why);
}

bool fl_trial_trace_read(fl_json_node node, const fl_virtual_trace **trace, fl_error *error)
{
    char path[FL_FILE_PATH_MAX];
    const char *text;
    fl_error why;
    if (json_is_array(fl_json_value(node))) return read_numbers(node, trace, error);
    if (!fl_json_string(node, &text, error)) return false;
    if ((*trace = fl_virtual_trace_of_hash(text))) return true;
    fl_json_path_resolve(node, text, path);
    *trace = fl_virtual_trace_load(fl_file_exists(path) ? path : text, text, &why);
    return *trace || fl_json_fail_with(node, error, &why);
}

json_t *fl_trial_trace_json(const fl_virtual_trace *trace)
{
    json_t *list = json_array();
    for (size_t i = 0; i < trace->n; i++) json_array_append_new(list, json_real(trace->seconds[i]));
    return list;
}

void fl_trial_trace_resolve(json_t *parallel)
{
    size_t i;
    json_t *each;
    json_array_foreach(parallel, i, each) fl_trial_trace_resolve(each);
    const char *name = json_string_value(json_object_get(parallel, "trace"));
    const fl_virtual_trace *trace = name ? fl_virtual_trace_named(name) : NULL;
    if (trace) json_object_set_new(parallel, "trace", fl_trial_trace_json(trace));
}

bool fl_trial_is_traced(const fl_trial *trial)
{
    const fl_method *method = trial->owners.method;
    size_t i = method ? fl_hyper_index(method->hypers, method->n_hypers, "durations") : 0;
    return method && i < method->n_hypers && trial->values.of[FL_TRIAL_OF_METHOD][i] == FL_VIRTUAL_TRACE;
}

bool fl_trial_trace_accepts(const fl_trial *trial, fl_error *error)
{
    return !fl_trial_is_traced(trial) || trial->trace ||
           fl_error_user(error, "parallel.durations = trace wants a file of them: \"trace\" beside the method, or "
                                "--durations FILE");
}
